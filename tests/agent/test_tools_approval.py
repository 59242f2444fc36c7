"""Which calls are asked about."""

from typing import get_args

import pytest

from tyler_tui.agent.approval import (
    ApprovalMode,
    ApprovalPolicy,
    ApprovalRequest,
    Decision,
    HookApprover,
    Risk,
    Verdict,
)


def request(risk: Risk, name: str = "tool", scope: str = "") -> ApprovalRequest:
    return ApprovalRequest("call_1", name, {}, "summary", risk, scope=scope)


@pytest.mark.parametrize(
    ("mode", "asked"),
    [
        (ApprovalMode.ASK, {"write", "command", "fetch", "download", "other"}),
        (ApprovalMode.EDITS, {"command", "fetch", "download", "other"}),
        (ApprovalMode.AUTO, set()),
    ],
)
def test_a_mode_decides_which_risks_are_asked_about(mode: ApprovalMode, asked: set[str]) -> None:
    policy = ApprovalPolicy(mode)
    assert {risk for risk in get_args(Risk) if policy.settled(request(risk)) is None} == asked


def test_what_nobody_chose_is_the_careful_mode() -> None:
    assert ApprovalPolicy().mode is ApprovalMode.ASK


@pytest.mark.parametrize(
    ("verdict", "asked_again"),
    [
        (Verdict.ALLOW_ONCE, True),
        (Verdict.ALLOW_SESSION, False),
        (Verdict.ALLOW_ALWAYS, False),
        (Verdict.DENY, True),
    ],
)
def test_only_an_answer_for_the_session_is_kept(verdict: Verdict, asked_again: bool) -> None:
    policy = ApprovalPolicy()
    policy.remember(request("write", "files-write"), Decision(verdict))
    assert (policy.settled(request("write", "files-write")) is None) is asked_again
    assert policy.settled(request("write", "files-move")) is None, (
        "another tool is another question"
    )


def test_an_answer_for_the_session_covers_its_scope_alone() -> None:
    policy = ApprovalPolicy()
    policy.remember(request("command", "run", "git status"), Decision(Verdict.ALLOW_SESSION))
    assert policy.settled(request("command", "run", "git status"))
    assert policy.settled(request("command", "run", "rm")) is None
    assert policy.settled(request("command", "start", "git status")) is None
    assert policy.settled(request("command", "run")) is None


def test_a_host_that_may_be_fetched_from_may_be_by_every_tool_that_only_fetches() -> None:
    policy = ApprovalPolicy()
    policy.remember(request("fetch", "web-fetch", "a.example"), Decision(Verdict.ALLOW_SESSION))
    assert policy.settled(request("fetch", "mcp-fetch", "a.example"))
    assert policy.settled(request("fetch", "web-fetch", "b.example")) is None
    assert policy.settled(request("download", "web-download", "a.example")) is None
    assert policy.settled(request("fetch", "web-fetch")) is None


def test_fetching_tools_without_scopes_are_allowed_one_by_one() -> None:
    policy = ApprovalPolicy()
    policy.remember(request("fetch", "weather"), Decision(Verdict.ALLOW_SESSION))
    assert policy.settled(request("fetch", "weather"))
    assert policy.settled(request("fetch", "news")) is None


def test_a_denial_allows_nothing() -> None:
    assert [verdict for verdict in Verdict if not Decision(verdict).allows] == [Verdict.DENY]


async def test_a_hook_is_asked_about_all_but_reading() -> None:
    seen: list[ApprovalRequest] = []

    async def approve(question: ApprovalRequest) -> Decision:
        seen.append(question)
        return Decision(Verdict.ALLOW_ONCE)

    approver = HookApprover(approve)
    asked = {risk for risk in get_args(Risk) if approver.settled(request(risk)) is None}
    assert asked == {"write", "command", "fetch", "download", "other"}
    assert (await approver.decide(request("write"))).allows
    assert seen == [request("write")]
