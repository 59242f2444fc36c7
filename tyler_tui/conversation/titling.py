"""When a conversation gets a title of the model's, and when it keeps the one that it has."""

from itertools import islice

from tyler_tui.messages import Message, MessageStatus, Thread, title_of

MOST_PROMPTS = 3
"""Later on, people know a conversation by its first words."""


def first_exchange(thread: Thread) -> list[Message]:
    """What a title is made of: the first prompt, and the answer to it or else the first whole one.
    Nothing when the thread needs no title: a user named it or gave it one, one was written already,
    or it has gone on."""
    messages = thread.messages
    asked = (number for number, message in enumerate(messages) if message.role == "user")
    prompts = [*islice(asked, MOST_PROMPTS + 1)]  # what has gone on is not looked through
    if not 0 < len(prompts) <= MOST_PROMPTS:
        return []
    answers = [number for number, message in enumerate(messages) if _is_answer(message)]
    if not answers:
        return []
    first = messages[prompts[0]]
    if thread.name or thread.title != title_of(first.content):
        return []
    own = [number for number in answers if number < (*prompts[1:], len(messages))[0]]
    return [first, messages[own[-1] if own else answers[0]]]


def _is_answer(message: Message) -> bool:
    whole = message.role == "assistant" and message.status is MessageStatus.COMPLETE
    return whole and bool(message.content.strip())
