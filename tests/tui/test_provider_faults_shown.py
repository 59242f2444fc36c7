"""What a provider does wrong, on the screen: a card says what happened, and the chat goes on."""

import threading
from collections.abc import Sequence

import pytest

from tests.faults.fault import DIRECT, OPENAI_CLIENT, SHORT, Fault
from tests.faults.tables import connections, fields, framing, statuses, tool_calls
from tests.provider_server import Finish, Pause, ProviderServer, Reply, Step, Text, answer
from tests.providers.asking import QUIET
from tests.tui.conftest import Chat, OpenChat
from tyler_tui.config import Settings, TimeoutSettings
from tyler_tui.errors import ProviderError
from tyler_tui.providers import event_stream, transport
from tyler_tui.sanitize import sanitize
from tyler_tui.tui.items.error_card import ErrorCard

pytestmark = QUIET

ORDINARY = [
    fault
    for table in (framing, fields, statuses, tool_calls)
    for fault in table.FAULTS
    if not fault.settings and fault.timeouts is not SHORT
]
DIFFERENT = {
    (fault.error, fault.says, bool(fault.text), bool(fault.thinking), tuple(fault.results)): fault
    for fault in ORDINARY
}
"""One of those that look the same."""


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "LAST_WORD_S", 0.4)
    monkeypatch.setattr(transport, "ERROR_BODY_S", 0.4)


@pytest.mark.parametrize(
    ("faults", "reader", "timeouts"),
    [
        ([*DIFFERENT.values()][::2], DIRECT, TimeoutSettings()),
        (ORDINARY[::16], OPENAI_CLIENT, TimeoutSettings()),
        (connections.FAULTS, DIRECT, SHORT),
    ],
    ids=["faults", "faults through LiteLLM", "connections"],
)
async def test_a_card_says_what_happened_and_the_chat_goes_on(
    open_chat: OpenChat,
    served: ProviderServer,
    faults: Sequence[Fault],
    reader: str,
    timeouts: TimeoutSettings,
) -> None:
    setting = "auto" if reader == DIRECT else "litellm"
    settings = Settings(reader=setting, retries=0, timeouts=timeouts)  # type: ignore[arg-type]
    async with open_chat("openai/x", settings=settings) as chat:
        for fault in faults:
            await _shown(chat, served, fault.read_by(reader))


async def _shown(chat: Chat, served: ProviderServer, fault: Fault) -> None:
    await _start_anew(chat)
    served.script(*fault.replies[: fault.requests])
    await chat.ask(f"what about {fault.name}?")
    cards = [
        item for item in chat.screen.view.transcript.viewport.items if isinstance(item, ErrorCard)
    ]
    assert len(cards) == bool(fault.error), fault.name
    if fault.error:
        card = "\n".join(line.text for line in cards[0].lines(500))
        assert f"✗ {ProviderError.KINDS[fault.error]}" in card
        assert fault.says in card
        assert "→ " in card
    shown = chat.text
    for word in sanitize(fault.text or "").split()[:1]:
        assert word.strip("<>") in shown, fault.name
    assert sanitize(shown) == shown
    assert chat.status.startswith("ready"), fault.name
    served.script(answer("All is well."))
    await chat.ask("and now?")
    assert "All is well." in chat.text, fault.name


async def _start_anew(chat: Chat) -> None:
    before = chat.screen.conversation
    await chat.send("/new")
    await chat.until(lambda: chat.screen.conversation not in (None, before))


async def test_a_silent_stream_is_shown_as_silent_until_it_speaks_again(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    go_on, end = threading.Event(), threading.Event()
    steps: list[Step] = [Text("so far"), Pause(go_on), Text(" and on"), Pause(end), Finish()]
    served.script(Reply(steps))
    settings = Settings(timeouts=TimeoutSettings(stalled=0.5))
    async with open_chat("openai/x", settings=settings) as chat:
        await chat.send("tell me")
        await chat.shows("nothing has arrived for")
        assert "so far" in chat.text
        go_on.set()
        await chat.shows("so far and on")
        assert "nothing has arrived" not in chat.text
        end.set()
        await chat.idle()


async def test_a_silent_server_is_shown_as_silent_until_the_time_is_up(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(Reply(silent=True), answer("Here."))
    timeouts = TimeoutSettings(stalled=0.2, first_token=1)
    settings = Settings(retries=0, timeouts=timeouts)
    async with open_chat("openai/x", settings=settings) as chat:
        await chat.send("are you there?")
        await chat.shows("nothing has arrived for")
        await chat.shows("✗ The provider did not answer in time")
        assert "Nothing arrived for 1 s." in chat.text
        assert "nothing has arrived" not in chat.text
        await chat.ask("and now?")
        await chat.shows("Here.")
