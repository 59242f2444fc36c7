"""Line mode with prompts from a pipe: what is said, in which order, and how it ends."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import Outcome, Run, latest, start_program, stored, thread_of
from tests.provider_server import (
    Call,
    Disconnect,
    Finish,
    Hang,
    ProviderServer,
    Reply,
    Text,
    Thinking,
    UsageChunk,
    answer,
    error,
)
from tests.tools.web_server import WebServer
from tyler_tui import Message
from tyler_tui.commands import IN_LINE_MODE, by_id
from tyler_tui.plain.actions import registry

Chat = Callable[..., Outcome]


@pytest.fixture
def chat(cli: Run, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> Chat:
    """Line mode with prompts on standard input, and the scripted server as its model."""
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)

    def call(*prompts: str, arguments: tuple[str, ...] = ("-m", "openai/anything")) -> Outcome:
        return cli("--plain", *arguments, stdin="".join(f"{prompt}\n" for prompt in prompts))

    return call


def between(text: str, start: str, end: str) -> list[str]:
    """The lines that stand between two."""
    return text.partition(f"{start}\n")[2].partition(f"\n{end}")[0].split("\n")


def test_an_answer_is_said_in_order_and_with_its_figures(
    chat: Chat, provider_server: ProviderServer
) -> None:
    Path("README.md").write_text("# Hello\n")
    call = Call(0, "1", "files-read", '{"path": "README.md"}')
    provider_server.script(
        Reply([Thinking("hm"), Text("I look."), call, Finish("tool_calls"), UsageChunk(100, 20)]),
        Reply([Text("## It\n\n- says **hello**", size=3), Finish(), UsageChunk(100, 20)]),
    )
    ended = chat("what is here?")
    assert (ended.code, ended.err) == (0, "")
    said = between(ended.out, "You: what is here?", "You: ")
    assert said[:4] == ["Thinking…", "Tyler:", "I look.", "Running files-read: read README.md…"]
    assert said[4].startswith("files-read done in ")
    assert said[5:8] == ["## It", "", "- says hello"]
    assert said[8].startswith("Answer finished: 3 lines, ")
    assert said[8].endswith(", 240 tokens.")


def test_thoughts_are_told_when_they_are_wanted(
    chat: Chat, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Thinking("I think *so*."), Text("Yes."), Finish()]))
    ended = chat("/thinking", "is it?")
    assert between(ended.out, "You: is it?", "Answer") == [
        "Thinking…", "I think so.", "Tyler:", "Yes.",
    ]  # fmt: skip


def test_what_goes_wrong_is_said_with_the_remedy_and_is_the_exit_code(
    chat: Chat, provider_server: ProviderServer
) -> None:
    provider_server.script(error(401, "no such key"))
    ended = chat("hello")
    assert ended.code != 0
    said = between(ended.out, "You: hello", "You: ")
    assert said[0].startswith("Error: The key was refused. ")
    assert said[1] == ("What to do: Give a valid key with /key, or use another model with /model.")


def test_the_last_answer_is_what_the_exit_code_tells_of(
    chat: Chat, provider_server: ProviderServer
) -> None:
    provider_server.script(error(401, "no such key"), answer("Here I am."))
    assert chat("hello", "again").code == 0


def test_what_had_arrived_when_the_connection_broke_is_said_and_kept(
    chat: Chat, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("It begins and"), Disconnect()]))
    ended = chat("hello")
    said = between(ended.out, "You: hello", "You: ")
    assert said[:3] == [
        "Tyler:",
        "It begins and",
        "The answer ends here, after 1 line; that is kept.",
    ]
    assert said[3].startswith("Error: ")
    assert latest().messages[-1].content == "It begins and"


def test_several_lines_are_one_prompt(chat: Chat, provider_server: ProviderServer) -> None:
    provider_server.fallback = answer("Yes.")
    chat("one \\", "two", '"""three', "", 'four"""', "", "five")
    prompts = [m.content for m in latest().messages if m.role == "user"]
    assert prompts == ["one \ntwo", "three\n\nfour", "five"]


def test_calls_that_must_be_asked_about_are_denied(
    chat: Chat, provider_server: ProviderServer
) -> None:
    call = Call(0, "1", "files-write", '{"path": "a.txt", "content": "x"}')
    provider_server.script(Reply([call, Finish("tool_calls")]), answer("A pity."))
    ended = chat("write", "1", "yes")
    assert "Nobody is there to ask about files-write: write a.txt" in ended.out
    assert not Path("a.txt").exists()
    assert [m.content for m in latest().messages if m.role == "user"] == ["write", "1", "yes"]


def test_hostile_text_is_only_text(chat: Chat, provider_server: ProviderServer) -> None:
    hostile = "\x1b[2J\x1b]0;title\x07\x9b31m\u202eevil"
    call = Call(0, "1", "no\x1b[2Jtool", '{"a": "\\u001b[2J"}')
    provider_server.script(
        Reply([Thinking(hostile), Text(hostile), call, Finish("tool_calls")]),
        error(400, f"bad {hostile}"),
    )
    Path("evil\x1b[2J.txt").write_text("x")
    ended = chat(
        "/thinking", "say it", "/tools 1", "/copy", "/find evil", "/sessions", "@evil\x1b[2J.txt"
    )
    assert "evil" in ended.out
    assert not {c for c in ended.out + ended.err if not c.isprintable()} - {"\n"}


# Commands


def test_every_command_of_line_mode_is_done_by_something() -> None:
    assert sorted(registry.ids()) == sorted(IN_LINE_MODE)
    assert all(by_id(id).slash for id in IN_LINE_MODE)


def test_help_names_them_all(chat: Chat) -> None:
    said = chat("/help").out
    for id in IN_LINE_MODE:
        for word in by_id(id).slash:
            assert f"/{word}" in said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/sesions", "What to do: Did you mean /sessions?"),
        ("/theme", "Error: /theme belongs to the full screen."),
        ("/switch 7", "Error: The list has 0 entries."),
        ("/switch nowhere", "Error: "),
        ("/retry", "Error: There is no prompt yet."),
        ("/copy", "Error: There is no answer yet."),
        ("/approvals maybe", "Error: There is no mode 'maybe'."),
        ("/budget much", "Error: 'much' is no sum of money."),
        ("/agent nobody", "Error: There is no agent 'nobody'."),
    ],
)
def test_what_cannot_be_done_is_said(chat: Chat, typed: str, said: str) -> None:
    ended = chat(typed)
    assert said in ended.out
    assert ended.code != 0


def test_what_only_looks_like_a_command_is_a_prompt(
    chat: Chat, provider_server: ProviderServer
) -> None:
    provider_server.fallback = answer("Yes.")
    chat("/usr/bin is a path", '"""/etc\nfoo"""')
    prompts = [m.content for m in latest().messages if m.role == "user"]
    assert prompts == ["/usr/bin is a path", "/etc\nfoo"]


def test_sessions_are_listed_found_and_switched_to_by_number(chat: Chat) -> None:
    stored(
        thread_of(
            Message("user", "about whales"), Message("assistant", "They **sing**."), title="Sea"
        ),
        thread_of(Message("user", "about ants"), Message("assistant", "They march."), name="land"),
    )
    ended = chat("/sessions sing", "/switch 1", "/switch land", "/switch land", "/sessions")
    found = between(ended.out, "You: /sessions sing", "/switch")
    assert len(found) == 1
    assert found[0].startswith("1. Sea, ")
    assert "They **sing**." in found[0]
    there = between(ended.out, "You: /switch 1", "You:")
    assert there[1:] == ["Your last prompt: about whales", "The last answer:", "They sing."]
    assert "Session: land" in ended.out
    assert "That is the session you are in." in ended.out
    listed = between(ended.out, "You: /sessions", "/switch")
    assert sorted(line.split(",")[0][3:] for line in listed) == ["Sea", "land"]
    assert [line.endswith("this one") for line in listed if "land" in line] == [True]


def test_a_session_is_begun_named_forked_and_gone_on_with(
    chat: Chat, provider_server: ProviderServer
) -> None:
    provider_server.fallback = answer("Yes.")
    ended = chat("first", "/rename one", "/fork", "second", "/new", "third", "/switch one")
    assert ended.code == 0
    assert "This session is called one now." in ended.out
    sent = [
        [m["content"] for m in request.body["messages"] if m["role"] == "user"]
        for request in provider_server.requests
    ]
    assert sent == [["first"], ["first", "second"], ["third"]]
    assert ended.out.rstrip().split("\n")[-5:-2] == [
        "Session: one, model: openai/anything.", "Your last prompt: first", "The last answer:",
    ]  # fmt: skip


def test_a_prompt_is_answered_again_and_put_in_other_words(
    chat: Chat, provider_server: ProviderServer
) -> None:
    provider_server.script(answer("one"), answer("two"), answer("three"))
    chat("why", "/retry", "/edit how")
    thread = latest()
    assert [m.content for m in thread.messages] == ["how", "three"]
    assert sorted(m.content for m in thread.all_messages) == ["how", "one", "three", "two", "why"]


def test_the_source_of_an_answer_can_be_had(chat: Chat, provider_server: ProviderServer) -> None:
    source = "| a |\n|---|\n| **1** |"
    provider_server.script(answer(source))
    ended = chat("table", "/copy")
    assert between(ended.out, "Source, 3 lines:", "End of source.") == source.split("\n")


def test_what_the_model_is_told_first_is_printed(cli: Run) -> None:
    ended = cli("--plain", "-m", "demo", "--system", "Be *brief*.\nBe kind.", stdin="/system\n")
    start, end = "System prompt, 2 lines:", "End of the system prompt."
    assert between(ended.out, start, end) == ["Be *brief*.", "Be kind."]


def test_a_model_and_an_agent_are_chosen_by_number(chat: Chat) -> None:
    ended = chat(
        "/model", "/model 1", "/model demo:fast", "hello", "/agent", "/agent 2", "/agent",
        arguments=("-m", "demo"),
    )  # fmt: skip
    assert "demo:fast answers from the next prompt on." in ended.out
    assert "I am the demo" in ended.out
    assert "researcher goes on from the next prompt on." in ended.out
    assert "2. researcher, this one: " in ended.out


def test_calls_are_told_whole_by_number(chat: Chat, provider_server: ProviderServer) -> None:
    Path("a.txt").write_text("the text\nof it\n")
    call = Call(0, "1", "files-read", '{"path": "a.txt"}')
    provider_server.script(Reply([call, Finish("tool_calls")]), answer("Read."))
    ended = chat("read", "/tools", "/tools 1")
    assert between(ended.out, "You: /tools", "/tools and")[0].startswith(
        "1. files-read: read a.txt, done in "
    )
    whole = between(ended.out, "You: /tools 1", "You:")
    assert '  "path": "a.txt"' in whole
    assert "the text" in " ".join(whole)


def test_what_runs_unasked_is_said_and_changed(chat: Chat, provider_server: ProviderServer) -> None:
    call = Call(0, "1", "files-write", '{"path": "a.txt", "content": "x"}')
    provider_server.script(Reply([call, Finish("tool_calls")]), answer("Done."))
    ended = chat("/approvals", "/approvals edits", "write")
    assert "/approvals ask, as now: " in ended.out
    assert "From here on: files are written unasked" in ended.out
    assert Path("a.txt").read_text() == "x"


def test_what_a_session_cost_and_may_cost_is_said(
    chat: Chat, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("Yes."), Finish(), UsageChunk(300, 40)]))
    ended = chat("/cost", "hello", "/cost", "/budget 2.50", "/budget off")
    assert "Nothing was spent yet." in ended.out
    assert "openai/anything: asked 1, input 300, cached 0, output 40, " in ended.out
    assert "The budget is $2.50." in ended.out
    assert "No budget." in ended.out


def test_files_that_a_prompt_names_go_with_it(chat: Chat, provider_server: ProviderServer) -> None:
    Path("a.txt").write_text("what is in it")
    Path("b.bin").write_bytes(b"\0\1\2")
    provider_server.fallback = answer("Yes.")
    ended = chat("read @a.txt", "and @b.bin")
    assert "what is in it" in str(provider_server.requests[0].body["messages"])
    assert len(provider_server.requests) == 1
    assert "Error: b.bin " in ended.out


def test_quit_leaves_before_the_input_ends(chat: Chat, provider_server: ProviderServer) -> None:
    chat("/quit", "hello")
    assert provider_server.requests == []


def test_ctrl_c_ends_a_script_and_keeps_what_had_arrived(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    provider_server.script(Reply([Text("One.\nTwo and"), Hang()]))
    (tmp_path / "prompts").write_text("count\nhello\n")
    arguments = ("--plain", "-m", "openai/anything")
    with start_program(*arguments, stdin=tmp_path / "prompts") as program:
        program.read_until(b"One.\n")
        program.process.send_signal(signal.SIGINT)
        ended = program.end()
    assert ended.code == 130
    assert ended.out.endswith("Two and\nStopped after 2 lines; that is kept.\n")
    assert [m.content for m in latest().messages] == ["count", "One.\nTwo and"]


def test_who_listens_no_longer_ends_it(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    provider_server.script(Reply([Text("One.\n"), Text("Two.\n" * 50_000), Finish()]))
    (tmp_path / "prompts").write_text("count\nhello\n")
    arguments = ("--plain", "-m", "openai/anything")
    with start_program(*arguments, stdin=tmp_path / "prompts") as program:
        program.read_until(b"One.\n")
        assert program.process.stdout is not None
        program.process.stdout.close()
        assert program.process.wait(60) == 0
    assert len(provider_server.requests) == 1
    assert latest().messages[1].content.startswith("One.\n")


def test_without_a_model_it_ends_with_a_word(cli: Run) -> None:
    ended = cli("--plain", stdin="hello\n")
    assert ended.code == 2
    assert "Nothing says which model to use." in ended.err


@pytest.mark.parametrize("other", [["-p"], ["--json"], ["--output-format", "json"]])
def test_it_does_not_go_with_print_mode(cli: Run, other: list[str]) -> None:
    ended = cli("--plain", *other, "hello")
    assert ended.code == 2
    assert "do not go together" in ended.err


def test_the_instructions_of_a_project_are_told_unless_they_are_left_out(
    chat: Chat, provider_server: ProviderServer
) -> None:
    Path("AGENTS.md").write_text("Rhyme.")
    provider_server.script(answer("one"), answer("two"))
    assert "The model is also told AGENTS.md (6 B)." in chat("hello").out
    without = chat("hello", arguments=("-m", "openai/anything", "--no-agents-md"))
    assert "AGENTS.md" not in without.out
    told = [str(request.body["messages"][0]) for request in provider_server.requests]
    assert ["Rhyme." in one for one in told] == [True, False]


def test_a_page_that_a_prompt_names_goes_with_it(
    chat: Chat, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with WebServer() as web:
        monkeypatch.setenv("TYLER_CHAT_ALLOW_HOSTS", web.host)
        page = web.serve("/kites", "<p>They fly high.</p>")
        provider_server.script(answer("They do."))
        assert chat(f"What says @{page}?").code == 0
    assert "They fly high." in str(provider_server.requests[0].body["messages"][-1])


def test_a_copy_of_what_is_unsaved_is_not_made_where_all_is_saved(chat: Chat) -> None:
    ended = chat("/save copy.db", arguments=("-m", "demo:fast"))
    assert "Nothing is unsaved, nothing was copied." in ended.out
    assert not Path("copy.db").exists()
