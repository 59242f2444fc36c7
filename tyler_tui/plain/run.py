"""The loop of line mode: read, answer, read again.

The event loop runs while something is done and rests while a line is typed: so the line editor has
the terminal and its signals to itself.
"""

import asyncio
import gc
import os
import sys
from collections.abc import Callable

from tyler_tui.backend import Backend
from tyler_tui.errors import UsageError
from tyler_tui.plain.actions.registry import slash_names
from tyler_tui.plain.chat import Chat
from tyler_tui.plain.launch import Launch
from tyler_tui.plain.opening import connect_servers, open_first
from tyler_tui.plain.prompts import PipedPrompts, Prompts, TypedPrompts
from tyler_tui.plain.voice import Voice
from tyler_tui.prompt_history import PromptHistory
from tyler_tui.stdio.outcome import CANCELLED
from tyler_tui.stdio.terminal import is_dumb


def run_plain(backend: Backend, launch: Launch, goodbye: Callable[[str], str]) -> int:
    """Chat until the user leaves or the input ends; returns the exit code: 0 at a terminal, else
    that of the last answer. `goodbye` makes the line that tells how to resume the session whose id
    it gets. Raises TylerError when no session could be opened, OSError when standard output takes
    no more."""
    gc.freeze()  # what is imported by now stays
    gc.enable()
    if sys.stdin is None:  # closed by whoever started it: nothing will come
        sys.stdin = open(os.devnull)  # noqa: SIM115 - lives as long as the program
    is_typed = sys.stdin.isatty()
    if launch.pick_session and not is_typed:
        raise UsageError(
            "-r needs a name or id here.", hint="`tyler-chat sessions list` shows them."
        )
    bare = launch.bare or is_dumb(os.environ)
    has_colours = sys.stdout.isatty() and not bare and not os.environ.get("NO_COLOR")
    voice = Voice(sys.stdout, colours=has_colours, bell=launch.bell and sys.stdout.isatty())
    prompts = _prompts(voice, launch, is_typed=is_typed, bare=bare)
    with asyncio.Runner() as runner:
        chat = Chat(backend, launch, voice, prompts)
        try:
            runner.run(_open(chat))
            while not chat.is_over and (text := prompts.read()) is not None:
                runner.run(chat.take(text))
        finally:
            runner.run(_close(chat))
    if is_typed and not chat.conversation.is_new:
        voice.say_now(goodbye(chat.conversation.thread.id).rstrip())
    if chat.was_stopped:
        return chat.exit_code or CANCELLED
    return 0 if is_typed else chat.exit_code


async def _open(chat: Chat) -> None:
    await open_first(chat)
    await connect_servers(chat)
    if chat.launch.prompt:
        await chat.take(chat.launch.prompt)


async def _close(chat: Chat) -> None:
    await chat.close()
    await chat.backend.close()


def _prompts(voice: Voice, launch: Launch, *, is_typed: bool, bare: bool) -> Prompts:
    if not is_typed:
        return PipedPrompts(voice)
    words = [f"/{name}" for name in slash_names()]
    return TypedPrompts(voice, PromptHistory(launch.history), words, bare=bare)
