"""Completion in the shell: what can stand where. See `completing` for how a shell asks."""

import re
from typing import TYPE_CHECKING

import typer

from tyler_tui.cli import FAMILIES

if TYPE_CHECKING:
    from tyler_tui.config import Settings
    from tyler_tui.store import ThreadSummary

MOST = 200
"""Longer lists help nobody."""
LONGEST_S = 2.0
"""How long a server with the sessions may take."""
_LETTERS_FOR_ALL = 2
"""So many letters must be there before the thousands of known models are looked at."""
_NOT_PLAIN = re.compile(r"[^\w .,-]")

Offered = list[tuple[str, str]]
"""Words with what they stand for."""


def commands(ctx: typer.Context, incomplete: str) -> Offered:
    """The commands, where a prompt may begin with one."""
    return [] if ctx.params.get("prompt") else [(name, "") for name in FAMILIES]


def sessions(incomplete: str) -> Offered:
    """Sessions by name, or by id where they have none that can be typed."""
    return _sessions(deleted=False)


def deleted_sessions(incomplete: str) -> Offered:
    return _sessions(deleted=True)


def models(incomplete: str) -> Offered:
    """Models that are set up or were used lately, then those that LiteLLM knows."""
    from tyler_tui.providers.catalog import KEY_SOURCES, environment_models  # noqa: PLC0415

    settings = _settings()
    names = ["demo", settings.model or "", *settings.fallback_models]
    names += [profile.model or "" for profile in settings.agents.values()]
    names += [model.name for model in settings.models]
    names += [found.model for found in environment_models()]
    names += [summary.model or "" for summary in _stored(deleted=False)]
    if len(incomplete) >= _LETTERS_FOR_ALL:
        from tyler_tui.providers.prices import known_names  # noqa: PLC0415 - seldom wanted

        names += known_names(incomplete)
    else:
        names += [f"{source.prefix}/" for source in KEY_SOURCES]
    fitting = dict.fromkeys(n for n in names if n.startswith(incomplete) and _can_be_typed(n))
    return [(name, "") for name in list(fitting)[:MOST]]


def agents(incomplete: str) -> Offered:
    from tyler_tui.profiles import profiles  # noqa: PLC0415 - only for completion

    found = profiles(_settings())
    return [
        (name, _plain(profile.description))
        for name, profile in found.items()
        if _can_be_typed(name)
    ]


def servers(incomplete: str) -> Offered:
    """MCP servers of the config."""
    return [(name, "") for name in _settings().mcp.servers]


def _settings() -> "Settings":
    from tyler_tui import paths  # noqa: PLC0415
    from tyler_tui.config import load  # noqa: PLC0415

    return load(paths.config_file())


def _sessions(*, deleted: bool) -> Offered:
    stored = _stored(deleted=deleted)
    offered = []
    for summary in stored:
        name, title = summary.name or "", _plain(summary.title)
        if _can_be_typed(name):
            offered.append((name, title))
        else:
            offered.append((summary.id[:8], _plain(name) or title))
    return offered


def _can_be_typed(word: str) -> bool:
    """Whether it is no option, and has no character that a terminal would not show."""
    return word.isprintable() and not word.startswith("-") and bool(word)


def _plain(text: str) -> str:
    return " ".join(_NOT_PLAIN.sub(" ", text).split())[:60]


def _stored(*, deleted: bool) -> "list[ThreadSummary]":
    """The sessions, the latest first. A database that is not there is not made."""
    import asyncio  # noqa: PLC0415 - only for completion

    from tyler_tui.sessions_place import configured_place, is_made  # noqa: PLC0415
    from tyler_tui.store import ThreadIndex  # noqa: PLC0415

    async def read() -> "list[ThreadSummary]":
        async with asyncio.timeout(LONGEST_S), await ThreadIndex.create(place) as store:
            return await store.list_threads(MOST, deleted=deleted)

    place = configured_place()
    return asyncio.run(read()) if is_made(place) else []
