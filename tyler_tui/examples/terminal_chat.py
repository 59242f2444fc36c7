"""A chat in the terminal that goes on where it was left.

    python -m tyler_tui.examples.terminal_chat [SESSION]

Ctrl+C stops an answer and keeps what has arrived; at the prompt it leaves, as do "exit" and Ctrl+D.
"""

import asyncio
import os
import sys

from tyler_tui import Agent, EventType, Message, Thread, ThreadNotFoundError, ThreadStore
from tyler_tui.sanitize import sanitize_chunk


class StreamingChat:
    def __init__(self, store: ThreadStore, thread: Thread) -> None:
        self.store = store
        self.thread = thread
        self.agent = Agent(
            name="chat-assistant",
            model_name=os.environ.get("TYLER_CHAT_MODEL", "demo"),
            purpose="To have helpful conversations",
            thread_store=store,  # saves each message as it streams
        )

    @classmethod
    async def open(cls, session_id: str) -> "StreamingChat":
        store = await ThreadStore.create("sqlite+aiosqlite:///chat.db")
        try:
            thread = await store.get_thread(session_id)
            print(f"📚 Resuming a conversation of {len(thread.messages)} messages...")
        except ThreadNotFoundError:
            thread = Thread(id=session_id)
            print("🆕 Starting new conversation...")
        return cls(store, thread)

    async def send_message(self, content: str) -> None:
        if not content:
            return
        self.thread.add_message(Message(role="user", content=content))
        print("\n🤖 ", end="", flush=True)
        async for event in self.agent.go(self.thread, stream=True):
            if event.type == EventType.LLM_STREAM_CHUNK:
                print(sanitize_chunk(event.data["content_chunk"]), end="", flush=True)
            elif event.type == EventType.EXECUTION_ERROR:
                print(f"\n❌ {event.data['message']}\n{event.data['hint']}", end="")
        print()


def main(session_id: str) -> None:
    # The runner lends Ctrl+C to a coroutine while it runs, where it cancels; `input` has it else.
    with asyncio.Runner() as runner:
        chat = runner.run(StreamingChat.open(session_id))
        try:
            while (text := input("\nYou: ").strip()).lower() not in ("exit", "quit"):
                try:
                    runner.run(chat.send_message(text))
                except KeyboardInterrupt:
                    print("\n⏹ Stopped.")
        except (EOFError, KeyboardInterrupt):
            print()
        finally:
            runner.run(chat.store.close())


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "main-chat")
