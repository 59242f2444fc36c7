"""Which model a key in the environment, or a server on this machine, stands for."""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Found:
    """A model that could be used right away. `label` says where it was found."""

    model: str
    label: str
    api_base: str | None = None


@dataclass(frozen=True, slots=True)
class KeySource:
    """A provider whose key stands in an environment variable."""

    variable: str
    provider: str
    prefix: str
    default_model: str
    keys_begin: tuple[str, ...] = ()
    """How its keys begin, where that tells them from others'."""

    @property
    def names(self) -> tuple[str, str]:
        """What people call it, in small letters."""
        return self.provider.casefold(), self.prefix


KEY_SOURCES: tuple[KeySource, ...] = (
    KeySource("ANTHROPIC_API_KEY", "Anthropic", "anthropic", "anthropic/claude-sonnet-5",
              ("sk-ant-",)),
    KeySource("OPENAI_API_KEY", "OpenAI", "openai", "openai/gpt-5.5", ("sk-",)),
    KeySource("GEMINI_API_KEY", "Google Gemini", "gemini", "gemini/gemini-pro-latest", ("AIza",)),
    KeySource("MISTRAL_API_KEY", "Mistral", "mistral", "mistral/mistral-large-latest"),
    KeySource("DEEPSEEK_API_KEY", "DeepSeek", "deepseek", "deepseek/deepseek-v4-pro"),
    KeySource("XAI_API_KEY", "xAI", "xai", "xai/grok-4.3-latest", ("xai-",)),
    KeySource("GROQ_API_KEY", "Groq", "groq", "groq/openai/gpt-oss-120b", ("gsk_",)),
    KeySource("OPENROUTER_API_KEY", "OpenRouter", "openrouter", "openrouter/openrouter/auto",
              ("sk-or-",)),
    KeySource("TOGETHERAI_API_KEY", "Together", "together_ai", "together_ai/openai/gpt-oss-120b"),
    KeySource("FIREWORKS_AI_API_KEY", "Fireworks", "fireworks_ai",
              "fireworks_ai/accounts/fireworks/models/glm-5p2", ("fw_",)),
    KeySource("COHERE_API_KEY", "Cohere", "cohere", "cohere/command-a-03-2025"),
    KeySource("PERPLEXITYAI_API_KEY", "Perplexity", "perplexity", "perplexity/sonar", ("pplx-",)),
    KeySource("CEREBRAS_API_KEY", "Cerebras", "cerebras", "cerebras/gpt-oss-120b", ("csk-",)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that people run on their own machine; all of them speak OpenAI's format."""

    label: str
    port: int

    @property
    def base(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def written(self) -> str:
        """That address as people and LiteLLM write it."""
        return f"http://localhost:{self.port}/v1"


OLLAMA, LM_STUDIO = LocalServer("Ollama", 11434), LocalServer("LM Studio", 1234)
LLAMA_CPP, VLLM = LocalServer("llama.cpp", 8080), LocalServer("vLLM", 8000)
LOCAL_SERVERS: tuple[LocalServer, ...] = (OLLAMA, LM_STUDIO, LLAMA_CPP, VLLM)
MOST_OF_A_SERVER, MOST_OF_A_GATEWAY = 20, 2_000
"""How many models of a server are offered, and of one that the user named where there is a way to
look for one of them."""

PROXY = "litellm_proxy"
"""LiteLLM's word for a LiteLLM proxy: a gateway that is anywhere."""
PROXY_BASE, PROXY_KEY = "LITELLM_PROXY_API_BASE", "LITELLM_PROXY_API_KEY"

PLACEHOLDER_KEY = "none"
"""Local servers take any key; clients of the OpenAI format insist on one."""


def source_of_key(key: str) -> KeySource | None:
    """The provider whose keys begin as `key` does, the longest beginning counting; None when no
    one's do. Some providers' keys begin as others' do, so it is a guess."""
    found = [
        (len(begin), source)
        for source in KEY_SOURCES
        for begin in source.keys_begin
        if key.startswith(begin)
    ]
    return max(found, key=lambda one: one[0])[1] if found else None


def key_source(model: str) -> KeySource | None:
    """The provider that serves `model`, where it is one that goes by a key."""
    prefix = provider_name(model)
    return next((source for source in KEY_SOURCES if source.prefix == prefix), None)


def key_variable(model: str) -> str | None:
    """The variable of the environment that holds the key for `model`."""
    if provider_name(model) == PROXY:
        return PROXY_KEY
    source = key_source(model)
    return source.variable if source is not None else None


def provider_name(model: str) -> str:
    """Who serves `model`, in LiteLLM's word for them."""
    if model.startswith("claude-"):
        return "anthropic"
    return "openai" if uses_openai(model) else model.partition("/")[0]


def uses_openai(model: str) -> bool:
    """Whether OPENAI_API_KEY and OPENAI_API_BASE are for `model`."""
    return model.startswith(("openai/", "gpt-", "chatgpt-", "o1", "o3", "o4"))


def custom_base(environ: Mapping[str, str] | None = None) -> str | None:
    """The server that the environment puts in OpenAI's place."""
    environ = os.environ if environ is None else environ
    return environ.get("OPENAI_API_BASE") or environ.get("OPENAI_BASE_URL") or None


def host_of(base: str) -> str:
    """The host and port in an address, without the name and password that may stand there."""
    try:
        host = urlsplit(base).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    return one_line(host or base.rpartition("@")[2], 80)


def key_for(base: str | None, configured: str | None = None) -> str | None:
    """The key for the server at `base` where the environment's is for no eye there: a server that
    was found by probing may be anyone's. One that the environment names, or that is `configured`,
    is the user's own choice, wherever it stands."""
    is_guess = base in {server.base for server in LOCAL_SERVERS}
    return PLACEHOLDER_KEY if is_guess and base not in (configured, custom_base()) else None


def environment_models(environ: Mapping[str, str] | None = None) -> list[Found]:
    """What the environment's keys stand for, most preferred first. Touches no network.

    An OPENAI_API_BASE (or OPENAI_BASE_URL) points at a server whose models only it knows, so the
    OpenAI key stands for nothing then: `find_models` asks the server.
    """
    environ = os.environ if environ is None else environ
    custom = custom_base(environ)
    return [
        Found(source.default_model, f"{source.provider}, by {source.variable}")
        for source in KEY_SOURCES
        if environ.get(source.variable) and not (source.prefix == "openai" and custom)
    ]


def environment_providers(environ: Mapping[str, str] | None = None) -> set[str]:
    """The providers, in LiteLLM's words, whose keys stand in the environment."""
    environ = os.environ if environ is None else environ
    return {source.prefix for source in KEY_SOURCES if environ.get(source.variable)}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A server that is asked which models it has; what they are called begins with `prefix`."""

    base: str
    label: str
    prefix: str = "openai"
    key: str | None = None
    is_named: bool = False


def _servers(environ: Mapping[str, str], api_base: str | None) -> list[_Asked]:
    """Those that the user named, and then those that may be on this machine."""
    named = {
        base.rstrip("/"): (prefix, environ.get(key))
        for base, prefix, key in (
            (environ.get(PROXY_BASE), PROXY, PROXY_KEY),
            (api_base, "openai", "OPENAI_API_KEY"),
            (custom_base(environ), "openai", "OPENAI_API_KEY"),
        )
        if base
    }
    asked = [
        _Asked(base, f"the server at {host_of(base)}", prefix, key, is_named=True)
        for base, (prefix, key) in reversed(named.items())
    ]
    local = [_Asked(server.base, f"{server.label} on this machine") for server in LOCAL_SERVERS]
    return [*asked, *(server for server in local if server.base not in named)]


ANSWER_S, NAMED_ANSWER_S = 0.5, 3.0
"""How long a server is waited for, and one that the user named."""


async def find_models(
    environ: Mapping[str, str] | None = None,
    *,
    api_base: str | None = None,
    most_of_named: int = MOST_OF_A_SERVER,
    timeout_s: float | None = None,
    named_timeout_s: float | None = None,
    tell: Callable[[str, str], None] | None = None,
) -> list[Found]:
    """What the environment and the servers on this machine offer. A server is given `timeout_s`
    seconds to answer, ANSWER_S when it is None; one that the environment names, or that is at
    `api_base`, `named_timeout_s`, or NAMED_ANSWER_S; of those
    up to `most_of_named` models are offered, of others MOST_OF_A_SERVER. `tell` hears of each of
    those that gives no list: its label, and why."""
    import httpx  # noqa: PLC0415 - 0.1 s that only the search for servers needs

    timeout_s = ANSWER_S if timeout_s is None else timeout_s
    named_timeout_s = NAMED_ANSWER_S if named_timeout_s is None else named_timeout_s
    environ = os.environ if environ is None else environ
    servers = _servers(environ, api_base)
    async with httpx.AsyncClient(trust_env=False, timeout=named_timeout_s) as client:
        answers = await asyncio.gather(
            *(
                _models_of(
                    client,
                    server.base,
                    server.key,
                    named_timeout_s if server.is_named else timeout_s,
                )
                for server in servers
            )
        )
    found = environment_models(environ)
    for server, (models, trouble) in zip(servers, answers, strict=True):
        if trouble and server.is_named and tell is not None:
            tell(server.label, trouble)
        most = most_of_named if server.is_named else MOST_OF_A_SERVER
        found.extend(
            Found(f"{server.prefix}/{name}", server.label, server.base) for name in models[:most]
        )
    return found


async def _models_of(
    client: "httpx.AsyncClient", base: str, key: str | None, timeout_s: float
) -> tuple[list[str], str]:
    """The names that a server of the OpenAI format lists, and where it gives no list, why."""
    import httpx  # noqa: PLC0415 - imported by now

    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with asyncio.timeout(timeout_s):
            answer = await client.get(f"{base}/models", headers=headers)
        if (status := answer.status_code) in (401, 403):
            return [], f"it {'refuses the' if key else 'wants a'} key (HTTP {status})"
        if status != 200:
            return [], f"it answers HTTP {status}"
        return [str(model["id"]) for model in answer.json()["data"]], ""
    except (TimeoutError, httpx.TimeoutException):
        return [], f"it does not answer within {timeout_s:g} s"
    except (httpx.HTTPError, httpx.InvalidURL):
        return [], "it cannot be reached"
    except (ValueError, LookupError, TypeError, RecursionError):
        return [], "what it answers is no list"
