"""What a server offers, in values of our own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """A tool; `reads_only` is what the server says of it, which may be a lie."""

    name: str
    description: str
    schema: Mapping[str, Any]
    reads_only: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    uri: str
    name: str
    description: str = ""
    mime_type: str = ""


@dataclass(frozen=True, slots=True)
class PromptArgument:
    name: str
    description: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    name: str
    description: str = ""
    arguments: tuple[PromptArgument, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """All of it. `left_out` names the tools that no provider would take, with the reason."""

    tools: tuple[OfferedTool, ...] = ()
    resources: tuple[Resource, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    left_out: tuple[str, ...] = ()
