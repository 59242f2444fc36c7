"""What an Agent is told, and what of it reaches the model."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.agent.scripted import ScriptedProvider, agent_with, says, thread_with
from tyler_tui import Agent, Message, Thread, Timeouts
from tyler_tui.agent.requests import UNSEEN
from tyler_tui.messages import Attachment
from tyler_tui.providers import ModelInfo, Request


async def request_of(
    agent: Agent, provider: ScriptedProvider, thread: Thread | None = None
) -> Request:
    await agent.go(thread or thread_with())
    return provider.requests[0]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"temperature": 2.5}, "temperature"),
        ({"temperature": -0.1}, "temperature"),
        ({"max_tool_iterations": -1}, "max_tool_iterations"),
        ({"retries": -1}, "retries"),
        ({"max_characters": 0}, "max_characters"),
        ({"streaming_chunk_size": 0}, "streaming_chunk_size"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_name(
    settings: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        Agent(**settings)


def test_two_tools_of_one_name_are_refused_when_the_agent_is_made() -> None:
    def act() -> str:
        """Act."""
        return ""

    with pytest.raises(ValueError, match="act"):
        Agent(tools=[act, act])


def test_a_key_is_not_shown() -> None:
    agent = Agent(api_key="sk-secret", extra_headers={"X-Key": "hidden"})
    assert "sk-secret" not in repr(agent)
    assert "hidden" not in repr(agent)


def test_base_url_is_another_word_for_api_base() -> None:
    assert Agent(base_url="http://a").api_base == "http://a"
    assert Agent(base_url="http://a", api_base="http://b").api_base == "http://b"
    assert Agent(api_base="http://b").replace(name="x").api_base == "http://b"


async def test_settings_reach_the_request() -> None:
    def act() -> str:
        """Act."""
        return ""

    provider = ScriptedProvider(says("Hi"))
    agent = agent_with(
        provider,
        tools=[act],
        temperature=0.2,
        max_tokens=9,
        reasoning="low",
        instruction_role="developer",
        api_base="http://a",
        api_key="k",
        extra_headers={"X": "y"},
        drop_params=False,
        timeouts=Timeouts(connect_s=3),
    )
    request = await request_of(agent, provider)
    assert [spec.name for spec in request.tools] == ["act"]
    assert (request.model, request.temperature, request.max_tokens) == ("scripted", 0.2, 9)
    assert (request.reasoning, request.instruction_role) == ("low", "developer")
    assert (request.api_base, request.api_key) == ("http://a", "k")
    assert (request.extra_headers, request.drop_params) == ({"X": "y"}, False)
    assert request.connect_timeout_s == 3


async def test_the_model_is_told_who_it_is_and_what_it_can_do(tmp_path: Path) -> None:
    def act() -> str:
        """Act."""
        return ""

    provider = ScriptedProvider(says("Hi"))
    agent = agent_with(
        provider,
        name="Ada",
        purpose="To count.",
        notes="Be brief.",
        tools=[act],
        workspace=tmp_path,
    )
    system = (await request_of(agent, provider)).system
    for part in ("Ada", "To count.", "Be brief.", str(tmp_path)):
        assert part in system


def test_the_model_is_told_the_day_and_of_tools_only_when_it_has_some() -> None:
    prompt = Agent().system_prompt_on(date(2025, 3, 1))
    assert "Saturday, 01 March 2025" in prompt
    assert "tool" not in prompt


async def test_a_system_prompt_of_the_users_own_takes_the_place_of_ours() -> None:
    provider = ScriptedProvider(says("Hi"))
    request = await request_of(agent_with(provider, system_prompt="Bark."), provider)
    assert request.system == "Bark."


async def test_system_messages_of_a_thread_join_the_system_prompt() -> None:
    thread = Thread()
    thread.add_message(Message("system", "Speak French."))
    thread.add_message(Message("user", "hello"))
    provider = ScriptedProvider(says("Salut"))
    request = await request_of(agent_with(provider, system_prompt="Bark."), provider, thread)
    assert request.system == "Bark.\n\nSpeak French."
    assert [message.role for message in request.messages] == ["user"]


def test_what_is_known_of_the_model_comes_from_its_provider() -> None:
    assert agent_with(ScriptedProvider()).model_info.context_window == 100
    assert Agent(model_name="demo").resolved_provider is Agent(model_name="demo").resolved_provider


@pytest.mark.parametrize(("sees", "sent"), [(True, b"png"), (None, b"png"), (False, UNSEEN)])
async def test_a_model_that_does_not_see_is_told_of_the_images_that_another_was_sent(
    sees: bool | None, sent: bytes
) -> None:
    class Provider(ScriptedProvider):
        def info(self, model: str, api_base: str | None = None) -> ModelInfo:
            return ModelInfo(model, vision=sees)

    provider, thread = Provider(says("I see.")), Thread()
    image = Attachment("shot.png", b"png", "image/png")
    notes = Attachment("notes.txt", b"notes", "text/plain")
    thread.add_message(Message("user", "Look.", attachments=[image, notes]))
    request = await request_of(agent_with(provider), provider, thread)
    assert [file.content for file in request.messages[0].attachments] == [sent, b"notes"]
    assert thread.messages[0].attachments == [image, notes]
