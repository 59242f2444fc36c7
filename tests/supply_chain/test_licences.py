"""Every dependency may be used by a program under the MIT licence."""

import pytest

from tests.supply_chain.licences import PERMITTED, PERMITTED_BESIDE, Licence, licences


def test_what_the_program_needs_is_under_licences_that_it_may_use() -> None:
    found = licences("tyler-tui", "documents", "images", "web")
    assert len(found) > 60
    assert [each for each in found if not each.is_among(PERMITTED)] == []


def test_of_all_extras_psycopg_alone_stands_beside_the_program() -> None:
    found = licences("tyler-tui", "documents", "images", "mcp", "postgres", "web")
    beside = [each for each in found if not each.is_among(PERMITTED)]
    assert {each.package for each in beside} == {"psycopg", "psycopg-binary"}
    assert all(each.is_among(PERMITTED_BESIDE) for each in beside)


def test_what_the_tests_need_is_too() -> None:
    found = licences("tyler-tui", "dev")
    assert {each.package for each in found} >= {"pytest", "mypy"}
    assert [each for each in found if not each.is_among(PERMITTED_BESIDE)] == []


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ("MIT", True),
        ("MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later", True),
        ("Apache-2.0 AND MIT", True),
        ("(Apache-2.0 OR BSD-3-Clause)", True),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0-only AND MIT", False),
        ("LGPL-3.0-only", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_an_expression_fits_when_one_choice_does_as_a_whole(expression: str, fits: bool) -> None:
    assert Licence("some-package", expression).is_among(PERMITTED) is fits
