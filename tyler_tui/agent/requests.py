"""What is sent to the model."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from tyler_tui.agent.prompt import with_system_messages
from tyler_tui.messages import Attachment, Message, for_model, still_sent
from tyler_tui.providers import Request

if TYPE_CHECKING:
    from tyler_tui.agent.agent import Agent

UNSEEN = b"(an image, which you cannot see)"


def request_for(agent: "Agent", branch: Sequence[Message], *, may_call: bool = True) -> Request:
    """The request that has `agent` go on from `branch`."""
    messages = still_sent(branch)
    prompt = agent.system_prompt_on(date.today())
    return Request(
        model=agent.model_name,
        messages=for_model(messages if agent.model_info.vision is not False else _unseen(messages)),
        system=with_system_messages(prompt, messages),
        tools=agent.toolbox.specs,
        tool_choice="auto" if may_call else "none",
        temperature=agent.temperature,
        max_tokens=agent.max_tokens,
        reasoning=agent.reasoning,
        instruction_role=agent.instruction_role,
        api_base=agent.api_base,
        api_key=agent.api_key,
        extra_headers=agent.extra_headers,
        drop_params=agent.drop_params,
        connect_timeout_s=agent.timeouts.connect_s,
    )


def _unseen(messages: Sequence[Message]) -> list[Message]:
    """The messages as a model gets them that does not see: with a word in the place of images that
    another model was sent. Providers refuse such requests as a whole."""
    return [
        replace(message, attachments=[_in_a_word(file) for file in message.attachments])
        if any(file.is_image for file in message.attachments)
        else message
        for message in messages
    ]


def _in_a_word(file: Attachment) -> Attachment:
    return replace(file, content=UNSEEN, mime_type="text/plain") if file.is_image else file
