"""A command always ends, with all that it started: at its time limit, when it is cancelled, and
when it leaves processes behind. The processes are real, and watched by their ids."""

import asyncio
import os
import signal
import sys
import time
import tracemalloc
from asyncio.subprocess import Process
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.agent.scripted import ScriptedProvider, agent_with, calls, read_to_end, thread_with
from tests.tools.commands import all_end, is_alive, pids_in, run, the_tool
from tyler_tui import EventType
from tyler_tui.errors import ToolError
from tyler_tui.tools import processes
from tyler_tui.tools.output import HEAD_CHARACTERS, TAIL_CHARACTERS

FAMILY = "bash -c 'echo $$ >>pids; sleep 300 & echo $! >>pids; wait' & echo $! >>pids; wait"
"""A child, its own child, and the shell above them that waits."""

STUBBORN = "trap '' TERM; bash -c 'trap \"\" TERM; echo $$ >>pids; while :; do sleep 1; done'"


async def cancelled(workspace: Path, command: str, pids: int) -> list[int]:
    """Run a command until it has written so many process ids, and cancel it."""
    running = asyncio.create_task(run(workspace, command))
    found = await pids_in(workspace / "pids", pids)
    assert all(map(is_alive, found))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    return found


async def test_a_cancel_ends_the_command_and_its_grandchildren(workspace: Path) -> None:
    assert all_end(await cancelled(workspace, FAMILY, 3))


async def test_a_cancel_ends_what_ignores_the_first_signal(workspace: Path) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert all_end(await cancelled(workspace, STUBBORN, 1))
    assert loop.time() - began < 60


async def test_a_cancel_leaves_time_to_clean_up(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "GRACE_S", 10.0)
    command = "trap 'echo cleaned >done; exit' TERM; echo $$ >>pids; while :; do sleep 0.02; done"
    await cancelled(workspace, command, 1)
    assert (workspace / "done").read_text() == "cleaned\n"


async def test_a_second_cancel_does_not_leave_anything_running(workspace: Path) -> None:
    running = asyncio.create_task(run(workspace, STUBBORN))
    pids = await pids_in(workspace / "pids", 1)
    for _ in range(3):
        running.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await running
    assert all_end(pids)


@pytest.mark.parametrize("steps", range(6))
async def test_a_cancel_while_it_starts_leaves_nothing_running(workspace: Path, steps: int) -> None:
    running = asyncio.create_task(run(workspace, "echo $$ >>pids; exec sleep 300"))
    for _ in range(steps):
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    with suppress(FileNotFoundError):  # it may not have come so far
        assert all_end([int(pid) for pid in (workspace / "pids").read_text().split()])


async def killed_late(monkeypatch: pytest.MonkeyPatch, after_s: float) -> Process:
    """A process of whose death the system tells so late, once it is killed: as one that has
    gigabytes to free, or on a busy machine."""
    wait = os.waitpid

    def late(pid: int, options: int) -> tuple[int, int]:
        ended = wait(pid, options)
        time.sleep(after_s)
        return ended

    monkeypatch.setattr(os, "waitpid", late)
    return await asyncio.create_subprocess_exec("sleep", "300", start_new_session=True)


async def test_a_killed_process_is_waited_for_however_long_it_takes_to_die(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = await killed_late(monkeypatch, 3.0)
    await processes.end(process)
    assert process.returncode == -signal.SIGTERM


@pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="asyncio waits in its own thread: that cannot be made late"
)
async def test_a_process_that_the_kernel_holds_fast_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = await killed_late(monkeypatch, 3.0)
    monkeypatch.setattr(processes, "_is_held_fast", lambda pid: pid == process.pid)
    await processes.end(process)
    assert process.returncode is None
    monkeypatch.undo()
    assert await process.wait() == -signal.SIGTERM


async def test_a_process_that_became_another_users_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = await asyncio.create_subprocess_exec("sleep", "300", start_new_session=True)

    def refused(id: int, number: int) -> None:
        raise PermissionError

    with monkeypatch.context() as system:
        system.setattr(os, "killpg", refused)
        system.setattr(os, "kill", refused)
        async with asyncio.timeout(30):
            await processes.end(process)
    assert process.returncode is None
    await processes.end(process)
    assert process.returncode == -signal.SIGTERM


async def test_a_process_that_runs_or_sleeps_is_not_held_fast() -> None:
    process = await asyncio.create_subprocess_exec("sleep", "300", start_new_session=True)
    try:
        assert not processes._is_held_fast(process.pid)
    finally:
        await processes.end(process)
    assert not processes._is_held_fast(process.pid)


async def test_what_is_cancelled_again_and_again_while_it_starts_leaves_nothing_running(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, goes_on = asyncio.Event(), asyncio.Event()
    start = asyncio.create_subprocess_exec
    started: list[asyncio.subprocess.Process] = []

    async def slowly(*command: str, **options: Any) -> asyncio.subprocess.Process:
        begun.set()
        await goes_on.wait()
        started.append(await start(*command, **options))
        return started[0]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", slowly)
    running = asyncio.create_task(run(workspace, "exec sleep 300"))
    await begun.wait()
    for _ in range(3):
        running.cancel()
        await asyncio.sleep(0)
    goes_on.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert all_end([started[0].pid])


async def test_stopping_the_turn_ends_the_command(workspace: Path) -> None:
    provider = ScriptedProvider(calls(("command_line-run", f'{{"command": "{FAMILY}"}}')))
    agent = agent_with(provider, tools=[the_tool()], workspace=workspace)
    stream = agent.go(thread_with(), stream=True)
    pids: list[int] = []
    async for event in stream:
        if event.type is EventType.TOOL_EXECUTING:
            pids = await pids_in(workspace / "pids", 3)
            stream.cancel()
            break
    await read_to_end(stream)
    assert len(pids) == 3
    assert all_end(pids)


async def test_the_time_limit_ends_all_and_what_was_printed_is_kept(workspace: Path) -> None:
    with pytest.raises(ToolError) as caught:
        await run(workspace, f"echo before; {FAMILY}", timeout_s=3)
    assert caught.value.message == "stopped at its time limit of 3 s\n\nbefore\n"
    assert all_end(await pids_in(workspace / "pids", 3))


@pytest.mark.parametrize("limit", [0, -5])
async def test_a_time_limit_is_at_least_a_second(workspace: Path, limit: int) -> None:
    assert "ready" in await run(workspace, "echo ready", timeout_s=limit)


async def test_a_child_that_keeps_the_output_open_does_not_hold_up_the_result(
    workspace: Path,
) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    answer = await run(workspace, "sleep 300 & echo $! >pids; echo started")
    (pid,) = await pids_in(workspace / "pids", 1)
    try:
        assert loop.time() - began < 60
        assert answer.startswith("exit code 0\n\nstarted\n")
        assert "still runs" in answer
        assert is_alive(pid), "what was put into the background on purpose is left there"
    finally:
        os.kill(pid, signal.SIGKILL)


async def test_a_child_with_an_output_of_its_own_is_left_alone_and_not_spoken_of(
    workspace: Path,
) -> None:
    answer = await run(workspace, "sleep 300 >log 2>&1 & echo $! >pids; echo started")
    (pid,) = await pids_in(workspace / "pids", 1)
    try:
        assert answer == "exit code 0\n\nstarted\n"
        assert is_alive(pid)
    finally:
        os.kill(pid, signal.SIGKILL)


async def test_a_daemon_in_a_session_of_its_own_does_not_hold_up_the_result(
    workspace: Path,
) -> None:
    answer = await run(workspace, "setsid sh -c 'echo $$ >pids; exec sleep 300' & echo started")
    (pid,) = await pids_in(workspace / "pids", 1)
    try:
        assert answer.startswith("exit code 0\n\nstarted\n")
    finally:
        os.kill(pid, signal.SIGKILL)


async def test_a_daemon_that_a_cancel_cannot_reach_does_not_hold_it_up(workspace: Path) -> None:
    command = "setsid sh -c 'echo $$ >>pids; exec sleep 300' & sleep 300"
    loop = asyncio.get_running_loop()
    began = loop.time()
    (pid,) = await cancelled(workspace, command, 1)
    try:
        assert loop.time() - began < 60
    finally:
        os.kill(pid, signal.SIGKILL)


async def test_all_that_the_end_of_a_pipeline_prints_arrives(workspace: Path) -> None:
    answer = await run(workspace, "seq 1 4000 | cat | tail -n 2000")
    assert answer.startswith("exit code 0\n\n2001\n")
    assert answer.endswith("\n3999\n4000\n")


async def test_a_flood_is_cut_in_the_middle_and_held_in_little_memory(workspace: Path) -> None:
    tracemalloc.start()
    try:
        answer = await run(workspace, "seq 1 2000000")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.startswith("exit code 0\n\n1\n2\n3\n")
    assert answer.endswith("\n1999999\n2000000\n")
    length = sum(len(str(number)) + 1 for number in range(1, 2_000_001))
    missing = length - HEAD_CHARACTERS - TAIL_CHARACTERS
    assert f"[… {missing:,} characters are cut here …]" in answer
    assert peak < 4 * 1024 * 1024


async def test_an_endless_flood_is_stopped_at_the_time_limit_and_the_loop_stays_free(
    workspace: Path,
) -> None:
    late = 0.0

    async def watch() -> None:
        nonlocal late
        loop = asyncio.get_running_loop()
        while True:
            asked = loop.time()
            await asyncio.sleep(0.01)
            late = max(late, loop.time() - asked - 0.01)

    watching = asyncio.create_task(watch())
    with pytest.raises(ToolError, match="time limit"):
        await run(workspace, "yes", timeout_s=1)
    watching.cancel()
    assert late < 0.5
