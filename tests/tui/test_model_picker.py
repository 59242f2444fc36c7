"""Ctrl+L: the model of the next turn."""

import socket
import threading

import pytest
from textual.widgets import Input

from tests.provider_server import (
    Finish,
    Pause,
    ProviderServer,
    Reply,
    Text,
    answer,
    error,
    model_list,
)
from tests.tui.conftest import Chat, OpenChat
from tyler_tui.config import Settings
from tyler_tui.providers import catalog
from tyler_tui.providers.catalog import LocalServer
from tyler_tui.tui.screens.models import ModelsScreen
from tyler_tui.tui.widgets.model_list import AsTyped, Choice, Heading, ModelList
from tyler_tui.tui.widgets.stepper import Stepper
from tyler_tui.tui.widgets.transcript import Transcript


@pytest.fixture(autouse=True)
def nothing_served(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    monkeypatch.setattr(catalog, "LOCAL_SERVERS", (LocalServer("Ollama", port),))


@pytest.fixture
def served(provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    return provider_server


class Picker:
    """What is seen of the picker."""

    def __init__(self, chat: Chat) -> None:
        assert isinstance(chat.app.screen, ModelsScreen)
        self.chat, self.screen = chat, chat.app.screen

    @property
    def models(self) -> ModelList:
        return self.screen.query_one(ModelList)

    @property
    def names(self) -> list[str]:
        return [row.model.name for row in self.models.rows if isinstance(row, Choice)]

    @property
    def headings(self) -> list[str]:
        return [row.text for row in self.models.rows if isinstance(row, Heading)]

    @property
    def under_cursor(self) -> str:
        row = self.models.row
        assert isinstance(row, Choice)
        return row.model.name

    def shown(self) -> list[str]:
        return [self.models.render_line(y).text.rstrip() for y in range(self.models.size.height)]

    async def type(self, text: str) -> None:
        self.screen.query_one(Input).value = text
        await self.chat.pilot.pause()


async def opened(chat: Chat) -> Picker:
    await chat.until(lambda: chat.screen.conversation is not None)
    await chat.pilot.press("ctrl+l")
    await chat.opened(ModelsScreen)
    picker = Picker(chat)
    await chat.until(lambda: "Known to LiteLLM" in picker.headings)
    return picker


def header(chat: Chat) -> str:
    return str(chat.screen.query_one("Header").render())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_models_stand_in_groups_with_context_and_price(
    open_chat: OpenChat,
    provider_server: ProviderServer,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
) -> None:
    port = int(provider_server.base_url.rpartition(":")[2].partition("/")[0])
    monkeypatch.setattr(catalog, "LOCAL_SERVERS", (LocalServer("Ollama", port),))
    provider_server.models = model_list("llama-of-mine")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a-key")
    settings = Settings(model="demo:99", fallback="demo:98")
    async with open_chat(settings=settings, size=size, session="first") as chat:
        await chat.ask("table")
        picker = await opened(chat)
        await chat.until(lambda: "Found on this machine" in picker.headings)
        assert picker.headings == [
            "Configured",
            "Used lately",
            "By a key in the environment",
            "Found on this machine",
            "Known to LiteLLM",
        ]
        assert picker.names[:5] == [
            "demo:99", "demo:98", "demo:fast", "anthropic/claude-sonnet-5", "openai/llama-of-mine",
        ]  # fmt: skip
        assert len(picker.names) > 2_000
        assert picker.under_cursor == "demo:fast"
        await picker.type("azure/gpt-4o")
        row = next(line for line in picker.shown() if " azure/gpt-4o " in line)
        assert row.split()[1:4] == ["128k", "$2.50", "$10.00"]
        assert max(len(line) for line in picker.shown()) <= picker.models.size.width


async def test_a_name_under_which_nothing_was_ever_answered_is_not_offered_as_used(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(error(404, "no such model"))
    settings = Settings(model="openai/set-up")
    async with open_chat("openai/mistyped", settings=settings, session="s") as chat:
        await chat.ask("hi")
        assert [request.body["model"] for request in served.requests] == ["mistyped"]
        summaries = await (await chat.app.backend.stored()).list_threads()
        assert [summary.model for summary in summaries] == ["openai/mistyped"]
        picker = await opened(chat)
        assert "Used lately" not in picker.headings


async def test_typing_filters_and_enter_uses_it_for_the_next_prompt(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(answer("one"), answer("two"))
    served.models = model_list("alpha", "beta-large")
    async with open_chat("openai/alpha", session="s") as chat:
        await chat.ask("hi")
        picker = await opened(chat)
        await chat.until(lambda: "openai/beta-large" in picker.names)
        await chat.pilot.press(*"btlarge")
        await chat.until(lambda: picker.under_cursor == "openai/beta-large")
        await chat.pilot.press("enter")
        await chat.until(lambda: "answers from the next prompt on" in chat.status)
        assert "openai/beta-large" in header(chat)
        await chat.ask("again")
        assert [request.body["model"] for request in served.requests] == ["alpha", "beta-large"]
        assert served.requests[1].headers["authorization"] == "Bearer a-key"


async def test_a_model_of_a_gateway_with_many_is_found_and_asked_with_its_key(
    open_chat: OpenChat, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider_server.models = model_list(*(f"many/{n}" for n in range(200)), "team/claude-sonnet")
    monkeypatch.setenv("LITELLM_PROXY_API_BASE", provider_server.base_url)
    monkeypatch.setenv("LITELLM_PROXY_API_KEY", "sk-virtual")
    async with open_chat() as chat:
        picker = await opened(chat)
        await chat.until(lambda: "litellm_proxy/many/199" in picker.names)
        await picker.type("litellm_proxy/team/claude")
        await chat.until(lambda: picker.under_cursor == "litellm_proxy/team/claude-sonnet")
        await chat.pilot.press("enter")
        await chat.until(lambda: "litellm_proxy/team/claude-sonnet" in header(chat))
        await chat.ask("hi")
    assert provider_server.requests[-1].body["model"] == "team/claude-sonnet"
    assert provider_server.requests[-1].headers["authorization"] == "Bearer sk-virtual"


async def test_any_name_can_be_typed(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        picker = await opened(chat)
        await picker.type("hosted_vllm/thing-new")
        assert picker.models.rows == [AsTyped("hosted_vllm/thing-new")]
        await chat.pilot.press("enter")
        await chat.until(lambda: "hosted_vllm/thing-new" in header(chat))
        assert chat.screen.conversation
        assert chat.screen.conversation.agent.model_name == "hosted_vllm/thing-new"


async def test_the_cursor_moves_past_headings_and_round_the_ends(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        picker = await opened(chat)
        await picker.type("demo:fast")
        assert picker.under_cursor == "demo:fast"
        await picker.type("claude opus")
        first = picker.under_cursor
        await chat.pilot.press("down", "down", "up", "up", "up")
        assert isinstance(picker.models.row, AsTyped)
        await chat.pilot.press("up")
        assert picker.under_cursor == picker.names[-1]
        assert picker.models.scroll_offset.y > 0
        await chat.pilot.press("down", "down")
        assert picker.under_cursor == first
        await chat.pilot.press("pagedown")
        assert picker.names.index(picker.under_cursor) > 5


async def test_the_mouse_chooses_and_scrolls(open_chat: OpenChat) -> None:
    async with open_chat(size=(80, 24)) as chat:
        picker = await opened(chat)
        await picker.type("gpt-4o-mini")
        y = next(y for y, line in enumerate(picker.shown()) if line.startswith("  gpt-4o-mini "))
        await chat.pilot.click(picker.models, offset=(6, y))
        await chat.until(lambda: not isinstance(chat.app.screen, ModelsScreen))
        await chat.until(lambda: " gpt-4o-mini" in header(chat))


async def test_a_click_on_a_heading_chooses_nothing(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        picker = await opened(chat)
        await chat.pilot.click(picker.models, offset=(3, 0))
        await chat.pilot.pause()
        assert isinstance(chat.app.screen, ModelsScreen)


async def test_reasoning_and_temperature_are_set_with_it_and_stay_with_the_session(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    async with open_chat("openai/alpha", session="tuned") as chat:
        await chat.ask("hi")
        picker = await opened(chat)
        await chat.pilot.press("tab", "right", "right", "right", "left")
        assert picker.screen.query_one("#effort", Stepper).value == "low"
        temperature = picker.screen.query_one("#temperature", Stepper)
        await chat.pilot.press("tab", *["right"] * 4)
        assert temperature.value == pytest.approx(0.3)
        await chat.pilot.click(temperature, offset=(temperature.size.width - 1, 0))
        assert temperature.value == pytest.approx(0.4)
        await chat.pilot.press("enter")
        await chat.until(lambda: not isinstance(chat.app.screen, ModelsScreen))
        await chat.ask("again")
        first, second = (request.body for request in served.requests)
        assert "temperature" not in first
        assert (second["temperature"], second["reasoning_effort"]) == (0.4, "low")
        assert second["model"] == "alpha"
    async with open_chat(None, resume="tuned") as chat:
        await chat.ask("once more")
        body = served.requests[-1].body
        assert (body["temperature"], body["reasoning_effort"]) == (0.4, "low")
        picker = await opened(chat)
        assert picker.screen.query_one("#effort", Stepper).value == "low"


async def test_escape_changes_nothing(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        picker = await opened(chat)
        await picker.type("gpt-4o")
        await chat.pilot.press("tab", "right", "escape")
        await chat.until(lambda: not isinstance(chat.app.screen, ModelsScreen))
        assert chat.screen.conversation
        agent = chat.screen.conversation.agent
        assert (agent.model_name, agent.reasoning) == ("demo:fast", None)


async def test_a_switch_is_kept_though_nothing_was_sent_with_it(open_chat: OpenChat) -> None:
    async with open_chat(session="kept") as chat:
        await chat.ask("table")
        await chat.send("/model demo:77")
        await chat.until(lambda: "demo:77 answers" in chat.status)
    async with open_chat(None, resume="kept") as chat:
        await chat.until(lambda: "demo:77" in header(chat))


async def test_a_new_session_is_asked_with_the_model_that_was_chosen_last(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        await chat.send("/model demo:77")
        await chat.until(lambda: "demo:77 answers" in chat.status)
        await chat.pilot.press("ctrl+n")
        await chat.until(lambda: "new session" in header(chat))
        assert "demo:77" in header(chat)


async def test_a_part_of_a_name_opens_the_picker_with_it(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        await chat.send("/model sonnet")
        await chat.opened(ModelsScreen)
        picker = Picker(chat)
        await chat.until(lambda: picker.names)
        assert "sonnet" in picker.under_cursor


async def test_while_an_answer_runs_it_counts_from_the_next_one_on(
    open_chat: OpenChat, served: ProviderServer
) -> None:

    go_on = threading.Event()
    served.script(Reply([Text("slow"), Pause(go_on), Text("ly"), Finish()]), answer("two"))
    async with open_chat("openai/alpha") as chat:
        await chat.send("hi")
        await chat.shows("slow")
        await chat.send("/model openai/beta")
        await chat.until(lambda: "openai/beta answers" in chat.status)
        go_on.set()
        await chat.idle()
        assert "slowly" in chat.text
        await chat.ask("again")
        assert [request.body["model"] for request in served.requests] == ["alpha", "beta"]


async def test_names_from_a_server_are_harmless(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.models = model_list("[bold]a\x1b[2J\nb")
    async with open_chat() as chat:
        picker = await opened(chat)
        await picker.type("bold")
        await chat.until(lambda: picker.names)
        (line,) = [line for line in picker.shown() if "[bold]a" in line]
        assert "\x1b" not in line


async def test_an_error_card_offers_another_model(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("fail 401")
        offers = next(row for row in chat.rows if "/model" in row)
        assert "/retry" in offers
        view = chat.screen.view.transcript
        await chat.until(lambda: _row_of(view, "With a real model") is not None)
        y = _row_of(view, "With a real model")
        assert y is not None
        await chat.pilot.click(view, offset=(2 + offers.index("/model"), y + 1))
        await chat.opened(ModelsScreen)


def _row_of(view: Transcript, text: str) -> int | None:
    return next((y for y in range(view.size.height) if text in view.render_line(y).text), None)
