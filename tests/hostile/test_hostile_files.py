"""The corpus in what the program writes for others: exports, pipes, the stream of the web."""

import json
from pathlib import Path

import pytest

from tests.cli.program import run_program, stored, thread_of
from tests.hostile.corpus import ALL, LARGE, MARK
from tests.hostile.terminal_bytes import unmeant
from tests.provider_server import Call, Finish, ProviderServer, Reply, Text, Thinking, answer
from tyler_tui import Message, Thread, ToolCall
from tyler_tui.export import FORMS, exported


def conversation() -> Thread:
    call = ToolCall("c1", ALL, {ALL: ALL})
    return thread_of(
        Message("user", ALL),
        Message("assistant", ALL, tool_calls=[call], reasoning_content=ALL,
                metrics={"model": ALL}),
        Message("tool", ALL, name=ALL, tool_call_id="c1"),
        Message("assistant", f"# {ALL}\n\n```{ALL}\n{ALL}\n```\n\n|{ALL}|\n|-|\n|{ALL}|\n"),
        title=ALL,
        name="talk",
    )  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_no_export_acts_on_a_terminal_that_it_is_printed_to(form: str) -> None:
    for redact in (False, True):
        text = exported(conversation(), form, redact=redact)
        assert MARK in text
        assert unmeant(text.encode()) == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "name",
    ["quotes in quotes", "lists in lists", "brackets", "deep JSON", "table of 500 columns",
     "fence never closed", "combining flood", "strikes"],
)  # fmt: skip
def test_what_is_too_large_or_too_deep_is_exported_too(form: str, name: str) -> None:
    thread = thread_of(Message("user", "go"), Message("assistant", LARGE[name][:60_000]))
    assert exported(thread, form, redact=True)


@pytest.mark.parametrize("form", ["text", "json", "stream-json"])
def test_print_mode_into_a_pipe(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    call = Call(0, "c", ALL, json.dumps({ALL: ALL}))
    provider_server.script(Reply([Thinking(ALL), Text(ALL), call, Finish("tool_calls")]))
    provider_server.script(answer(ALL))
    ended = run_program("-m", "openai/anything", "--output-format", form, "-p", "go")
    assert MARK in ended.out
    assert unmeant((ended.out + ended.err).encode()) == []
    if form == "stream-json":
        assert all(isinstance(json.loads(line), dict) for line in ended.out.splitlines())


def test_commands_into_a_pipe(home: Path) -> None:
    stored(conversation())
    for words in (
        ["sessions", "list"], ["sessions", "show", "talk"], ["search", "evil"],
        ["sessions", "show", "talk", "--json"], ["export", "talk"],
        ["export", "talk", "--format", "html"],
        ["sessions", "show", ALL.replace("\0", "")], ["-m", ALL.replace("\0", ""), "-p", "x"],
    ):  # fmt: skip
        ended = run_program(*words)
        assert unmeant((ended.out + ended.err).encode("utf-8", "surrogatepass")) == [], words
