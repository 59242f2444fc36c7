"""What the README says of the web front end must be so."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from tests.provider_server import Call, Finish, ProviderServer, Reply, Text, answer
from tests.web.browser import chromium, opened
from tests.web.clients import Serving
from tyler_tui.web import protocol as said

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SECTION = README.partition("## In a browser")[2].partition("\n## ")[0]
HERE = "127.0.0.1:8000"


def example(language: str, port: int) -> str:
    """An example, for a server on that port."""
    match = re.search(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)
    assert match is not None
    assert HERE in match[1]
    return match[1].replace(HERE, f"127.0.0.1:{port}")


def table() -> str:
    rows = ["| from | `type` | fields | says |", "|------|--------|--------|------|"]
    for sender, union in (("client", said.ClientMessage), ("server", said.ServerMessage)):
        for message in get_args(union):
            fields = ", ".join(f"`{name}`" for name in message.__struct_fields__)
            says = re.split(r"(?<=\.)\s", " ".join((message.__doc__ or "").split()))[0]
            type = message.__struct_config__.tag
            rows.append(f"| {sender} | `{type}` | {fields} | {says} |")
    return "\n".join(rows)


def test_the_table_of_messages_is_that_of_the_protocol() -> None:
    match = re.search(r"<!-- messages:.*?-->\n(.*?)\n?<!-- end of messages -->", README, re.DOTALL)
    assert match is not None
    assert match[1] == table()


async def test_the_client_in_python_runs_as_it_stands(
    served: Serving, provider_server: ProviderServer, workspace: Path
) -> None:
    arguments = '{"path": "notes.md", "content": "A readme."}'
    provider_server.script(
        Reply([Text("Let me. "), Call(0, "1", "files-write", arguments), Finish("tool_calls")]),
        answer("Noted."),
    )
    run = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", example("python", served.port)],
        input="y\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("Let me. \n🔧 files-write {")
    assert "+A readme." in run.stdout
    assert run.stdout.endswith("Allow it? [y/n] Noted.")
    assert (workspace / "notes.md").read_text("utf-8") == "A readme."


@pytest.mark.skipif(chromium() is None, reason="Chromium is not installed")
async def test_the_client_in_javascript_runs_as_it_stands(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("Hello ", size=1), Text("<b>you</b>"), Finish()]))
    async with opened(f"{served.http}/protocol.json") as page:
        await page.becomes("document.readyState === 'complete'")
        await page.evaluate(
            "document.body.innerHTML = '<p id=answer></p><button id=stop></button>'"
        )
        await page.evaluate(example("javascript", served.port))
        await page.becomes("answer.className === 'done'")
        assert await page.evaluate("answer.textContent") == "Hello <b>you</b>"
