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


@pytest.fixture(autouse=True)
def stored(home: Path) -> dict[str, str]:
    """Ids of what is stored, by what it is."""
    named = {"research": "research", "thesis": "my thesis", "evil": HOSTILE, "gone": "old notes"}
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
        "bash": {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }[shell]
    ended = subprocess.run(
        [PROGRAM],
        env=os.environ | env | {"_TYLER_CHAT_COMPLETE": f"complete_{shell}"},
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
        "research", r"my\ thesis", stored["evil"][:8], stored["nameless"][:8],
    }  # fmt: skip


def test_only_what_is_in_the_trash_can_be_restored() -> None:
    assert offered("tyler-chat sessions restore ") == [r"old\ notes"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_names_and_titles_never_act_in_a_shell(shell: str, stored: dict[str, str]) -> None:
    text = "\n".join(offered("tyler-chat sessions show ", shell))
    assert stored["evil"][:8] in text
    assert not set("`$;*\x1b") & set(text.replace("'*: :((", ""))
    assert ("Why is the sky blue" in text) == (shell != "bash")


def test_models_agents_commands_and_options_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TYLER_CHAT_MODEL", "openai/of-my-own")
    assert {"demo", "openai/of-my-own", "anthropic/"} <= set(offered("tyler-chat -m "))
    found = offered("tyler-chat hello --model gemini/")
    assert len(found) > 10
    assert all(name.startswith("gemini/") for name in found)
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
    more = imported(**words, _TYLER_CHAT_COMPLETE="complete_bash") - imported("sessions", "list")
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


def test_a_real_bash_completes_names(tmp_path: Path, home: Path) -> None:
    """Installed as users do, in an interactive shell."""
    (home / ".bashrc").write_text("PS1='ready§ '\n")
    assert run_program("--install-completion", "bash").code == 0
    bash = shutil.which("bash") or ""
    env = dict(os.environ) | {"PATH": f"{Path(PROGRAM).parent}:{os.environ['PATH']}"}
    with Terminal([bash, "--noprofile", "-i"], env=env, cwd=tmp_path) as terminal:
        terminal.wait_for("ready§")
        terminal.send("tyler-chat sessions show my\t")
        terminal.wait_for(r"show my\ thesis")
        terminal.send("enter")
        terminal.wait_for("# my thesis")
        terminal.send("tyler-chat -m demo:f\t")
        terminal.wait_for("-m demo:f")
        terminal.send("ctrl+u", "exit", "enter")
        terminal.wait_exit()
    assert not (tmp_path / "pwned").exists()


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_a_real_zsh_completes_names(tmp_path: Path, home: Path) -> None:
    (home / ".zshrc").write_text("PS1='ready§ '\n")
    assert run_program("--install-completion", "zsh").code == 0
    env = dict(os.environ) | {"PATH": f"{Path(PROGRAM).parent}:{os.environ['PATH']}"}
    with Terminal([shutil.which("zsh") or "", "-i"], env=env, cwd=tmp_path) as terminal:
        terminal.wait_for("ready§")
        terminal.send("tyler-chat sessions show my\t")
        terminal.wait_for(r"show my\ thesis")
        terminal.send("ctrl+u", "exit", "enter")
        terminal.wait_exit()
    assert not (tmp_path / "pwned").exists()


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_a_real_fish_completes_names(tmp_path: Path, home: Path) -> None:
    assert run_program("--install-completion", "fish").code == 0
    env = dict(os.environ) | {"PATH": f"{Path(PROGRAM).parent}:{os.environ['PATH']}"}
    said = subprocess.run(
        [shutil.which("fish") or "", "-c", "complete -C 'tyler-chat sessions show my'"],
        env=env, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert said.stdout.startswith("my thesis\t")
