"""Questions as the approval card gets them."""

from typing import Any


def question(name: str, summary: str, preview: str, **fields: Any) -> dict[str, Any]:
    """The data of APPROVAL_REQUESTED."""
    covers: dict[str, Any] = {"scope": "", "session": f"all calls of {name}", "always": ""}
    place = {"repeats": 0, "number": 1, "count": 1}
    call = {"tool_name": name, "tool_call_id": "c9", "arguments": {}}
    return {**call, "summary": summary, "preview": preview, **covers, **place, **fields}
