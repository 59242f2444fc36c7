"""`tyler-chat export`."""

from pathlib import Path

from tests.cli.program import Run, stored, thread_of
from tyler_tui import Message


def test_the_command_writes_to_standard_output_or_into_a_file(cli: Run) -> None:
    stored(thread_of(Message("user", "hi"), Message("assistant", "ho"), name="tea"))
    assert cli("export", "tea").out.startswith("# tea\n")
    assert cli("export", "tea", "--format", "json").out.startswith("{")
    outcome = cli("export", "te", "-o", "out.html")
    assert Path(outcome.out.strip()).read_text().startswith("<!DOCTYPE html>")
    assert cli("export", "tea", "-o", "out.html").code == 2
    assert cli("export", "tea", "-o", "out.html", "--overwrite").code == 0
    assert cli("export", "tea", "-o", "out.txt").code == 2
    assert cli("export", "tea", "-o", "out.txt", "--format", "md").code == 0
    assert "Did you mean `json`?" in cli("export", "tea", "--format", "jsno").err
    assert cli("export", "coffee").code == 1


def test_the_command_masks_secrets(cli: Run) -> None:
    stored(thread_of(Message("user", "sk-abcdefghijklmnopqrst"), name="tea"))
    assert "abcdefgh" in cli("export", "tea").out
    assert "abcdefgh" not in cli("export", "tea", "--redact").out
