"""Keys in the environment, by name alone, and servers on this machine."""

import asyncio
import os
from collections import Counter

from tyler_tui.config import Settings
from tyler_tui.doctor.finding import Notes
from tyler_tui.providers.catalog import (
    KEY_SOURCES,
    PROXY_BASE,
    custom_base,
    environment_models,
    find_models,
    host_of,
    key_source,
    uses_openai,
)


def look(notes: Notes, settings: Settings | None) -> None:
    _look_at_choice(notes, settings)
    found = [source for source in KEY_SOURCES if os.environ.get(source.variable)]
    for source in found:
        value = os.environ[source.variable]
        if value.strip() != value or not value.isprintable():
            notes.warn(
                source.variable,
                "is set, with blanks or line ends in or round it",
                f"Set {source.variable} to the key alone.",
            )
        else:
            notes.ok(source.variable, f"is set ({source.provider})")
    troubles: dict[str, str] = {}
    offered = asyncio.run(find_models(tell=troubles.__setitem__))
    servers = Counter(one.label for one in offered if one.api_base)
    for label, count in servers.items():
        notes.ok(label, f"answers, {count} model{'s' * (count != 1)}")
    named = {"OPENAI_API_BASE": custom_base(), PROXY_BASE: os.environ.get(PROXY_BASE)}
    for variable, base in named.items():
        label = f"the server at {host_of(base)}" if base else ""
        if label and label not in servers:
            trouble = troubles.get(label, "it is empty")
            notes.fail(
                variable,
                f"{label} gives no list of models: {trouble}",
                f"Start it; check its key, and its address, which ends in /v1 as a rule; or unset "
                f"{variable}.",
            )
    if not found and not servers and not any(named.values()):
        notes.ok("keys and servers", "no key in the environment, no server on this machine")


def _look_at_choice(notes: Notes, settings: Settings | None) -> None:
    """Which model a start without -m takes, and whether its key is there."""
    named = settings.model if settings is not None else None
    if not named:
        by_key = environment_models()
        if by_key:
            notes.ok("model", f"{by_key[0].model} ({by_key[0].label})")
        else:
            notes.warn(
                "model",
                "nothing says which one to use",
                "Set a key such as ANTHROPIC_API_KEY, name a model in the config, or try "
                "tyler-chat -m demo.",
            )
        return
    said_by = settings.origins.get("model", "the config") if settings is not None else ""
    source = key_source(named)
    has_own_server = bool(settings and settings.api_base) or (uses_openai(named) and custom_base())
    if source is not None and not has_own_server and not os.environ.get(source.variable):
        notes.warn(
            "model",
            f"{named}, set by {said_by}, but {source.variable} is not set",
            f"export {source.variable}=…, or give the key in the chat with /key",
        )
    else:
        notes.ok("model", f"{named}, set by {said_by}")
