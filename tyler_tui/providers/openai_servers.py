"""Which models stand on servers that speak the OpenAI format, and where those servers are.

The addresses and key variables are those that LiteLLM uses for the same names, so a model means
the same whichever reader answers for it.
"""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from tyler_tui.errors import ProviderError
from tyler_tui.providers import Request
from tyler_tui.providers.catalog import (
    PLACEHOLDER_KEY,
    PROXY,
    PROXY_BASE,
    PROXY_KEY,
    custom_base,
    uses_openai,
)
from tyler_tui.providers.wording import Said, hint, sentence
from tyler_tui.sanitize import one_line

OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Server:
    """Where a model is asked, under which name, and with which key."""

    base: str
    model: str
    key: str

    @property
    def is_openai(self) -> bool:
        return self.base == OPENAI


@dataclass(frozen=True, slots=True)
class _Known:
    base: str
    """Where it is unless the environment says otherwise; "" for servers that are anywhere."""
    key_variable: str = ""
    base_variable: str = ""
    path: str = ""
    """What the environment's address lacks."""


_BY_PREFIX = {
    "cerebras": _Known("https://api.cerebras.ai/v1", "CEREBRAS_API_KEY", "CEREBRAS_API_BASE"),
    "deepseek": _Known("https://api.deepseek.com/beta", "DEEPSEEK_API_KEY", "DEEPSEEK_API_BASE"),
    "groq": _Known("https://api.groq.com/openai/v1", "GROQ_API_KEY", "GROQ_API_BASE"),
    "openrouter": _Known(
        "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", "OPENROUTER_API_BASE"
    ),
    "xai": _Known("https://api.x.ai/v1", "XAI_API_KEY", "XAI_API_BASE"),
    "hosted_vllm": _Known("", "HOSTED_VLLM_API_KEY", "HOSTED_VLLM_API_BASE"),
    PROXY: _Known("", PROXY_KEY, PROXY_BASE),
    "lm_studio": _Known("", "LM_STUDIO_API_KEY", "LM_STUDIO_API_BASE"),
    "ollama": _Known("http://localhost:11434/v1", "OLLAMA_API_KEY", "OLLAMA_API_BASE", "/v1"),
    "ollama_chat": _Known("http://localhost:11434/v1", "OLLAMA_API_KEY", "OLLAMA_API_BASE", "/v1"),
}
_NEEDS_KEY = {"cerebras", "deepseek", "groq", "openrouter", "xai"}


def speaks_openai(model: str) -> bool:
    """Whether `model` is asked in the OpenAI format."""
    return uses_openai(model) or model.partition("/")[0] in _BY_PREFIX


def is_elsewhere(model: str, api_base: str | None = None) -> bool:
    """Whether a model of a provider that has one address is asked at another, which `api_base` or
    the environment names."""
    if uses_openai(model):
        usual, named = OPENAI, api_base or custom_base()
    else:
        known = _BY_PREFIX.get(model.partition("/")[0])
        if known is None or not known.base.startswith("https://"):
            return False
        usual, named = known.base, api_base or os.environ.get(known.base_variable)
    return bool(named) and not f".{_host(named or '')}".endswith(f".{_host(usual)}")


def _host(base: str) -> str:
    try:
        return urlsplit(base).hostname or ""
    except ValueError:
        return ""


def server_for(request: Request) -> Server:
    """The server of a model for which `speaks_openai` holds. Raises ProviderError when nothing
    says where it is, or when it wants a key and there is none."""
    environ = os.environ
    if uses_openai(request.model):
        base = request.api_base or custom_base() or OPENAI
        name = request.model.removeprefix("openai/")
        key = request.api_key or environ.get("OPENAI_API_KEY")
        must_have_key = base.rstrip("/") == OPENAI
    else:
        prefix, _, name = request.model.partition("/")
        known = _BY_PREFIX[prefix]
        own = environ.get(known.base_variable)
        base = request.api_base or (own and own.rstrip("/") + known.path) or known.base
        key = request.api_key or environ.get(known.key_variable)
        must_have_key = prefix in _NEEDS_KEY and base == known.base
        if not base:
            raise ProviderError(
                f"Nothing says where the server of {one_line(request.model, 60)} is.",
                kind="set_up",
                hint=f"Set {known.base_variable} to its address, such as http://localhost:8000/v1.",
            )
    if not key and must_have_key:
        raise ProviderError(
            sentence("set_up", request, Said(), started=False),
            kind="set_up",
            hint=hint("set_up", request),
        )
    return Server(base.rstrip("/"), name, key or PLACEHOLDER_KEY)
