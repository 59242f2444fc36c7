"""Hostile text reaches a client as it was written, and acts on nothing: not on the form of the
stream, nor on the terminal of whoever looks at it with curl."""

import json
import re

import httpx
import pytest

from tests.hostile.corpus import ALL, MARK, SHORT
from tests.provider_server import Call, Finish, ProviderServer, Reply, Text, Thinking, answer, error
from tests.web.clients import WAIT_S, Serving
from tyler_tui.web import protocol

ACTING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
LINE = re.compile(r"(event: \w+|data: \{.*\}|: .*|)")


def script(server: ProviderServer) -> None:
    arguments = json.dumps({"path": ALL, "content": ALL})
    server.script(
        Reply([Thinking(ALL), Text(ALL), Call(0, "1", "files-read", arguments), Finish()]),
        answer(ALL),
    )


@pytest.mark.parametrize("name", ["an answer", "an error"])
async def test_a_stream_of_events_keeps_its_form(
    served: Serving, provider_server: ProviderServer, name: str
) -> None:
    if name == "an answer":
        script(provider_server)
    else:
        provider_server.script(error(400, ALL))
    form = {"content": ALL, "session": " ".join(ALL.split())[:60]}
    async with httpx.AsyncClient(trust_env=False, timeout=WAIT_S) as client:
        whole = (await client.post(f"{served.http}/chat", json=form)).content.decode()
    assert not ACTING.search(whole)
    lines = whole.split("\n")
    assert all(LINE.fullmatch(line) for line in lines)
    heard = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    assert [line[7:] for line in lines if line.startswith("event: ")] == [m["type"] for m in heard]
    if name == "an error":
        assert [message["code"] for message in heard if message["type"] == "error"]
        return
    said = "".join(message["content"] for message in heard if message["type"] == "content")
    assert said == ALL + ALL
    thought = "".join(message["content"] for message in heard if message["type"] == "thinking")
    assert thought == ALL
    assert [m["arguments"]["path"] for m in heard if m["type"] == "tool"] == [ALL]
    assert heard[-1]["type"] == "state"


async def test_a_socket_and_the_history_carry_it_exactly(
    served: Serving, provider_server: ProviderServer
) -> None:
    script(provider_server)
    async with served.connected() as client:
        await client.say(ALL)
        await client.until("complete")
        assert client.text == ALL + ALL
        await client.send("history", limit=9)
        history = await client.until("history")
    assert [m["content"] for m in history["messages"] if m["role"] == "user"] == [ALL]
    assert history["messages"][-1]["content"] == ALL


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in SHORT.items()])
def test_whatever_text_it_is_it_comes_back_from_json(text: str) -> None:
    shown = protocol.encode(protocol.Thinking(f"{text} {MARK}"))
    assert not ACTING.search(shown)
    whole = re.sub("[\ud800-\udfff]", "\ufffd", text)
    assert json.loads(shown)["content"] == f"{whole} {MARK}"
