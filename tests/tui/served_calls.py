"""What a served model calls."""

import json
from typing import Any

from tests.provider_server import Call, Finish, Reply


def calls(*wanted: tuple[str, dict[str, Any]]) -> Reply:
    """An answer that calls tools: each a name with its arguments."""
    steps = [Call(n, f"c{n}", name, json.dumps(args)) for n, (name, args) in enumerate(wanted)]
    return Reply([*steps, Finish("tool_calls")])


def run(command: str) -> tuple[str, dict[str, Any]]:
    """A command, for `calls`."""
    return "command_line-run", {"command": command}


def read(path: str) -> tuple[str, dict[str, Any]]:
    """A file to read, for `calls`."""
    return "files-read", {"path": path}
