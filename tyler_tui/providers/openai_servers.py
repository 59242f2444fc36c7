"""Which models are asked in the OpenAI format: at which server, by which name, with which key."""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from tyler_tui.errors import ProviderError
from tyler_tui.providers import Request
from tyler_tui.providers.catalog import PLACEHOLDER_KEY, custom_base, uses_openai
from tyler_tui.providers.known_servers import KNOWN_SERVERS
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


_NEEDS_KEY = {"cerebras", "deepseek", "groq", "openrouter", "xai"}


def speaks_openai(model: str) -> bool:
    """Whether `model` is asked in the OpenAI format."""
    return uses_openai(model) or model.partition("/")[0] in KNOWN_SERVERS


def is_elsewhere(model: str, api_base: str | None = None) -> bool:
    """Whether a model of a provider that has one address is asked at another, which `api_base` or
    the environment names."""
    if uses_openai(model):
        usual, named = OPENAI, api_base or custom_base()
    else:
        known = KNOWN_SERVERS.get(model.partition("/")[0])
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
        known = KNOWN_SERVERS[prefix]
        base = request.api_base or known.address()
        key = request.api_key or environ.get(known.key_variable)
        must_have_key = prefix in _NEEDS_KEY and base == known.base
        if not base:
            raise ProviderError(
                f"Nothing says where the server of {one_line(request.model, 60)} is.",
                kind="set_up",
                hint=f"Set {known.base_variable} to its address, such as {known.example}.",
            )
    if not key and must_have_key:
        raise ProviderError(
            sentence("set_up", request, Said(), started=False),
            kind="set_up",
            hint=hint("set_up", request),
        )
    return Server(base.rstrip("/"), name, key or PLACEHOLDER_KEY)
