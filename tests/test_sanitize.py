import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tyler_tui.sanitize import (
    model_on_one_line,
    one_line,
    sanitize,
    sanitize_chunk,
    storable,
    without_credentials,
)

HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b]8;;file:///etc/passwd\x1b\\click\x1b]8;;\x1b\\",
    "\x9b31m\x9d0;title\x9c",
    "\x1bc\x1b[2J\x1b[?1049h",
    "\x1bP$q\x1b\\",
    "back\x08\x08space\x0b\x0c\x0e\x0f",
    "nul\x00del\x7f",
    "user\u202etxt.exe\u202c \u2066\u2069 \u200e\u200f\u061c",
    "zero\u200bwidth\u2060\ufeff",
    "tag\U000e0041\U000e007f",
    "lone\ud800surrogate\udfff",
]
ANY_TEXT = st.text(
    st.one_of(st.characters(), st.characters(min_codepoint=0, max_codepoint=0xA0)), max_size=60
)


def is_harmless(text: str) -> bool:
    return all(
        character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
        for character in text
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_out_harmless_however_it_is_cut(text: str) -> None:
    for piece in (text, *text):
        assert is_harmless(sanitize(piece))
        assert is_harmless(sanitize_chunk(piece))
    assert "".join(map(sanitize, text)) == sanitize(text)


def test_the_letters_of_an_escape_sequence_stay_and_its_start_is_visible() -> None:
    assert sanitize("\x1b[31mred") == "␛[31mred"


def test_invisible_direction_and_tag_characters_are_dropped() -> None:
    assert sanitize("a\u202eb\u2066c\u200fd\U000e0041e\ufefff\u200bg") == "abcdefg"


def test_joiners_combining_marks_and_wide_text_stay() -> None:
    text = "👩\u200d👩\u200d👧 e\u0301 漢字 ✈\ufe0f नमस्ते می\u200cخواهم"
    assert sanitize(text) is text


def test_lone_surrogates_become_replacement_characters() -> None:
    assert sanitize("a\ud800b") == storable("a\ud800b") == "a\ufffdb"
    assert storable("\x1b kept \x00") == "\x1b kept \x00"


def test_every_kind_of_line_end_is_a_newline() -> None:
    assert sanitize("a\r\nb\rc\x85d\u2028e\u2029f") == "a\nb\nc\nd\ne\nf"


def test_a_line_end_that_is_cut_in_two_is_one_line_end() -> None:
    assert sanitize_chunk("a\r") + sanitize_chunk("\nb") == "a\nb"
    assert sanitize_chunk("a\r\nb") == "a\nb"


@pytest.mark.parametrize(
    ("base", "bare"),
    [
        (None, None),
        ("http://h/v1", "http://h/v1"),
        ("http://me@h/v1", "http://h/v1"),
        ("http://me:secret@h:1/v1", "http://h:1/v1"),
        ("http://me:p@ss@h/v1", "http://h/v1"),
        ("http://h/v1/a@b", "http://h/v1/a@b"),
        ("me:secret@h/v1", "h/v1"),
    ],
)
def test_an_address_without_credentials(base: str | None, bare: str | None) -> None:
    assert without_credentials(base) == bare


def test_one_line_folds_white_space_and_says_that_it_was_cut() -> None:
    assert one_line(" a\n\tb\x1b[1m\r\n c ") == "a b␛[1m c"
    assert one_line("x" * 300, 10) == "x" * 9 + "…"
    assert one_line("x" * 10, 10) == "x" * 10


@settings(max_examples=100)
@given(ANY_TEXT)
def test_any_text_comes_out_harmless_and_a_second_time_the_same(text: str) -> None:
    clean = sanitize(text)
    assert is_harmless(clean)
    assert sanitize(clean) == clean
    assert clean.encode().decode() == clean


@settings(max_examples=100)
@given(ANY_TEXT, st.lists(st.integers(1, 7), min_size=1))
def test_pieces_of_a_stream_add_up_to_the_same_text(text: str, sizes: list[int]) -> None:
    pieces: list[str] = []
    at = 0
    while at < len(text):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(text[at : at + size])
        at += size
    assert "".join(map(sanitize_chunk, pieces)) == sanitize_chunk(text)


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        ("gguf:/home/me/models/qwen3-4b.gguf?context=8192", "gguf:qwen3-4b.gguf"),
        ("replay:talk.jsonl?speed=0", "replay:talk.jsonl"),
        ("gguf:/m/a\x1b[2J\n.gguf", "gguf:a␛[2J .gguf"),
        ("openai/team/claude-sonnet", "openai/team/claude-sonnet"),
        ("demo:fast", "demo:fast"),
        ("gguf:/m/" + "q" * 60, "gguf:" + "q" * 34 + "…"),
        ("", ""),
    ],
)
def test_a_model_that_is_a_file_is_shown_without_its_folders(model: str, shown: str) -> None:
    assert model_on_one_line(model, 40) == shown
