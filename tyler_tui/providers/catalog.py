"""Which model a key in the environment, or a server on this machine, stands for."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass


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


KEY_SOURCES: tuple[KeySource, ...] = (
    KeySource("ANTHROPIC_API_KEY", "Anthropic", "anthropic", "anthropic/claude-sonnet-4-5"),
    KeySource("OPENAI_API_KEY", "OpenAI", "openai", "openai/gpt-5.1"),
    KeySource("GEMINI_API_KEY", "Google Gemini", "gemini", "gemini/gemini-2.5-pro"),
    KeySource("MISTRAL_API_KEY", "Mistral", "mistral", "mistral/mistral-large-latest"),
    KeySource("DEEPSEEK_API_KEY", "DeepSeek", "deepseek", "deepseek/deepseek-chat"),
    KeySource("XAI_API_KEY", "xAI", "xai", "xai/grok-4"),
    KeySource("GROQ_API_KEY", "Groq", "groq", "groq/llama-3.3-70b-versatile"),
    KeySource("OPENROUTER_API_KEY", "OpenRouter", "openrouter", "openrouter/auto"),
    KeySource("TOGETHERAI_API_KEY", "Together", "together_ai",
              "together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo"),
    KeySource("FIREWORKS_AI_API_KEY", "Fireworks", "fireworks_ai",
              "fireworks_ai/accounts/fireworks/models/llama-v3p3-70b-instruct"),
    KeySource("COHERE_API_KEY", "Cohere", "cohere", "cohere/command-a-03-2025"),
    KeySource("PERPLEXITYAI_API_KEY", "Perplexity", "perplexity", "perplexity/sonar"),
    KeySource("CEREBRAS_API_KEY", "Cerebras", "cerebras", "cerebras/llama-3.3-70b"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that people run on their own machine."""

    label: str
    port: int
    prefix: str


LOCAL_SERVERS: tuple[LocalServer, ...] = (
    LocalServer("Ollama", 11434, "openai"),
    LocalServer("LM Studio", 1234, "openai"),
    LocalServer("llama.cpp", 8080, "openai"),
    LocalServer("vLLM", 8000, "openai"),
)

PLACEHOLDER_KEY = "none"
"""Local servers take any key; clients of the OpenAI format insist on one."""


def key_variable(model: str) -> str | None:
    """The environment variable that holds the key for `model`, as far as is known."""
    prefix = model.partition("/")[0] if "/" in model else "openai"
    return next((source.variable for source in KEY_SOURCES if source.prefix == prefix), None)


def environment_models(environ: Mapping[str, str] | None = None) -> list[Found]:
    """What the environment's keys stand for, most preferred first. Touches no network.

    An OPENAI_API_BASE (or OPENAI_BASE_URL) points at a server whose models only it knows, so the
    OpenAI key stands for nothing then: `find_models` asks the server.
    """
    environ = os.environ if environ is None else environ
    custom = environ.get("OPENAI_API_BASE") or environ.get("OPENAI_BASE_URL")
    return [
        Found(source.default_model, f"{source.provider}, by {source.variable}")
        for source in KEY_SOURCES
        if environ.get(source.variable) and not (source.prefix == "openai" and custom)
    ]


async def find_models(
    environ: Mapping[str, str] | None = None, *, timeout_s: float = 0.5
) -> list[Found]:
    """What the environment and the servers on this machine offer, each server given `timeout_s`
    seconds to answer."""
    environ = os.environ if environ is None else environ
    asked: list[tuple[str, str, str]] = []
    custom = environ.get("OPENAI_API_BASE") or environ.get("OPENAI_BASE_URL")
    if custom:
        asked.append((custom.rstrip("/"), f"the server at {custom}", "openai"))
    for server in LOCAL_SERVERS:
        base = f"http://127.0.0.1:{server.port}/v1"
        asked.append((base, f"{server.label} on this machine", server.prefix))
    key = environ.get("OPENAI_API_KEY", "") if custom else ""
    answers = await asyncio.gather(
        *(_models_of(base, key if base == (custom or "").rstrip("/") else "", timeout_s)
          for base, _, _ in asked)
    )  # fmt: skip
    found = environment_models(environ)
    for (base, label, prefix), models in zip(asked, answers, strict=True):
        found.extend(Found(f"{prefix}/{name}", label, base) for name in models[:20])
    return found


async def _models_of(base: str, key: str, timeout_s: float) -> list[str]:
    """The names that a server of the OpenAI format lists; none when it does not answer."""
    import httpx  # noqa: PLC0415 - 0.1 s that only the search for servers needs

    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with httpx.AsyncClient(timeout=timeout_s, trust_env=False) as client:
            answer = await client.get(f"{base}/models", headers=headers)
            listed = answer.json()["data"] if answer.status_code == 200 else []
            return [str(model["id"]) for model in listed]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        return []
