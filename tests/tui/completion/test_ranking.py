import time

from hypothesis import given
from hypothesis import strategies as st

from tyler_tui.tui.completion.ranking import Ranking


def best(query: str, *texts: str) -> list[str]:
    return [texts[hit.index] for hit in Ranking(texts).best(query, 20)]


def test_the_name_of_a_file_counts_more_than_its_folders_and_its_beginning_most() -> None:
    paths = ["composer/deep/notes.md", "tests/test_composer.py", "widgets/composer.py"]
    assert best("composer", *paths) == [paths[2], paths[1], paths[0]]
    assert best("composer", "src/composer/", "src/composer/rows.py")[0] == "src/composer/"


def test_letters_need_not_stand_side_by_side_but_in_their_order() -> None:
    assert best("wdgcomp", "widgets/composer.py", "composer/widgets.py") == ["widgets/composer.py"]


def test_capitals_count_where_some_were_typed() -> None:
    assert best("readme", "README.md", "readme.txt", "other") == ["readme.txt", "README.md"]
    assert best("READ", "README.md", "readme.txt") == ["README.md"]


def test_the_characters_that_were_found_are_marked_also_behind_wide_ones() -> None:
    texts = ["天狼/星.txt"]
    (hit,) = Ranking(texts).best("狼星", 1)
    assert [texts[0][at] for at in hit.marked] == ["狼", "星"]


def test_a_hundred_thousand_paths_take_no_time_to_speak_of() -> None:
    paths = [f"src/part{n % 97}/module{n % 1009}/file_{n}.py" for n in range(100_000)]
    ranking = Ranking(paths)
    began = time.process_time()
    found = [hit for query in ("f", "src/", "prtmodfile77") for hit in ranking.best(query, 50)]
    assert len(found) > 100
    assert time.process_time() - began < 3


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(
    st.text(st.characters(exclude_categories=["Cs"]))))  # fmt: skip
def test_no_text_upsets_it(query: str, texts: list[str]) -> None:
    for hit in Ranking(texts).best(query, 5):
        assert all(at < len(texts[hit.index]) for at in hit.marked)
