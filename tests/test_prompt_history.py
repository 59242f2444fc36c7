"""The file of prompts that were sent: what happened to one costs no other."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tyler_tui.prompt_history import PromptHistory


def prompts_in(file: Path) -> list[str]:
    return PromptHistory(file).prompts


def test_what_is_added_is_there_the_next_time_in_its_order(tmp_path: Path) -> None:
    file = tmp_path / "new" / "prompts.jsonl"
    history = PromptHistory(file)
    added = ["one", "two\nlines \x85 \u2028", "日本", "\udc80 alone"]
    for prompt in added:
        history.add(prompt)
    assert prompts_in(file) == [*added[:3], "\ufffd alone"]


@pytest.mark.parametrize("damage", [b'"torn', b"\xff\xfe", b"\0\0\0", b"[" * 100_000, b"[1]"])
def test_a_line_that_is_damaged_or_cut_off_costs_no_other(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "prompts.jsonl"
    file.write_bytes(b'"before"\n' + damage + b'\n"between"\n' + damage)
    assert prompts_in(file) == ["before", "between"]
    PromptHistory(file).add("behind")
    PromptHistory(file).add("at the end")
    assert prompts_in(file) == ["before", "between", "behind", "at the end"]


CUT_OFF = """if True:
    import resource, signal, sys
    from pathlib import Path
    from tyler_tui.prompt_history import PromptHistory
    history = PromptHistory(Path(sys.argv[1]))
    history.add("before")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, resource.RLIM_INFINITY))
    history.add("one for which there is no room")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    history.add("behind")
"""


def test_a_prompt_for_which_there_was_no_room_costs_not_the_next_one(tmp_path: Path) -> None:
    file = tmp_path / "prompts.jsonl"
    subprocess.run([sys.executable, "-c", CUT_OFF, str(file)], check=True)
    assert len(file.read_bytes().splitlines()) == 3, "nothing was cut off"
    assert prompts_in(file) == ["before", "behind"]


@pytest.mark.timeout(20)
def test_a_pipe_in_the_place_of_the_file_is_done_without_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "prompts.jsonl"
    os.mkfifo(file)
    history = PromptHistory(file)
    history.add("a prompt")
    assert history.prompts == ["a prompt"]
    assert "prompts.jsonl" in caplog.text
