"""What the strictest of providers demands of a request, on the wire."""

import json
import re
from typing import Any

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def complaints(body: dict[str, Any]) -> list[str]:
    """Why that provider would refuse `body`, the JSON of a chat-completions request."""
    found: list[str] = []
    messages = [m for m in body["messages"] if m["role"] not in ("system", "developer")]
    if not messages or messages[0]["role"] != "user":
        found.append("it does not begin with the user")
    ids: set[str] = set()
    waiting: list[str] = []
    previous = ""
    for number, message in enumerate(messages):
        role = message["role"]
        if role == "tool":
            if message["tool_call_id"] not in waiting:
                found.append(f"{number}: a result without its call")
            else:
                waiting.remove(message["tool_call_id"])
        else:
            if waiting:
                found.append(f"{number}: calls without results")
            if role == previous:
                found.append(f"{number}: two turns of the {role} in a row")
            waiting = [call["id"] for call in message.get("tool_calls") or ()]
            found += [f"{number}: {problem}" for problem in _of_turn(message, ids)]
        previous = role
    if waiting:
        found.append("calls without results at the end")
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        found.append("a lone surrogate")
    return found


def _of_turn(message: dict[str, Any], ids: set[str]) -> list[str]:
    found: list[str] = []
    content, calls = message.get("content"), message.get("tool_calls")
    if not isinstance(content, str | None) or not ((content or "").strip() or calls):
        found.append("no words and no calls")
    if calls == []:
        found.append("an empty list of calls")
    for call in calls or ():
        if not call["id"] or call["id"] in ids:
            found.append("an id that is missing or was used")
        ids.add(call["id"])
        if call["type"] != "function" or not NAME.fullmatch(call["function"]["name"]):
            found.append(f"no name of a tool: {call['function']['name']!r}")
        if not isinstance(json.loads(call["function"]["arguments"]), dict):
            found.append("arguments that are no object")
    return found
