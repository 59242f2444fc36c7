"""Why a server cannot be used, in words."""

from typing import TYPE_CHECKING

import httpx2
from mcp import MCPError
from mcp_types import CONNECTION_CLOSED
from pydantic import ValidationError

from tyler_tui.errors import McpError, UsageError
from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.tools.mcp.connection import Connection


def failure(error: BaseException, connection: "Connection") -> BaseException:
    """Why a server could not be connected."""
    error = _leaf(error)
    said = connection.in_words(error)
    match error:
        case MCPError() if connection.refused in (401, 403):
            return McpError(
                f"It refuses us (HTTP {connection.refused}).",
                hint="Look at its headers in the config: the token, above all.",
            )
        case MCPError() if connection.refused:
            return McpError(
                f"It answers with an error (HTTP {connection.refused}).",
                hint="Is that its address? It often ends in /mcp.",
            )
        case MCPError(error=told):
            is_gone = error.code == CONNECTION_CLOSED and connection.ending
            answer = one_line(connection.masked(told.message), 500)
            return McpError(f"{connection.ending if is_gone else answer}.")
        case UsageError():
            return McpError(error.message, hint=error.hint)
        case httpx2.HTTPError() | httpx2.InvalidURL() | OSError():
            return McpError(
                f"It cannot be reached: {said}.", hint="Is it running, and is that its address?"
            )
        case ValidationError():
            return McpError(f"It does not speak MCP: {where(error)}.")
        case RuntimeError():
            return McpError(f"It does not speak MCP: {said}.")
        case _:
            return error


def _leaf(errors: BaseException) -> BaseException:
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors


def where(error: ValidationError) -> str:
    """What in an answer is not valid."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    return one_line(f"{place}: {first['msg']}" if place else str(first["msg"]), 300)
