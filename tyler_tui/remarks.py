"""What happens beside an answer, in one line: the same words in every front end. `mark` goes before
them, where they are seen and not heard."""

from collections.abc import Mapping
from typing import Any

from tyler_tui.figures import ABOUT, tokens_text
from tyler_tui.sanitize import one_line

APPROVAL_WORDS = {
    "ask": "asks before it writes, runs a command or goes to a new host",
    "edits": "files are written unasked; commands and new hosts ask",
    "auto": "everything runs unasked, but what a rule of yours forbids",
}
"""What each approval mode means."""

STATUS_NOTICES = {
    "cancelled": "■ stopped · what had arrived is kept",
    "interrupted": "■ interrupted · the program ended before the answer did",
    "truncated": "! cut off · the answer ended early",
    "error": "✗ ended by an error · what had arrived is kept",
}
"""What stands below an answer of that `MessageStatus`."""


def retry_text(data: dict[str, Any], mark: str = "↻ ") -> str:
    """For the data of RETRY."""
    reason = one_line(str(data["reason"]))
    if "model" in data:
        return f"{mark}{one_line(data['model'], 60)} answers instead: {reason}"
    wait = f"{data['wait_s']:.1f} s"
    return f"{mark}trying again in {wait} (attempt {data['attempt']}): {reason}"


def decision_text(decision: Mapping[str, Any]) -> str:
    """Why a call ran, or did not, for what `Decision.to_dict` keeps of it."""
    denied = decision["verdict"] == "deny"
    verb = "denied" if denied else "allowed"
    match decision["ground"]:
        case "answer":
            how = {"allow_once": ", this once", "allow_session": ", for the session",
                   "allow_always": ", for good"}.get(decision["verdict"], "")  # fmt: skip
            word = one_line(str(decision.get("message", "")))
            said = f"{verb} by you{how}" + (f": “{word}”" if word else "")
        case "session":
            said = "allowed by you before, for the session"
        case "rule":
            said = f"{verb} by a rule of yours: {one_line(str(decision.get('rule', '')))}"
        case "mode":
            said = "allowed by the approval mode"
        case "named":
            said = "allowed: you named the address"
        case "reading":
            said = "not asked: it only reads"
        case other:
            said = f"{verb}: {one_line(str(other), 40)}"
    return f"{said} · with your arguments" if decision.get("edited") else said


def limit_text(data: dict[str, Any], mark: str = "! ") -> str:
    """For the data of ITERATION_LIMIT."""
    count = data["iterations_used"]
    rounds = f"{count} round{'s' * (count != 1)}"
    return (
        f"{mark}the limit of {rounds} of tool calls was reached · a new prompt goes on; "
        "max_turns or --max-turns sets another"
    )


def loading_text(data: dict[str, Any], mark: str = "… ") -> str:
    """For the data of LOADING."""
    name = one_line(str(data["model"]).rpartition("/")[2].partition("?")[0], 60)
    share = data["share"]
    return f"{mark}loading {name}, {share:.0%}" if share < 1 else f"{mark}starting {name}"


def compacting_text(data: dict[str, Any], mark: str = "… ") -> str:
    """For the data of COMPACTING."""
    why = "the context is nearly full, " if data["automatic"] else ""
    tokens = f"{ABOUT}{tokens_text(data['tokens_before'])} tok"
    return f"{mark}{why}summarising {_older(data['messages'])} ({tokens})"


def compacted_text(data: dict[str, Any], mark: str = "… ") -> str:
    """For the data of COMPACTED."""
    before, after = tokens_text(data["tokens_before"]), tokens_text(data["tokens_after"])
    return f"{mark}{_older(data['messages'])} summarised: {ABOUT}{before} → {ABOUT}{after} tok"


def _older(count: int) -> str:
    return f"{count} older message{'s' * (count != 1)}"
