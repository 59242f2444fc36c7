import pytest

from tests.cli.program import Run, latest, stored, thread_of
from tyler_tui import Message, paths
from tyler_tui.cli.arguments import normalized


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (["-r"], ["--resume="]),
        (["--resume"], ["--resume="]),
        (["-r", "-p", "hi"], ["--resume=", "-p", "hi"]),
        (["-r", "--", "hi"], ["--resume=", "--", "hi"]),
        (["-r", "name"], ["-r", "name"]),
        (["-r", "name", "a prompt"], ["-r", "name", "a prompt"]),
        (["-r=name"], ["--resume=name"]),
        (["-rname"], ["-rname"]),
        (["--resume=name"], ["--resume=name"]),
        (["--", "-r"], ["--", "-r"]),
    ],
)
def test_resume_may_stand_without_a_value(typed: list[str], read: list[str]) -> None:
    assert normalized(typed) == read


@pytest.mark.parametrize(
    "given", [["-r", "plans"], ["-r=plans"], ["-rplans"], ["--resume", "plans"],
              ["--resume=plans"], ["-r", "PLA"], ["-s", "Plans"]]
)  # fmt: skip
def test_a_session_is_resumed_however_it_is_written(cli: Run, given: list[str]) -> None:
    stored(thread_of(Message("user", "before"), Message("assistant", "yes"), name="plans"))
    outcome = cli("-m", "demo:fast", *given, "a table please")
    assert outcome.code == 0, outcome.err
    assert [message.content for message in latest().messages][:3] == [
        "before",
        "yes",
        "a table please",
    ]


def test_a_name_that_fits_nothing_is_said(cli: Run) -> None:
    outcome = cli("-m", "demo:fast", "-r", "nothing", "hi")
    assert outcome.code == 1
    assert "There is no session 'nothing'" in outcome.err


def test_an_unnamed_session_to_resume_cannot_be_chosen_without_a_terminal(cli: Run) -> None:
    outcome = cli("-m", "demo:fast", "-p", "hi", "-r")
    assert outcome.code == 2
    assert "-r needs a name" in outcome.err


def test_continue_takes_the_latest_session(cli: Run) -> None:
    assert cli("-m", "demo:fast", "-s", "one", "list").code == 0
    assert cli("-m", "demo:fast", "-s", "two", "list").code == 0
    assert cli("-m", "demo:fast", "-c", "table").code == 0
    assert latest().name == "two"
    assert [message.role for message in latest().messages] == ["user", "assistant"] * 2


def test_a_session_goes_on_with_its_own_model(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("-m", "demo:fast", "-s", "one", "list").code == 0
    monkeypatch.setenv("TYLER_CHAT_MODEL", "demo:99999")
    assert '"model": "demo:fast"' in cli("-c", "--json", "table").out
    assert '"model": "demo:88888"' in cli("-c", "-m", "demo:88888", "--json", "table").out


def test_a_first_word_that_names_a_command_is_that_command(cli: Run) -> None:
    assert cli("paths").out.startswith("config ")


def test_a_prompt_may_begin_with_the_name_of_a_command_behind_two_dashes(cli: Run) -> None:
    assert cli("-m", "demo:fast", "--", "search", "a list").code == 0
    assert latest().messages[0].content == "search a list"
    assert cli("-m", "demo:fast", "paths of a list").code == 0
    assert latest().messages[0].content == "paths of a list"


@pytest.mark.parametrize("command", ["doctor", "config show", "sessions list"])
def test_a_command_behind_options_is_not_sent_as_a_prompt(cli: Run, command: str) -> None:
    refused = cli("-m", "demo:fast", *command.split())
    assert refused.code == 2
    assert refused.out == ""
    assert f"stands before all options: tyler-chat {command} …" in refused.err


@pytest.mark.parametrize(
    "arguments", [["search", "bugs"], ["config", "me"], ["-p", "models"], ["--", "doctor"]]
)
def test_a_prompt_may_begin_with_the_name_of_a_command_behind_options(
    cli: Run, arguments: list[str]
) -> None:
    assert cli("-m", "demo:fast", *arguments).code == 0
    said = [word for word in arguments if not word.startswith("-")]
    assert latest().messages[0].content == " ".join(said)


def test_words_are_one_prompt(cli: Run) -> None:
    assert cli("-m", "demo:fast", "make", "a", "list", "--title", "Words").code == 0
    assert latest().messages[0].content == "make a list"
    assert latest().title == "Words"


def test_standard_input_is_joined_to_the_prompt(cli: Run) -> None:
    assert cli("-m", "demo:fast", "a list of", stdin="\nthe lines\nof a file\n").code == 0
    assert latest().messages[0].content == "a list of\n\nthe lines\nof a file"
    assert cli("-m", "demo:fast", stdin="a table alone\n").code == 0
    assert latest().messages[0].content == "a table alone"


def test_bytes_that_are_no_letters_do_no_harm(cli: Run) -> None:
    assert cli("-m", "demo:fast", "list \udcff", "-t", "\udcfe").code == 0
    assert latest().messages[0].content == "list \ufffd"


@pytest.mark.parametrize("stdin", ["", "\n \n"])
def test_no_prompt_at_all_is_refused(cli: Run, stdin: str) -> None:
    outcome = cli("-m", "demo:fast", stdin=stdin)
    assert outcome.code == 2
    assert "There is no prompt." in outcome.err
    assert not paths.database_file().exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--modle", "demo"], "--model"),
        (["-s"], "'-s' requires an argument"),
        (["-s", " ", "hi"], "needs at least one character"),
        (["-s", "a", "-c", "hi"], "-s and -c do not go together"),
        (["-c", "-r", "a", "hi"], "-c and -r do not go together"),
        (["-y", "--approval", "ask", "hi"], "-y and --approval do not go together"),
        (["--no-tools", "--tools", "files-read", "hi"], "--tools and --no-tools do not go"),
        (["--json", "--output-format", "text", "hi"], "--json and --output-format do not go"),
        (["--output-format", "xml", "hi"], "text, json or stream-json"),
        (["--approval", "atuo", "hi"], "Did you mean `auto`?"),
        (["--max-turns", "many", "hi"], "--max-turns takes a whole number"),
        (["--max-turns", "-1", "hi"], "not '-1'"),
        (["-m", "demo", "--tools", "files-red", "hi"], "There is no tool 'files-red'"),
        (["-C", "/nowhere/at/all", "hi"], "/nowhere/at/all is not a folder"),
        (["--config", "/nowhere.toml", "hi"], "There is no config file /nowhere.toml"),
        (["--config", "no.toml", "hi"], "`tyler-chat config init --config no.toml` makes one"),
        (["sessions", "frobnicate"], "frobnicate"),
        (["sessions", "show"], "NAME is missing"),
        (["sessions", "rename", "a"], "NEW is missing"),
        (["sessions", "list", "-n", "0"], "--limit takes a whole number of at least 1"),
        (["search"], "TEXT is missing"),
        (["search", " "], "nothing to look for"),
        (["paths", "--nope"], "--nope"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_refused_in_two_lines(cli: Run, arguments: list[str], said: str) -> None:
    outcome = cli(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert said in outcome.err
    assert len(outcome.err.splitlines()) <= 2


def test_without_a_model_there_is_no_answer_and_no_demo(cli: Run) -> None:
    outcome = cli("hello")
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("Error: ")
    assert "-m demo" in outcome.err


def test_the_workspace_may_be_gone(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = paths.data_folder() / "gone"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    folder.rmdir()
    outcome = cli("-m", "demo:fast", "hi")
    assert outcome.code == 2
    assert "The workspace cannot be found." in outcome.err


@pytest.mark.parametrize("budget", ["0", "-1", "nan", "inf", "much", "2,50"])
def test_a_budget_is_a_sum_of_money(cli: Run, budget: str) -> None:
    outcome = cli("-m", "demo:fast", "--budget", budget, "hi")
    assert outcome.code == 2
    assert "--budget takes US dollars" in outcome.err
    assert cli("-m", "demo:fast", "--budget", "$0.50", "table").code == 0
