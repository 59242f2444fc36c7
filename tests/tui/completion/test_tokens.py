import pytest

from tyler_tui.tui.completion.tokens import Kind, Token, token_at


def at_the_bar(text: str, *, is_only_line: bool = True) -> Token | None:
    """What is being written where `|` stands."""
    before, _, after = text.partition("|")
    return token_at(before + after, len(before), is_only_line=is_only_line)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("/|", Token(Kind.COMMAND, 0, "")),
        ("/the|", Token(Kind.COMMAND, 0, "the")),
        ("/theme |", Token(Kind.ARGUMENT, 7, "", "theme")),
        ("/switch  my trip|", Token(Kind.ARGUMENT, 9, "my trip", "switch")),
        ("@|", Token(Kind.PATH, 0, "")),
        ("see @src/ma|", Token(Kind.PATH, 4, "src/ma")),
        ("see @src/ma| and more", Token(Kind.PATH, 4, "src/ma")),
        ("(@src|", Token(Kind.PATH, 1, "src")),
        ('see @"a b|', Token(Kind.PATH, 4, "a b")),
        ('see @"|', Token(Kind.PATH, 4, "")),
        ("/compact @a|", Token(Kind.ARGUMENT, 9, "@a", "compact")),
        ("見て @天|", Token(Kind.PATH, 3, "天")),
    ],
)
def test_what_is_completed(text: str, wanted: Token) -> None:
    assert at_the_bar(text) == wanted


@pytest.mark.parametrize(
    "text",
    ["|", "the/|", " /new|", "/usr/bin|", "/th|eme", "me@example|", '@"a b"|', "@a b|", "@sr|c",
     "/theme no|rd"],
)  # fmt: skip
def test_what_is_not(text: str) -> None:
    assert at_the_bar(text) is None


def test_a_prompt_of_several_lines_is_no_command() -> None:
    assert at_the_bar("/new|", is_only_line=False) is None
    assert at_the_bar("@new|", is_only_line=False) is not None


def test_only_the_end_of_a_very_long_line_is_looked_at() -> None:
    line = "x" * 100_000 + " @name"
    assert token_at(line, len(line), is_only_line=True) == Token(Kind.PATH, 100_001, "name")
