import pytest
from rich.style import Style

from tests.tui.markdown.texts import STYLES, drawn, rows_of
from tyler_tui.tui.markdown import Line, MarkdownDocument


def style_of(text: str, word: str, width: int = 80) -> Style:
    """The style of the piece that contains `word`."""
    segments = [segment for line in rows_of(text, width) for segment in line.segments]
    return next(segment.style for segment in segments if word in segment.text) or Style()


def targets(text: str) -> list[str]:
    return [href for line in rows_of(text, 80) for _, _, href in line.links]


def test_headings_have_styles_by_level_and_the_first_a_rule() -> None:
    assert drawn("# One\n\n## Two\n\n### Three", 40) == ["One", "━━━", "", "Two", "", "Three"]
    assert style_of("# One", "One") == STYLES.headings[0]
    assert style_of("###### Six", "Six") == STYLES.headings[3]
    assert drawn("One\n===\n\nTwo\n---", 40) == ["One", "━━━", "", "Two"]
    assert drawn("#tag is text", 40) == ["#tag is text"]


def test_paragraphs_are_filled_and_hard_breaks_kept() -> None:
    assert drawn("one\ntwo  \nthree\\\nfour", 40) == ["one two", "three", "four"]
    assert drawn("aaa bbb ccc ddd", 7) == ["aaa bbb", "ccc ddd"]
    assert drawn("abcdefghij", 4) == ["abcd", "efgh", "ij"]


def test_emphasis_code_and_strike_are_styles_not_marks() -> None:
    text = "a **strong** *em* ***both*** `code` ~~gone~~"
    assert drawn(text, 80) == ["a strong em both code gone"]
    assert style_of(text, "strong").bold
    assert style_of(text, "em").italic
    both = style_of(text, "both")
    assert both.bold
    assert both.italic
    assert style_of(text, "code") == STYLES.code
    assert style_of(text, "gone").strike


def test_lists_nest_with_a_bullet_for_each_depth() -> None:
    text = "- one\n  - two\n    - three\n      - four\n- five"
    assert drawn(text, 40) == ["• one", "  ◦ two", "    ▪ three", "      ▪ four", "• five"]


def test_blank_rows_in_a_list_are_where_they_are_written() -> None:
    assert drawn("- a\n- b\n\n- c", 40) == ["• a", "• b", "", "• c"]
    assert drawn("- a\n\n  more\n- b", 40) == ["• a", "  ", "  more", "• b"]
    assert drawn("text\n- a\n  - b\n\n    c", 40) == ["text", "", "• a", "  ◦ b", "    ", "    c"]


def test_ordered_lists_count_from_their_start() -> None:
    assert drawn("1. a\n1. b\n1. c", 40) == ["1. a", "2. b", "3. c"]
    assert drawn("9. a\n10. b", 40) == ["9. a", "10. b"]
    assert drawn("0) a\n1) b", 40) == ["0. a", "1. b"]
    assert drawn("3. a\n   - b\n4. c", 40) == ["3. a", "   ◦ b", "4. c"]


def test_wrapped_items_are_indented_to_their_text() -> None:
    assert drawn("10. aaaa bbbb cccc", 14) == ["10. aaaa bbbb", "    cccc"]


def test_task_lists_have_boxes() -> None:
    assert drawn("- [ ] todo\n- [x] done\n- [X] DONE\n- [y] no", 40) == [
        "☐ todo", "☑ done", "☑ DONE", "• [y] no",
    ]  # fmt: skip
    assert drawn("1. [ ] a\n2. b", 40) == ["☐  a", "2. b"]


def test_quotes_have_a_bar_on_every_row() -> None:
    assert drawn("> a\n> b\n>\n> > c\n\nd", 40) == ["▌ a b", "▌ ", "▌ ▌ c", "", "d"]
    assert drawn("> - a\n>   - b", 40) == ["▌ • a", "▌   ◦ b"]
    assert drawn(">", 40) == ["▌ "]
    assert drawn("- >\n\n  more", 40) == ["• ▌ ", "  ", "  more"]


def test_a_rule_goes_across() -> None:
    assert drawn("a\n\n---\n\nb", 5) == ["a", "", "─────", "", "b"]


def test_code_is_a_panel_with_its_language_and_where_to_copy_it() -> None:
    label, code, tab = drawn("```python title\nx = 1\n\ty\n```", 30)
    assert label == " python" + " " * 18 + "copy "
    assert code == " x = 1" + " " * 24
    assert tab == "     y" + " " * 24
    assert drawn("~~~\na\n~~~", 30)[0].startswith(" text")
    assert drawn("    a\n    b", 30)[1:] == [" a" + " " * 28, " b" + " " * 28]


def test_code_is_coloured_by_its_language() -> None:
    text = "```python\ndef name():\n    return 'text'\n```"
    assert style_of(text, "def").color == style_of(text, "return").color
    assert style_of(text, "def") != style_of(text, "name")
    assert style_of("```nonsense\ndef\n```", "def") == STYLES.code_panel


@pytest.mark.parametrize("end", ["", "\n```"], ids=["open", "closed"])
@pytest.mark.parametrize(
    ("language", "line", "kind"),
    [
        ("console", "$ ls -l", "Generic.Prompt"),
        ("diff", "+new", "Generic.Inserted"),
        ("bash", "# why", "Comment"),
        ("markdown", "# Rules", "Generic.Heading"),
    ],
)
def test_the_last_line_of_code_has_its_text_and_its_colours(
    language: str, line: str, kind: str, end: str
) -> None:
    text = f"```{language}\n{line}{end}"
    _, row = drawn(text, 30)
    assert row.strip() == line
    assert style_of(text, line[0]) == STYLES.code_panel + dict(STYLES.syntax)[kind]


def test_code_that_goes_over_many_lines_is_coloured_as_a_whole_once_it_ends() -> None:
    document = MarkdownDocument(STYLES)
    document.append('```python\nx = """\ndef text\n')
    streamed = list(document.lines(40))
    document.append('"""\n```\n')
    ended = document.lines(40)
    assert streamed[1] is ended[1]
    assert streamed[2] is not ended[2]
    assert ended == rows_of('```python\nx = """\ndef text\n"""\n```', 40)


def test_a_long_line_of_code_is_wrapped_with_a_mark_and_loses_nothing() -> None:
    rows = rows_of("```\n" + "x" * 45 + "\n```", 22)[1:]
    assert ["".join(s.text for s in row.segments)[0] for row in rows] == [" ", "↪", "↪"]
    assert "".join(row.text for row in rows) == "x" * 45
    assert all(row.joiner == "" for row in rows[1:])


@pytest.mark.parametrize("word", ["x" * 22, "x" * 60, "é" * 22])
def test_what_leads_a_line_of_code_does_not_stand_alone(word: str) -> None:
    _, *rows = drawn(f"```\n        {word} y\n```", 30)
    assert rows[0].rstrip() == " " * 9 + word[:20]
    assert all(row.startswith("↪" + word[0]) for row in rows[1:])
    assert "".join(row.strip(" ↪") for row in rows).startswith(word)


def test_tables_are_as_wide_as_they_need_and_aligned() -> None:
    text = "| a | b | c |\n|:--|:-:|--:|\n| wide | wide | wide |\n| x | x | x |"
    assert drawn(text, 40) == [
        "a    │  b   │    c",
        "─────┼──────┼─────",
        "wide │ wide │ wide",
        "x    │  x   │    x",
    ]


def test_a_table_with_long_cells_is_wrapped_to_fit() -> None:
    words = " ".join(["word"] * 20)
    rows = drawn(f"| a | b |\n|---|---|\n| {words} | {words} |", 40)
    assert max(map(len, rows)) <= 40
    assert len(rows) > 4
    assert sum(row.count("word") for row in rows) == 40


def test_a_table_that_can_not_fit_becomes_records() -> None:
    head = "| one | two | three |\n|---|---|---|\n"
    rows = drawn(head + "| alphabet | betaversion | gammaray |\n| d | e | f |", 16)
    assert rows == [
        "one: alphabet", "two: betaversion", "three: gammaray", "─" * 16,
        "one: d", "two: e", "three: f",
    ]  # fmt: skip


def test_links_show_where_they_lead_and_only_safe_ones_open() -> None:
    assert drawn("[text](https://a.b/c)", 60) == ["text (https://a.b/c)"]
    assert targets("[text](https://a.b/c)") == ["https://a.b/c"] * 2
    assert drawn("<https://a.b> me@a.b https://c.d", 60) == ["https://a.b me@a.b https://c.d"]
    assert targets("me@a.com") == ["mailto:me@a.com"]
    for target in ("file:///etc/passwd", "javascript:alert(1)", "/local", "ftp://a.b", "data:x"):
        assert targets(f"[text]({target})") == []
        assert "text" in drawn(f"[text]({target})", 80)[0]
    assert "(ftp://a.b)" in drawn("[text](ftp://a.b)", 80)[0]


def test_the_cells_of_a_link_are_those_of_its_text() -> None:
    [line] = rows_of("漢 [字か](https://a.b) x", 60)
    assert [line.links[0][:2], line.links[1][:2]] == [(3, 7), (7, 21)]
    [line] = rows_of("- [x](https://a.b)", 60)
    assert line.links[0] == (2, 3, "https://a.b")


def test_images_are_named_with_their_address() -> None:
    assert drawn("![a cat](https://a.b/c.png)", 60) == ["[image: a cat] (https://a.b/c.png)"]


def test_reference_links_work_even_when_defined_last() -> None:
    document = MarkdownDocument(STYLES)
    for piece in ("See [the docs][d].\n\n", "More.\n\n", "- [d]\n\n", "[d]: https://a.b/d\n"):
        document.append(piece)
        document.lines(60)
    document.finish()
    assert [line.text for line in document.lines(60)] == [
        "See the docs (https://a.b/d).", "", "More.", "", "• d (https://a.b/d)",
    ]  # fmt: skip


def test_html_is_shown_as_it_is_written() -> None:
    for text in ("<b>x</b>", "<!-- never closed", "<script>alert(1)</script>", "<think>hm</think>"):
        assert drawn(text, 60) == [text]


def test_wide_characters_count_two_cells_and_break_anywhere_but_before_closing_marks() -> None:
    assert drawn("漢字漢字漢字", 5) == ["漢字", "漢字", "漢字"]
    assert drawn("漢字。漢字", 4) == ["漢", "字。", "漢字"]
    family = "👩\u200d👩\u200d👧"
    assert drawn(family * 3, 4) == [family * 2, family]
    assert [line.width for line in rows_of("| 漢 | b |\n|---|---|\n| a | c |", 20)] == [6, 6, 6]


def test_entities_do_not_bring_control_characters_to_life() -> None:
    assert drawn("a&#27;[31m&#x202e;b&#x9b;c&#0;", 40)[0].isprintable()
    assert drawn("```&#x202e;py\nx\n```", 40)[0].isprintable()


def test_code_within_lists_can_be_copied_too() -> None:
    text = "- a\n\n  ```sh\n  one\n  two\n  ```\n\n> ```\n> x\n> ```\n\n```py\nlast\n```"
    document = MarkdownDocument(STYLES, source=text)
    document.finish()
    rows = document.lines(40)
    blocks = document.code_blocks()
    assert [(block.language, block.code) for block in blocks] == [
        ("sh", "one\ntwo\n"), ("", "x\n"), ("py", "last\n"),
    ]  # fmt: skip
    for block in blocks:
        assert rows[block.first_line].kind == "code-header"
        assert rows[block.last_line].kind == "code"


def test_the_code_of_an_open_fence_is_all_that_came() -> None:
    document = MarkdownDocument(STYLES)
    for number in range(20):
        document.append(f"{'```py' if not number else f'line {number}'}\n")
        document.lines(40)
    [block] = document.code_blocks()
    assert block.code == "".join(f"line {number}\n" for number in range(1, 20))
    assert (block.first_line, block.last_line) == (0, 19)


def test_new_styles_draw_everything_again() -> None:
    document = MarkdownDocument(STYLES, source="# Title\n\ntext")
    before: list[Line] = list(document.lines(40))
    document.set_styles(STYLES)
    assert document.lines(40) == before
    assert document.changed_from == 0


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"Area $\pi r^2$.", "Area πr²."),
        (r"\(\frac{a}{b} \leq \sqrt{x_1}\)", "a/b ≤√(x₁)"),
        ("$$\n\\sum_{i=1}^{n} i = \\frac{n(n+1)}{2}\n$$", "∑ᵢ₌₁ⁿ i = n(n+1)/2"),
        ("\\[\nE = mc^2\n\\]", "E = mc²"),
        (r"$x_{ab}^{cd}$", "x_(ab)^(cd)"),
        ("$5 here, 10$ there, $20 and $30", "$5 here, 10$ there, $20 and $30"),
        ("`$x^2$` and \\$x^2\\$", "$x^2$ and $x^2$"),
        (r"$\frac{a}{$", r"$\frac{a}{$"),
        ("one $ sign, a_b_c", "one $ sign, a_b_c"),
    ],
)
def test_formulas_are_shown_as_far_as_letters_can(written: str, shown: str) -> None:
    assert drawn(written, 80) == [shown]


def test_a_formula_is_no_emphasis_and_brings_no_control_characters_to_life() -> None:
    assert drawn("$a*b$ and $c*d$", 80) == ["a*b and c*d"]
    assert "\x1b" not in "".join(drawn("$\\char27\x1b[31m \\symbol{27}$", 80))


def test_a_formula_that_is_deep_or_long_is_shown_as_it_is_written() -> None:
    deep = "$" + "{" * 500 + "x" + "}" * 500 + "$"
    assert "".join(drawn(deep, 200)) in (deep, "x")
    assert "".join(drawn("$" + "x" * 3_000 + "$", 200)) == "$" + "x" * 3_000 + "$"
