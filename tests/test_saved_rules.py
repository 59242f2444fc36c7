"""The file that answers of "always" write."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tyler_tui.agent.approval import (
    ApprovalMode,
    ApprovalPolicy,
    ApprovalRequest,
    Decision,
    Risk,
    Verdict,
)
from tyler_tui.errors import ConfigError
from tyler_tui.paths import in_short
from tyler_tui.rules.rule import Rule
from tyler_tui.saved_rules import SavedRules

ALWAYS = Decision(Verdict.ALLOW_ALWAYS)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "rules.toml"


def request(risk: Risk, tool: str, scope: str = "", subject: str | None = None) -> ApprovalRequest:
    about = scope if subject is None else subject
    return ApprovalRequest("c", tool, {}, "does it", risk, scope=scope, subject=about)


def policy(file: Path, workspace: Path, *rules: Rule) -> ApprovalPolicy:
    return ApprovalPolicy(ApprovalMode.ASK, rules, SavedRules(file, workspace))


def test_what_is_always_allowed_is_so_in_the_next_session(file: Path, tmp_path: Path) -> None:
    command = request("command", "run", 'grep -n "x*" a; echo \x7f\u202e é')
    policy(file, tmp_path).remember(command, ALWAYS)
    later = policy(file, tmp_path)
    assert later.settled(command)
    assert later.settled(request("command", "run", "ls")) is None
    assert later.settled(request("command", "other", command.scope)) is None
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("verdict", [Verdict.ALLOW_ONCE, Verdict.ALLOW_SESSION, Verdict.DENY])
def test_no_other_answer_is_kept(file: Path, tmp_path: Path, verdict: Verdict) -> None:
    policy(file, tmp_path).remember(request("write", "w"), Decision(verdict))
    assert not file.exists()


def test_a_host_is_kept_for_every_workspace_and_all_else_for_this_one(
    file: Path, tmp_path: Path
) -> None:
    here, below, there = tmp_path / "here", tmp_path / "here" / "below", tmp_path / "there"
    host, writing = request("fetch", "web-fetch", "a.example"), request("write", "files-write")
    ours = policy(file, here)
    ours.remember(host, ALWAYS)
    ours.remember(writing, ALWAYS)
    assert policy(file, below).settled(writing)
    assert policy(file, there).settled(writing) is None
    assert policy(file, there).settled(host)


def test_the_terms_say_what_is_kept_and_where(file: Path, tmp_path: Path) -> None:
    ours = policy(file, tmp_path)
    assert ours.always(request("fetch", "web-fetch", "a.example")) == (
        f"web-fetch(a.example), kept in {in_short(file)}"
    )
    assert ours.always(request("write", "files-write", subject="a.py")) == (
        f"files-write in {in_short(tmp_path)}, kept in {in_short(file)}"
    )


def test_a_rule_of_the_config_counts_before_what_was_kept(file: Path, tmp_path: Path) -> None:
    writing = request("write", "files-write", subject="secret/a")
    policy(file, tmp_path).remember(writing, ALWAYS)
    denied = policy(file, tmp_path, Rule.parse("deny", "files-write(secret/**)")).settled(writing)
    assert denied is not None
    assert not denied.allows
    asking = policy(file, tmp_path, Rule.parse("ask", "files-write(secret/**)"))
    assert asking.settled(writing) is None
    assert asking.always(writing) == "", "what is asked about each time cannot be kept"


def test_what_another_program_keeps_counts_at_once(file: Path, tmp_path: Path) -> None:
    first, second = policy(file, tmp_path), policy(file, tmp_path)
    first.remember(request("command", "run", "make"), ALWAYS)
    assert second.settled(request("command", "run", "make"))


def test_many_at_once_lose_nothing_and_what_the_user_wrote_stays(
    file: Path, tmp_path: Path
) -> None:
    file.parent.mkdir()
    file.write_text("# mine\n[[rules]]\ndeny = ['x']\n")

    def keep(number: int) -> None:
        SavedRules(file, tmp_path).keep(request("command", "run", f"make {number}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, range(40)))
    assert file.read_text().startswith("# mine\n[[rules]]\ndeny = ['x']\n\n[[rules]]\n")
    found = {rule.subject for rule in SavedRules(file, tmp_path).rules}
    assert found == {None, *(f"make {number}" for number in range(40))}


@given(command=st.text(min_size=1).filter(str.strip))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_command_holds_it_is_read_again_as_it_was(
    file: Path, tmp_path: Path, command: str
) -> None:
    asked = request("command", "run", command)
    file.unlink(missing_ok=True)
    SavedRules(file, tmp_path).keep(asked)
    (rule,) = SavedRules(file, tmp_path).rules
    assert rule.matches("run", command, "command")


def test_a_file_that_cannot_be_read_is_told_with_its_line(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    file.write_text("[[rules]]\nallow = ['a(']\n")
    with pytest.raises(ConfigError, match=r"rules\.toml, line 2: the rule `a\(`"):
        SavedRules(file, tmp_path)
    file.write_text("[[rules]]\n\nalow = ['a']\n")
    with pytest.raises(ConfigError, match=r"line 3: there is no setting `alow`") as caught:
        SavedRules(file, tmp_path)
    assert caught.value.hint == "Did you mean `allow`?"


def test_a_file_that_breaks_while_the_program_runs_changes_nothing(
    file: Path, tmp_path: Path
) -> None:
    saved = SavedRules(file, tmp_path)
    saved.keep(request("fetch", "web-fetch", "a.example"))
    assert len(saved.rules) == 1
    file.write_text("nonsense")
    assert len(saved.rules) == 1


def test_what_cannot_be_kept_holds_for_the_session(file: Path, tmp_path: Path) -> None:
    ours = policy(file, tmp_path)
    file.mkdir(parents=True)
    ours.remember(request("write", "files-write"), ALWAYS)
    assert ours.settled(request("write", "files-write"))


@pytest.mark.timeout(20)
def test_a_pipe_in_its_place_is_told_and_never_waited_for(file: Path, tmp_path: Path) -> None:
    ours = policy(file, tmp_path)
    file.parent.mkdir()
    os.mkfifo(file)
    ours.remember(request("write", "files-write"), ALWAYS)
    assert ours.settled(request("write", "files-write"))
    with pytest.raises(ConfigError, match=r"rules\.toml cannot be read: Not a regular file"):
        SavedRules(file, tmp_path)
