"""What may be installed: no release that is known to be bad, and in CI exactly the locked files."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / ".ci" / "requirements.lock").read_text("utf-8")
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)

COMPROMISED = {"litellm": ("1.82.7", "1.82.8", "1.107.0", "1.107.1", "1.107.99")}
"""Releases that carried a credential stealer, or are reported to."""


def declared() -> list[Requirement]:
    """All that pyproject.toml asks for, the tools for building and testing too."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        form: dict[str, Any] = tomllib.load(file)
    project = form["project"]
    extras = project["optional-dependencies"]
    texts = [
        *project["dependencies"],
        *extras["documents"],
        *extras["images"],
        *extras["mcp"],
        *extras["postgres"],
        *extras["web"],
        *extras["dev"],
        *form["build-system"]["requires"],
    ]
    found = [Requirement(text) for text in texts]
    return [requirement for requirement in found if requirement.name != project["name"]]


@pytest.mark.parametrize("name", COMPROMISED)
def test_no_resolver_may_pick_a_release_that_was_tampered_with(name: str) -> None:
    ranges = [requirement.specifier for requirement in declared() if requirement.name == name]
    assert len(ranges) == 1
    for version in COMPROMISED[name]:
        assert not ranges[0].contains(version, prereleases=True), version
        without_bounds = [each for each in ranges[0] if each.operator == "!="]
        assert any(not each.contains(version) for each in without_bounds), (
            f"{version} must stay out when the bounds are moved"
        )


def test_what_runs_has_an_upper_bound() -> None:
    unbounded = [
        requirement.name
        for requirement in declared()
        if not any(each.operator in ("<", "<=", "==", "~=") for each in requirement.specifier)
    ]
    assert unbounded == ["hatchling"]


def test_the_lock_has_a_version_that_fits_for_each_thing_that_is_asked_for() -> None:
    pinned = {canonicalize_name(name): version for name, version in PINNED.findall(LOCK)}
    for requirement in declared():
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not locked: run .ci/lock"
        assert requirement.specifier.contains(version), f"{requirement}: run .ci/lock"


def test_each_locked_file_has_hashes_and_no_index_is_named() -> None:
    entries = [
        entry
        for entry in re.sub(r"\\\n", "", LOCK).splitlines()
        if entry and not entry.startswith("#")
    ]
    assert len(entries) > 100
    for entry in entries:
        assert PINNED.match(entry), f"neither a pin nor a comment: {entry[:80]}"
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry[:80]
        without_hashes = re.sub(r"--hash=sha256:[0-9a-f]{64}", "", entry)
        assert "--" not in without_hashes, entry[:80]
    assert "://" not in LOCK
    assert "index" not in LOCK
