"""Which calls a rule is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tyler_tui.rules.rule import Effect, Rule, last_match


def matches(
    text: str, subject: str, *, risk: str = "write", tool: str = "t", effect: Effect = "allow"
) -> bool:
    return Rule.parse(effect, text).matches(tool, subject, risk)


@pytest.mark.parametrize(
    ("text", "tool", "fits"),
    [
        ("files-write", "files-write", True),
        ("files-write", "files-writer", False),
        ("files-*", "files-write", True),
        ("*", "anything", True),
        ("files-?", "files-xy", False),
    ],
)
def test_the_name_of_the_tool(text: str, tool: str, fits: bool) -> None:
    assert matches(text, "whatever", tool=tool) is fits
    assert matches(f"{text}(what*)", "whatever", tool=tool) is fits
    assert not matches(f"{text}(that*)", "whatever", tool=tool)


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("src/**", "src/a.py", True),
        ("src/**", "src/deep/er/a.py", True),
        ("src/**", "srcs/a.py", False),
        ("src/**", "other/src/a.py", False),
        ("src/*", "src/a.py", True),
        ("src/*", "src/deep/a.py", False),
        ("**/*.py", "a.py", True),
        ("**/*.py", "x/y/a.py", True),
        ("*.py", "x/a.py", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("a[*]c", "a*c", True),
        ("a[*]c", "abc", False),
        ("a.c", "abc", False),
        ("**", "any/thing", True),
    ],
)
def test_in_a_path_a_star_stays_within_its_folder(pattern: str, path: str, fits: bool) -> None:
    assert matches(f"t({pattern})", path) is fits


def test_whoever_denies_means_any_case_and_whoever_allows_means_this_one() -> None:
    assert matches("t(secrets/**)", "Secrets/key", effect="deny")
    assert not matches("t(secrets/**)", "Secrets/key", effect="allow")


def test_hosts_have_no_case() -> None:
    assert matches("t(*.Python.org)", "docs.python.org", risk="fetch")
    assert not matches("t(kit.org)", "\N{KELVIN SIGN}it.org", risk="fetch"), "another letter"
    assert not matches("t(*.python.org)", "python.org.evil.com", risk="fetch")
    assert not matches("t(*.python.org)", "docs.python.org:8080", risk="fetch")


@pytest.mark.parametrize(
    ("pattern", "command", "fits"),
    [
        ("git status", "git status", True),
        ("git status", "git status -s", False),
        ("git status *", "git status", True),
        ("git status *", "git status -s src/a.py", True),
        ("git status *", "git statusx", False),
        ("git status*", "git status src/a.py", True),
        ("git status*", "git status; rm -rf /", False),
        ("git status*", "git status && rm -rf /", False),
        ("git status*", "git status & rm", False),
        ("git status*", "git status | sh", False),
        ("git status*", "git status\nrm -rf /", False),
        ("git status*", "git status $(rm -rf /)", False),
        ("git status*", "git status `rm -rf /`", False),
        ("git status*", "git status > ~/.bashrc", False),
        ("git status*", "git status <(rm)", False),
        ("git status*", "git status ${x:=y}", False),
        ("git status*", "X=1 git status", False),
        ("*", "ls", True),
        ("*", "ls; rm -rf /", False),
        ("ls; pwd", "ls; pwd", True),
        ("echo [*]; pwd", "echo *; pwd", True),
        ("echo [*]; pwd", "echo x; pwd", False),
    ],
)
def test_a_pattern_allows_simple_commands_only(pattern: str, command: str, fits: bool) -> None:
    assert matches(f"t({pattern})", command, risk="command") is fits


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf /", "rm", "ls; rm -rf /", "ls && rm x", "ls\nrm x", "echo $(rm x)", "echo `rm x`",
        "(rm x)", "{ rm x; }", "true | rm x", "/bin/rm x", "sudo rm x", "sudo -u root -E rm x",
        "timeout 5 rm x", "env A=1 rm x", "A=1 B=2 rm x", "xargs -n 1 rm", "bash -c 'rm x'",
        "sh -c \"sudo rm x\"", "find . -exec rm {} +", "'rm' x", "r\\m x", "nohup nice rm x",
        "echo 'x' ; \"rm\" x", "rm 'unclosed", "sudo " * 200 + "true; rm x",
    ],
)  # fmt: skip
def test_a_command_is_denied_wherever_it_is_plainly_written(command: str) -> None:
    for effect in ("deny", "ask"):
        rule = Rule.parse(effect, "t(rm *)")
        assert rule.matches("t", command, "command"), effect


def test_commands_too_deep_to_be_looked_through_count_as_denied() -> None:
    deep = " ".join(["timeout"] * 400 + ["nice"] * 400 + ["true"])
    command = "; ".join(f"{deep} {number}" for number in range(400))
    assert matches("t(rm *)", command, risk="command", effect="deny")
    assert not matches("t(*)", command, risk="command", effect="allow")


@pytest.mark.parametrize("command", ["ls", "echo rm x", "grep -r rm .", "rmdir x", "git rm x"])
def test_a_command_that_only_looks_so_is_another(command: str) -> None:
    assert not matches("t(rm *)", command, risk="command", effect="deny")


@given(st.text(), st.sampled_from(";&|<>(){}$`\n\r\x00"), st.text())
def test_no_pattern_allows_what_a_shell_may_take_for_more(a: str, active: str, b: str) -> None:
    for pattern in ("*", "**", "?*", "git *"):
        assert not matches(f"t({pattern})", f"git {a}{active}{b}", risk="command")


@given(st.text(min_size=1), st.text())
def test_a_rule_for_exactly_one_thing_is_about_nothing_else(one: str, other: str) -> None:
    rule = Rule.for_exactly("allow", "t", one)
    for risk in ("write", "command"):
        assert rule.matches("t", one, risk)
        assert rule.matches("t", other, risk) is (other == one)
    if one.strip():
        assert Rule.parse("allow", rule.text) == rule


def test_the_last_rule_that_fits_counts() -> None:
    rules = [
        Rule.parse("allow", "files-*(**)"),
        Rule.parse("deny", "files-write(secret/**)"),
        Rule.parse("ask", "files-write(secret/open/**)"),
    ]

    def effect(tool: str, path: str) -> str | None:
        rule = last_match(rules, tool, path, "write")
        return rule.effect if rule else None

    assert effect("files-write", "a") == "allow"
    assert effect("files-write", "secret/a") == "deny"
    assert effect("files-write", "secret/open/a") == "ask"
    assert effect("web-fetch", "a") is None


@pytest.mark.parametrize("text", ["", "a b", "a(", "a(b", "a)b", "(b)", "a()", "a( )", "a(b)c"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be the name of a tool|nothing in its brackets"):
        Rule.parse("allow", text)
