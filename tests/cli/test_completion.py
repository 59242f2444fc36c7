"""Completion in the shell, through the very scripts that the shells read."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, Run, run_program
from tests.pseudo_terminal import Terminal
from tyler_tui import Message, Thread, ThreadStore, paths

HOSTILE = "$(touch pwned) `touch pwned` * ; \x1b[31m"
QUOTED = 'it\'s “mine”: "$(touch pwned)" \\ * #1'
TYPED = r"it\'s\ “mine”:\ \"\$\(touch\ pwned\)\"\ \\\ \*\ \#1"
""""How each of the shells writes that without quotes."""
SHELLS = ("bash", "zsh", "fish")


@pytest.fixture(autouse=True)
def stored(home: Path) -> dict[str, str]:
    """Ids of what is stored, by what it is."""
    named = {"research": "research", "thesis": "my thesis", "evil": HOSTILE, "quoted": QUOTED,
             "option": "-rf", "gone": "old notes"}  # fmt: skip
    threads = {key: Thread(name=name, title="A “title”: $HOME") for key, name in named.items()}
    threads["nameless"] = Thread(title="Why is the sky blue?")

    async def store_all() -> None:
        async with await ThreadStore.create(paths.database_file()) as store:
            for thread in threads.values():
                thread.add_message(Message("user", "hello"))
                await store.save_thread(thread)
            await store.delete_thread(threads["gone"].id)

    asyncio.run(store_all())
    return {key: thread.id for key, thread in threads.items()}


def offered(line: str, shell: str = "bash") -> list[str]:
    """What the program offers at the end of `line`."""
    words = line.split(" ")
    env = {
        "bash": {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }[shell]
    ended = subprocess.run(
        [PROGRAM],
        env=os.environ | env | {"_TYLER_CHAT_COMPLETE": shell},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.splitlines()


@pytest.mark.parametrize(
    "line",
    ["tyler-chat -s ", "tyler-chat -r ", "tyler-chat --resume ", "tyler-chat export "]
    + [f"tyler-chat sessions {verb} " for verb in ("show", "rename", "delete", "pin", "fork")],
)
def test_sessions_are_offered_wherever_one_is_named(line: str, stored: dict[str, str]) -> None:
    assert set(offered(line)) == {
        "research", r"my\ thesis", TYPED,
        *(stored[key][:8] for key in ("evil", "option", "nameless")),
    }  # fmt: skip


def test_only_what_is_in_the_trash_can_be_restored() -> None:
    assert offered("tyler-chat sessions restore ") == [r"old\ notes"]


@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_that_a_terminal_would_obey_is_offered(shell: str, stored: dict[str, str]) -> None:
    text = "\n".join(offered("tyler-chat sessions show ", shell))
    assert stored["evil"][:8] in text
    assert "\x1b" not in text
    assert ("Why is the sky blue" in text) == (shell != "bash")
    if shell != "bash":
        assert f"{QUOTED}\tA title HOME" in text


@pytest.mark.parametrize(
    ("line", "shell", "word"),
    [
        ("tyler-chat --session=my", "bash", r"my\ thesis"),
        ("tyler-chat --session = my", "bash", r"my\ thesis"),
        ("tyler-chat --session=my", "zsh", "--session=my thesis\tA title HOME"),
        ("tyler-chat export 'my", "bash", "my thesis"),
        ("tyler-chat export 'my", "fish", "my thesis\tA title HOME"),
        ("tyler-chat export 'it", "bash", ""),
    ],
)
def test_a_word_goes_on_as_the_shell_has_it(line: str, shell: str, word: str) -> None:
    assert offered(line, shell) == ([word] if word else [])


def test_a_script_that_would_evaluate_the_answer_gets_none() -> None:
    env = {"_TYPER_COMPLETE_ARGS": "tyler-chat -s ", "_TYLER_CHAT_COMPLETE": "complete_zsh"}
    ended = subprocess.run([PROGRAM], env=os.environ | env, capture_output=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


def test_models_agents_commands_and_options_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TYLER_CHAT_MODEL", "openai/of-my-own")
    assert {"demo", "openai/of-my-own", "anthropic/"} <= set(offered("tyler-chat -m "))
    found = offered("tyler-chat hello --model gemini/")
    assert len(found) > 10
    assert all(name.startswith("gemini/") for name in found)
    assert "anthropic/claude-opus-4-5" in offered("tyler-chat -m anthropic/claude-op")
    assert "researcher" in offered("tyler-chat --agent re")
    assert offered("tyler-chat sess") == ["sessions"]
    assert offered("tyler-chat sessions re") == ["rename", "restore"]
    assert "--resume" in offered("tyler-chat --re")
    assert offered("tyler-chat tell me sess") == [], "a prompt is not a command"


def test_a_word_with_a_colon_goes_on_in_bash_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TYLER_CHAT_MODEL", "ollama/mine:70b")
    assert offered("tyler-chat -m ollama/mine : 7") == ["70b"]
    assert offered("tyler-chat -m ollama/mine :") == ["70b"]
    assert "ollama/mine:70b" in offered("tyler-chat -m ollama/mi")


def test_nothing_is_made_and_nothing_is_said_when_there_is_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TYLER_CHAT_HOME", str(home / "empty"))
    assert offered("tyler-chat -r ") == []
    assert not (home / "empty").exists()
    (home / "config.toml").write_text("nonsense", "utf-8")
    monkeypatch.setenv("TYLER_CHAT_HOME", str(home))
    assert offered("tyler-chat -m ") == []


def test_names_of_sessions_cost_no_more_imports_than_a_list_of_them() -> None:
    def imported(*command: str, **env: str) -> set[str]:
        ended = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "tyler_tui", *command],
            env=os.environ | env, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}

    words = {"COMP_WORDS": "tyler-chat -r ", "COMP_CWORD": "2"}
    more = imported(**words, _TYLER_CHAT_COMPLETE="bash") - imported("sessions", "list")
    packages = {name.partition(".")[0] for name in more}
    assert "tyler_tui" in packages, "what is imported is told"
    assert packages <= {"tyler_tui", "typer", "shlex", "json", "_json", "encodings", "shellingham"}


def test_it_is_installed_where_the_shell_reads_it(cli: Run, home: Path) -> None:
    outcome = cli("--install-completion", "fish")
    assert outcome.code == 0
    written = home / ".config/fish/completions/tyler-chat.fish"
    assert str(written) in outcome.out
    assert written.read_text().strip() == cli("--show-completion", "fish").out.strip()
    refused = cli("--show-completion", "tcsh")
    assert refused.code == 2
    assert "bash, zsh or fish" in refused.err


@pytest.mark.parametrize("shell", SHELLS)
def test_a_real_shell_completes_names_and_runs_nothing_that_is_in_them(
    shell: str, tmp_path: Path, home: Path
) -> None:
    """Installed as users do, in an interactive shell."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    (home / ".bashrc").write_text("PS1='ready§ '")
    (home / ".zshrc").write_text("PS1='ready§ '\nzstyle ':completion:*' menu no\n")
    (home / ".config/fish").mkdir(parents=True)
    (home / ".config/fish/config.fish").write_text("function fish_prompt; echo -n 'ready§ '; end\n")
    for _ in range(2):
        assert run_program("--install-completion", shell).code == 0
    command = [program, "-i"] if shell != "bash" else [program, "--noprofile", "-i"]
    env = dict(os.environ) | {"PATH": f"{Path(PROGRAM).parent}:{os.environ['PATH']}"}
    with Terminal(command, env=env, cwd=tmp_path, columns=150) as terminal:
        terminal.wait_for("ready§")
        terminal.send("tyler-chat sessions show my\t")
        terminal.wait_for(r"show my\ thesis")
        terminal.send("enter")
        terminal.wait_for("# my thesis")
        terminal.send("tyler-chat sessions show it\t")
        terminal.wait_for(f"show {TYPED}")
        terminal.send("enter")
        terminal.wait_for("# it's “mine”")
        terminal.send("tyler-chat -m demo:f\t")
        terminal.wait_for("-m demo:f")
        terminal.send("ctrl+u", "tyler-chat sess\t")
        terminal.wait_for("tyler-chat sessions")
        terminal.send("ctrl+u", "exit", "enter")
        terminal.wait_exit()
    assert not (tmp_path / "pwned").exists()


def test_what_a_user_has_in_the_files_of_a_shell_stays(home: Path) -> None:
    own = "# no line end, and \xff"
    for name in (".bashrc", ".zshrc"):
        (home / name).write_bytes(own.encode("latin-1"))
    for shell in SHELLS * 2:
        assert run_program("--install-completion", shell).code == 0
    for name, said in ((".bashrc", ".bash_completions"), (".zshrc", "compinit; compinit")):
        lines = (home / name).read_bytes().decode("latin-1").splitlines()
        assert lines[0] == own
        assert len(lines) == 2
        assert said in lines[1]
