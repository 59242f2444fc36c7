"""Servers that speak the OpenAI format, OpenAI's own aside, and where they are.

The addresses and variables are those that LiteLLM uses for the same names, so a model means the
same whichever reader answers for it.
"""

import os
from dataclasses import dataclass

from tyler_tui.providers.catalog import (
    LM_STUDIO,
    OLLAMA,
    PROXY,
    PROXY_BASE,
    PROXY_KEY,
    VLLM,
    custom_base,
    uses_openai,
)


@dataclass(frozen=True, slots=True)
class KnownServer:
    """Where a server is, and the variables that say otherwise and hold its key."""

    base: str
    """Where it is unless the environment says otherwise; "" for servers that are anywhere."""
    key_variable: str
    base_variable: str
    path: str = ""
    """What the environment's address lacks."""
    example: str = ""
    """Where one of those that are anywhere usually is."""

    def address(self) -> str:
        """Where it is now; "" where nothing says it."""
        named = os.environ.get(self.base_variable)
        return named.rstrip("/") + self.path if named else self.base


_OLLAMA = KnownServer(OLLAMA.written, "OLLAMA_API_KEY", "OLLAMA_API_BASE", "/v1")
KNOWN_SERVERS = {
    "cerebras": KnownServer("https://api.cerebras.ai/v1", "CEREBRAS_API_KEY", "CEREBRAS_API_BASE"),
    "deepseek": KnownServer(
        "https://api.deepseek.com/beta", "DEEPSEEK_API_KEY", "DEEPSEEK_API_BASE"
    ),
    "groq": KnownServer("https://api.groq.com/openai/v1", "GROQ_API_KEY", "GROQ_API_BASE"),
    "openrouter": KnownServer(
        "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", "OPENROUTER_API_BASE"
    ),
    "xai": KnownServer("https://api.x.ai/v1", "XAI_API_KEY", "XAI_API_BASE"),
    "hosted_vllm": KnownServer(
        "", "HOSTED_VLLM_API_KEY", "HOSTED_VLLM_API_BASE", example=VLLM.written
    ),
    PROXY: KnownServer("", PROXY_KEY, PROXY_BASE, example="http://localhost:4000"),
    "lm_studio": KnownServer(
        "", "LM_STUDIO_API_KEY", "LM_STUDIO_API_BASE", example=LM_STUDIO.written
    ),
    "ollama": _OLLAMA,
    "ollama_chat": _OLLAMA,
}
"""By the first part of a model's name."""


def address_variable(model: str) -> str | None:
    """The variable of the environment that says where `model` is asked, where one does."""
    if uses_openai(model):
        return "OPENAI_API_BASE"
    known = KNOWN_SERVERS.get(model.partition("/")[0])
    return known.base_variable if known is not None else None


def own_address(model: str) -> str | None:
    """Where `model` is asked, if that is a server of the user's own: one that the environment
    names, or that stands on this machine."""
    if uses_openai(model):
        return custom_base()
    known = KNOWN_SERVERS.get(model.partition("/")[0])
    if known is None or (known.base.startswith("https://") and known.address() == known.base):
        return None
    return known.address() or None
