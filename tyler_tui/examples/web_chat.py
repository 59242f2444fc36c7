"""A chat in a browser, over a WebSocket, with FastAPI: `pip install "tyler-tui[web]"`.

    python -m tyler_tui.examples.web_chat

Then open http://127.0.0.1:8000. The client sends {"content": "..."}, or {"cancel": true} to stop.
It gets objects whose "type" is content, tool, complete, cancelled or error. When it leaves, the
model is left too.
"""

import asyncio
import json
import os
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI, WebSocket
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import HTMLResponse

from tyler_tui import Agent, EventStream, EventType, Message, Thread

PAGE = """<!doctype html><meta charset="utf-8"><title>Chat</title>
<pre id="log" style="white-space: pre-wrap"></pre>
<form><input name="content" size="60" autofocus> <button type="button">Stop</button></form>
<script>
  const log = document.querySelector("#log"), form = document.forms[0];
  const socket = new WebSocket(location.href.replace("http", "ws") + "ws/chat");
  const say = (text) => log.append(text);  // as text: what a model says is no HTML
  socket.onmessage = ({data}) => {
    const told = JSON.parse(data);
    if (told.type === "content") say(told.data.content_chunk);
    else if (told.type === "tool") say(`\\n[${told.name} ${told.content}]\\n`);
    else say(told.type === "complete" ? "\\n\\n" : `\\n[${told.message ?? told.type}]\\n\\n`);
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    say(`> ${form.content.value}\\n`);
    socket.send(JSON.stringify({content: form.content.value}));
    form.reset();
  };
  form.querySelector("button").onclick = () => socket.send(JSON.stringify({cancel: true}));
</script>
"""

app = FastAPI()
# Any page in a browser may connect to this machine, under any name; only ours is served.
app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])


@app.get("/")
def page() -> HTMLResponse:
    return HTMLResponse(PAGE)


@app.websocket("/ws/chat")
async def chat(websocket: WebSocket) -> None:
    origin = websocket.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != websocket.headers.get("host"):
        await websocket.close()
        return
    await websocket.accept()
    agent = Agent(
        name="web-assistant",
        model_name=os.environ.get("TYLER_CHAT_MODEL", "demo"),
        purpose="To assist web users",
    )
    thread = Thread()
    stream: EventStream | None = None
    answering: asyncio.Task[None] | None = None
    try:
        async for text in websocket.iter_text():
            request = parsed(text)
            if request.get("cancel") and stream is not None:
                stream.cancel()
            elif answering is not None and not answering.done():
                await websocket.send_json({"type": "error", "message": "Still answering."})
            elif isinstance(request.get("content"), str):
                thread.add_message(Message(role="user", content=request["content"]))
                stream = agent.go(thread, stream=True)
                answering = asyncio.create_task(answer(websocket, stream))
            else:
                await websocket.send_json({"type": "error", "message": "There is no content."})
    finally:
        if answering is not None:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)


def parsed(text: str) -> dict[str, Any]:
    """What a client sent; {} when that is no JSON object."""
    try:
        request = json.loads(text)
    except ValueError:
        return {}
    return request if isinstance(request, dict) else {}


async def answer(websocket: WebSocket, stream: EventStream) -> None:
    async for event in stream:  # a client that reads slowly holds the model back
        data = event.data
        if event.type == EventType.LLM_STREAM_CHUNK:
            await websocket.send_json({"type": "content", "data": data})
        elif event.type == EventType.TOOL_SELECTED:
            arguments = str(data["arguments"])[:100]
            tool = {"type": "tool", "name": data["tool_name"], "content": arguments}
            await websocket.send_json(tool)
        elif event.type == EventType.EXECUTION_COMPLETE:
            await websocket.send_json({"type": "complete"})
        elif event.type == EventType.EXECUTION_CANCELLED:
            await websocket.send_json({"type": "cancelled"})
        elif event.type == EventType.EXECUTION_ERROR:
            await websocket.send_json({"type": "error", "message": data["message"]})


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=8000, ws="websockets-sansio")
