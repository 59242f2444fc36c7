"""Several sessions in one terminal."""

import threading
from pathlib import Path

import pytest

from tests.cli.program import run_program
from tests.e2e.conftest import Open, draft
from tests.provider_server import Finish, Hang, Pause, ProviderServer, Reply, Text, answer
from tests.pseudo_terminal import Terminal

WORDS = [f"word{number}" for number in range(60)]


def test_switching_away_from_an_answer_and_back_shows_the_whole_of_it(
    open_chat: Open, served: ProviderServer
) -> None:
    go_on, finish = threading.Event(), threading.Event()
    served.script(
        Reply([
            Text(" ".join(WORDS[:20]) + " ", size=7), Pause(go_on),
            Text(" ".join(WORDS[20:40]) + " ", size=7), Pause(finish),
            Text(" ".join(WORDS[40:]), size=7), Finish(),
        ]),
    )  # fmt: skip
    with open_chat("-m", "openai/anything") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("count", "enter")
        terminal.wait_for("word19")
        terminal.send("ctrl+n")
        terminal.wait_for("1 busy", without="word19")
        go_on.set()
        terminal.send("a draft of its own")
        terminal.wait_for("a draft of its own")
        terminal.send("f2")
        terminal.wait_for("word39", without="a draft")
        finish.set()
        terminal.wait_for("word59", "ready")
        assert " ".join(terminal.text.split()).count(" ".join(WORDS)) == 1
        terminal.send("ctrl+n")
        terminal.wait_for("a draft of its own")


def test_a_prompt_goes_out_before_the_session_is_left_however_fast_the_keys_come(
    open_chat: Open, served: ProviderServer
) -> None:
    served.script(Reply([Text("First answer"), Hang()]))
    with open_chat("-m", "openai/anything") as terminal:
        terminal.wait_for("Any model")
        terminal.send("one\r\x0e")
        terminal.wait_for("1 busy", "> Ask anything", without="▌ one")
        assert served.wait_request(0).body["messages"][-1]["content"] == "one"


def test_eight_sessions_stream_at_once_and_quitting_keeps_them_all(
    open_chat: Open, served: ProviderServer
) -> None:
    served.script(*(Reply([Text(f"answer {n} " + "more " * 30, size=5), Hang()]) for n in range(8)))
    with open_chat("-m", "openai/anything") as terminal:
        terminal.wait_for("Ask anything")
        for number in range(8):
            terminal.send(f"question {number}", "enter")
            terminal.wait_for(f"answer {number} more")
            if number < 7:
                terminal.send("ctrl+n")
                terminal.wait_for(f"{number + 1} busy", "Ask anything", without=f"answer {number}")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        for number in range(8):
            served.requests[number].when_closed()
    for number in range(8):
        with open_chat("-r", f"question {number}", "-m", "openai/anything") as terminal:
            terminal.wait_for("stopped", f"answer {number} " + "more " * 5)


def test_a_session_gets_a_title_unless_the_config_says_no(
    open_chat: Open, served: ProviderServer, home: Path
) -> None:
    served.script(answer("Vega."), answer("Deneb."))
    served.title = answer("Stars of August")
    with open_chat("-m", "openai/anything") as terminal:
        terminal.wait_for("Any model")
        terminal.send("Which stars are up?", "enter")
        terminal.wait_for("tyler · Stars of August")
    (home / "config.toml").write_text("titles = false\n", "utf-8")
    with open_chat("-m", "openai/anything") as terminal:
        terminal.wait_for("Any model")
        terminal.send("And tomorrow?", "enter")
        terminal.wait_for("Deneb.")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    assert len(served.title_requests) == 1


def test_keys_that_come_in_one_burst_with_the_new_session_are_for_that_one(
    open_chat: Open, served: ProviderServer
) -> None:
    served.script(Reply([Text("First answer"), Hang()]), answer("Second answer"))
    with open_chat("-m", "openai/anything") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("one\r")  # maybe before the session is open
        terminal.wait_for("First answer")
        terminal.send("left behind\x0etwo\rand more")
        terminal.wait_for("Second answer", "> and more", without=["First", "left behind"])
        bodies = [served.wait_request(number).body["messages"] for number in range(2)]
        prompts = [[m["content"] for m in body if m["role"] == "user"] for body in bodies]
        assert prompts == [["one"], ["two"]]
        terminal.send("f2")
        terminal.wait_for("First answer", "> left behind", without="two")


def test_a_burst_of_keys_picks_a_session_and_sends_a_prompt_in_it(
    open_chat: Open, served: ProviderServer
) -> None:
    served.script(answer("Vega."), answer("Deneb."), answer("Altair."))
    with open_chat("-m", "openai/anything", "-s", "stars") as terminal:
        terminal.wait_for("Any model")
        terminal.send("one", "enter")
        terminal.wait_for("Vega.", "ready")
        terminal.send("\x0etwo\r")
        terminal.wait_for("Deneb.", "ready")
        terminal.send("\x13stars\rthree\r")
        terminal.wait_for("Vega.", "Altair.")


def _an_answer(open_chat: Open, *, plain: bool = False) -> Terminal:
    """A chat in session `trip`, in which something was said."""
    terminal = open_chat("-m", "openai/anything", "-s", "trip", *(["--plain"] if plain else []))
    terminal.wait_for("You:" if plain else "Ask anything")
    terminal.send("first", "enter")
    terminal.wait_for("answer 1", "Answer finished" if plain else "ready")
    return terminal


@pytest.mark.parametrize("plain", [False, True], ids=["full screen", "line mode"])
def test_who_goes_on_in_a_session_that_was_deleted_beside_it_has_it_back_and_is_told(
    open_chat: Open, served: ProviderServer, plain: bool
) -> None:
    served.script(answer("answer 1"), answer("of another"), answer("answer 2"))
    with _an_answer(open_chat, plain=plain) as terminal:
        assert run_program("sessions", "delete", "trip").code == 0
        other = run_program("-p", "-m", "openai/anything", "-s", "trip", "new")
        assert (other.code, other.out) == (0, "of another\n")
        terminal.send("second", "enter")
        terminal.wait_for("answer 2", "into the trash", "“trip-2”")
        terminal.send("/quit" if plain else "ctrl+q", *(["enter"] if plain else []))
        assert terminal.wait_exit() == 0
        terminal.wait_for("tyler-chat -r trip-2")
    shown = run_program("sessions", "show", "trip-2").out
    assert "answer 1" in shown
    assert "answer 2" in shown


def test_the_farewell_knows_what_became_of_the_session_beside_it(
    open_chat: Open, served: ProviderServer
) -> None:
    served.fallback = answer("answer 1")
    with _an_answer(open_chat) as terminal:
        assert run_program("sessions", "rename", "trip", "journey").code == 0
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        terminal.wait_for("To go on with this session: tyler-chat -r journey")
    assert run_program("sessions", "delete", "journey").code == 0
    with _an_answer(open_chat) as terminal:
        assert run_program("sessions", "delete", "trip").code == 0
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        terminal.wait_for("This session is in the trash. To bring it back: tyler-chat")
        command = terminal.text.partition("To bring it back: tyler-chat ")[2].split()
    assert run_program(*command).code == 0
    assert run_program("sessions", "show", "trip").code == 0


def test_a_prompt_for_a_new_session_whose_name_was_taken_beside_it_is_given_back(
    open_chat: Open, served: ProviderServer
) -> None:
    served.fallback = answer("answer 1")
    with open_chat("-m", "openai/anything", "-s", "trip") as terminal:
        terminal.wait_for("Ask anything", "tyler · trip")
        with _an_answer(open_chat):
            pass
        terminal.send("mine", "enter")
        terminal.wait_for("That name is taken", draft("mine"))
        terminal.send("ctrl+c")
        terminal.wait_for("draft cleared")
        terminal.send("/rename journey", "enter")
        terminal.wait_for("tyler · journey")
        terminal.send("mine", "enter")
        terminal.wait_for("answer 1", "ready")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    assert "mine" in run_program("sessions", "show", "journey").out
    assert "mine" not in run_program("sessions", "show", "trip").out
