"""A server that asks the user in the middle of a call: written with the SDK."""

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult

FIELDS = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "What you are called"},
        "age": {"type": "integer"},
    },
    "required": ["name"],
}

server = MCPServer("asking")


@server.tool()
async def greet(context: Context) -> InputRequiredResult | str:
    """Greet the user by a name that they give."""
    answer = (context.input_responses or {}).get("who")
    if answer is None:
        asked = ElicitRequestFormParams(message="Who are \x1b[2Jyou?", requested_schema=FIELDS)
        return InputRequiredResult(input_requests={"who": ElicitRequest(params=asked)})
    assert isinstance(answer, ElicitResult)
    return f"{answer.action}: {answer.content}"


if __name__ == "__main__":
    server.run("stdio")
