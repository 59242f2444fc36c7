"""Where settings become an agent, a store and a conversation, for every front end alike."""

import asyncio
import os
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tyler_tui import paths
from tyler_tui.config import Profile, Settings
from tyler_tui.errors import (
    ConfigError,
    NameTakenError,
    NoModelError,
    StoreError,
    ThreadNotFoundError,
    TylerError,
    UsageError,
)
from tyler_tui.model_choice import (
    FindProvider,
    as_tuned,
    place_of,
    provider_finder,
    recording,
)
from tyler_tui.profiles import profiles, settings_for, with_profile
from tyler_tui.sanitize import one_line, sanitize, without_credentials
from tyler_tui.toml_file import nearest

if TYPE_CHECKING:  # each of these costs its import, and is paid for when it is needed
    from tyler_tui.agent.agent import Agent
    from tyler_tui.conversation import Conversation
    from tyler_tui.messages import Attachment
    from tyler_tui.model_list import ListedModel
    from tyler_tui.providers import Provider
    from tyler_tui.providers.catalog import Found
    from tyler_tui.store import ThreadStore, ThreadSummary
    from tyler_tui.web.options import ServeOptions

LONG_SESSION = 200
"""Sessions with more messages stay in the store until a prompt needs them whole."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for, beside the settings."""

    workspace: Path
    prompt: str = ""
    model: str | None = None
    session: str | None = None
    title: str | None = None
    continue_latest: bool = False
    resume: str | None = None
    """A name or id; "" asks for the list."""
    no_tools: bool = False
    agent: str | None = None
    """The name of a profile."""
    files: tuple[Path, ...] = ()
    """What goes with the prompt."""
    record: str | None = None
    """The file to record the models' answers to."""


async def open_store() -> "ThreadStore":
    """The store of all sessions, created when it is missing."""
    from tyler_tui.store import ThreadStore  # noqa: PLC0415 - not before the first paint

    return await ThreadStore.create(paths.database_file())


def choose_model(options: Options, settings: Settings) -> str | None:
    """The model to use: flag, environment and config, then what the environment's keys stand
    for; None when nothing says."""
    if options.model or settings.model:
        return options.model or settings.model
    from tyler_tui.providers.catalog import environment_models  # noqa: PLC0415 - seldom needed

    found = environment_models()
    return found[0].model if found else None


def model_for(
    summary: "ThreadSummary | None", options: Options, settings: Settings, chosen: str | None
) -> tuple[str, str | None]:
    """The model and the address of its server, where that is not the usual one. A session goes on
    with its own, unless the command line names another, or an agent that has one; a new one has
    what was chosen. Raises NoModelError."""
    named = options.model or (options.agent and profiles(settings)[settings.agent].model)
    if summary is not None and summary.model and not named:
        base = summary.attributes.get("api_base")
        own = settings.api_base
        return summary.model, own if base == without_credentials(own) else base
    if chosen is None:
        raise NoModelError(
            "Nothing says which model to use.",
            hint="Set a key such as ANTHROPIC_API_KEY, name a model with -m, or try -m demo.",
        )
    return chosen, settings.api_base


def make_agent(
    options: Options,
    settings: Settings,
    model: str,
    api_base: str | None = None,
    find_provider: FindProvider | None = None,
) -> "Agent":
    """The agent that the settings describe; `find_provider` in place of what they say."""
    from tyler_tui.agent.agent import Agent  # noqa: PLC0415 - only where one is needed
    from tyler_tui.agent.watchdog import Timeouts  # noqa: PLC0415
    from tyler_tui.providers.catalog import PLACEHOLDER_KEY, is_probed  # noqa: PLC0415
    from tyler_tui.tools import TOOLS  # noqa: PLC0415
    from tyler_tui.tools.web import web_tools  # noqa: PLC0415

    try:
        set_up = {tool.name: tool for tool in web_tools(settings.web)}
    except ValueError as error:
        raise ConfigError(
            f"The config cannot be used: allow_hosts under [web]: {error}."
        ) from error
    tools = [] if options.no_tools else [set_up.get(tool.name, tool) for tool in TOOLS]
    if settings.tools is not None:
        for pattern in settings.tools:
            if not any(fnmatchcase(tool.name, pattern) for tool in TOOLS):
                names = sorted(tool.name for tool in TOOLS)
                raise UsageError(
                    f"There is no tool {one_line(pattern, 60)!r}.", hint=nearest(pattern, names)
                )
        tools = [
            tool
            for tool in tools
            if any(fnmatchcase(tool.name, pattern) for pattern in settings.tools)
        ]
    try:
        return Agent(
            name=settings.name,
            model_name=model,
            purpose=settings.purpose,
            notes=settings.notes,
            system_prompt=settings.system,
            tools=tools,
            temperature=settings.temperature,
            max_tokens=settings.max_tokens,
            reasoning=settings.reasoning,
            max_tool_iterations=settings.max_turns,
            fallback=settings.fallback_models,
            compact_at=settings.compact_at or None,
            budget_usd=settings.budget,
            retries=settings.retries,
            api_base=api_base,
            api_key=PLACEHOLDER_KEY if is_probed(api_base) else None,
            find_provider=find_provider or provider_finder(settings),
            workspace=options.workspace,
            timeouts=Timeouts(
                connect_s=settings.timeouts.connect,
                first_token_s=settings.timeouts.first_token,
                idle_s=settings.timeouts.idle,
            ),
        )
    except ValueError as error:  # config refuses what it can see; this is the rest
        raise ConfigError(f"The agent cannot be made: {error}.") from error


async def find_summary(store: "ThreadStore", options: Options) -> "ThreadSummary | None":
    """The stored session that the options name; None when they ask for a new one.

    Raises ThreadNotFoundError for a `resume` that fits nothing.
    """
    if options.session is not None:
        return await store.find_by_name(options.session) or await store.find_by_id(options.session)
    if options.resume:
        return await store.find(options.resume)
    if options.continue_latest:
        return await store.latest()
    return None


async def open_conversation(
    store: "ThreadStore",
    agent: "Agent",
    settings: Settings,
    summary: "ThreadSummary | None",
    *,
    name: str | None = None,
    title: str = "",
) -> "Conversation":
    """A conversation on a stored session, or on a new one."""
    from tyler_tui.approving import policy_for  # noqa: PLC0415
    from tyler_tui.conversation import Conversation  # noqa: PLC0415
    from tyler_tui.messages import Thread  # noqa: PLC0415

    policy = policy_for(settings, agent.workspace)
    stored = None
    if summary is None:
        thread = Thread(name=name, title=title)
    elif summary.message_count <= LONG_SESSION:
        thread = await store.get_thread(summary.id)
    else:
        stored = summary
        thread = Thread(
            id=summary.id,
            title=summary.title,
            name=summary.name,
            attributes=summary.attributes,
            created_at=summary.created_at,
            updated_at=summary.updated_at,
        )
    thread.attributes["agent"] = settings.agent
    agent = as_tuned(agent, thread.attributes)
    return Conversation(agent, store, thread, policy=policy, stored=stored)


async def open_as_asked(
    store: "ThreadStore",
    options: Options,
    settings: Settings,
    find_provider: FindProvider | None = None,
) -> "Conversation":
    """The conversation that the options ask for."""
    summary = await find_summary(store, options)
    settings = settings_for(settings, options.agent, _agent_of(summary))
    model, api_base = model_for(summary, options, settings, choose_model(options, settings))
    agent = make_agent(options, settings, model, api_base, find_provider)
    return await open_conversation(
        store, agent, settings, summary, name=options.session, title=options.title or ""
    )


def _agent_of(summary: "ThreadSummary | None") -> object:
    """The profile that a session was stored with."""
    return summary.attributes.get("agent") if summary is not None else None


def resume_command(name: str | None, thread_id: str) -> str:
    """What to type to open a session again."""
    import shlex  # noqa: PLC0415 - only at the end

    typeable = name is not None and sanitize(name) == name
    return f"tyler-chat -r {shlex.quote(name) if name and typeable else thread_id[:8]}"


class TuiBackend:
    """Serves the TUI; see `tyler_tui.tui.backend.Backend`."""

    def __init__(
        self, options: Options, settings: Settings, find_provider: FindProvider | None = None
    ) -> None:
        self._options = options
        self._find_provider = find_provider
        self._settings = settings
        self._model = choose_model(options, settings_for(settings, options.agent, None))
        self._provider: Provider | None = None
        self._in_use: tuple[str, str | None] | None = None
        self._opening = asyncio.Lock()
        self._store: ThreadStore | None = None
        self.names: dict[str, str | None] = {}
        """The names of the sessions that were opened, by id: for the farewell."""

    @property
    def model(self) -> str | None:
        return self._model

    def use_model(self, model: str, api_base: str | None = None) -> None:
        self._model = model
        if api_base is not None:
            self._settings.api_base = api_base

    async def _opened_store(self) -> "ThreadStore":
        async with self._opening:
            if self._store is None:
                self._store = await open_store()
            return self._store

    async def prepare(self) -> None:
        if self._provider is not None:
            await self._provider.prepare()
        if self._store is not None:
            await self._store.empty_trash()

    async def open_first(self) -> "Conversation":
        store, options = await self._opened_store(), self._options
        summary = await find_summary(store, options)
        return await self._open(summary, options.agent, options.session, options.title or "")

    async def open_session(self, thread_id: str) -> "Conversation":
        store = await self._opened_store()
        return await self._open(await store.find(thread_id), None)

    async def new_session(self) -> "Conversation":
        return await self._open(None, self._options.agent)

    async def _open(
        self,
        summary: "ThreadSummary | None",
        agent_asked: str | None,
        name: str | None = None,
        title: str = "",
    ) -> "Conversation":
        settings = settings_for(self._settings, agent_asked, _agent_of(summary))
        options = replace(self._options, agent=agent_asked)
        if summary is None and self._model is None and self._in_use is not None:
            model, api_base = self._in_use  # a new session like the one before
        else:
            model, api_base = model_for(summary, options, settings, self._model)
        self._in_use = model, api_base
        agent = make_agent(options, settings, model, api_base, self._find_provider)
        self._provider = agent.resolved_provider
        conversation = await open_conversation(
            await self._opened_store(), agent, settings, summary, name=name, title=title
        )
        self.names[conversation.thread.id] = conversation.thread.name
        return conversation

    async def stored(self) -> "ThreadStore":
        return await self._opened_store()

    async def rename(self, thread_id: str, name: str) -> None:
        store = await self._opened_store()
        try:
            await store.rename(thread_id, name)
        except ThreadNotFoundError:
            # Nothing of it is stored yet; the name goes in with its first message.
            if await store.find_by_name(name) is not None:
                raise NameTakenError(
                    f"Another session is called {one_line(name, 60)!r}.",
                    hint="Choose another name.",
                ) from None
        self.names[thread_id] = name

    async def models_at_hand(self) -> "Sequence[ListedModel]":
        from tyler_tui.model_list import models_at_hand, used_in  # noqa: PLC0415 - as below

        sessions: Sequence[ThreadSummary] = ()
        with suppress(StoreError):  # the other models can be chosen nonetheless
            sessions = await (await self.stored()).list_threads(50)
        return models_at_hand(self._settings, used_in(sessions))

    async def models_found(self) -> "Sequence[ListedModel]":
        from tyler_tui.model_list import models_found  # noqa: PLC0415 - as below

        return await models_found(self._settings)

    def known_models(self) -> "Sequence[ListedModel]":
        from tyler_tui.model_list import known_models  # noqa: PLC0415 - as below

        return known_models()

    async def switch_model(
        self, conversation: "Conversation", model: str, api_base: str | None = None
    ) -> None:
        from tyler_tui.providers.catalog import PLACEHOLDER_KEY, is_probed  # noqa: PLC0415

        before = conversation.agent
        base = api_base or place_of(model, self._settings, before.model_name, before.api_base)
        key = PLACEHOLDER_KEY if is_probed(base) else None
        conversation.use_model(model, api_base=base, api_key=key)
        # What is opened from now on: a new session is like this one, a stored one as it was.
        self._in_use, self._model = (model, base), None
        self._options = replace(self._options, model=None)
        self._provider = conversation.agent.resolved_provider
        await conversation.remember()

    def agents(self) -> "Mapping[str, Profile]":
        return profiles(self._settings)

    async def switch_agent(self, conversation: "Conversation", name: str) -> None:
        from tyler_tui.approving import policy_for  # noqa: PLC0415 - seldom needed

        settings, before = with_profile(self._settings, name), conversation.agent
        model, base = before.model_name, before.api_base
        own = profiles(self._settings)[name]
        if own.model is not None and settings.model is not None:
            model, base = settings.model, place_of(settings.model, settings, model, base)
        agent = make_agent(self._options, settings, model, base, self._find_provider)
        policy = policy_for(settings, agent.workspace)
        if own.approval is None:
            policy.mode = conversation.policy.mode
        conversation.use_agent(name, agent, policy)
        self._options = replace(self._options, agent=name)  # a new session is like this one
        self._in_use, self._model = (model, base), None
        self._provider = agent.resolved_provider
        await conversation.remember()

    async def find_models(self) -> "Sequence[Found]":
        from tyler_tui.providers.catalog import find_models  # noqa: PLC0415 - seldom needed

        return await find_models()

    async def close(self) -> None:
        if self._store is not None:
            await self._store.close()
            self._store = None


def run_tui(options: Options, settings: Settings) -> int:
    """Run the TUI to its end; returns the exit code."""
    from tyler_tui.tui.backend import Launch  # noqa: PLC0415 - no Textual for other front ends
    from tyler_tui.tui.run import run_tui as run  # noqa: PLC0415

    launch = Launch(
        workspace=options.workspace,
        prompt=options.prompt,
        attachments=asyncio.run(_files(options)) if options.files else (),
        pick_session=options.resume == "",
        theme=settings.ui.theme,
        frames_per_second=settings.ui.frame_rate,
        reduced_motion=_is_still(settings),
        mouse=settings.ui.mouse,
        history=paths.history_file(),
        keys=settings.keys,
    )

    def goodbye(thread_id: str) -> str:
        command = resume_command(backend.names.get(thread_id), thread_id)
        return f"To go on with this session: {command}\n"

    with recording(settings, options.record) as find_provider:
        backend = TuiBackend(options, settings, find_provider)
        return run(backend, launch, goodbye)


async def run_print(options: Options, settings: Settings, *, output: str) -> int:
    """Answer one prompt on standard output; returns the exit code. What keeps the conversation
    from starting is raised, and told in JSON where that is what standard output holds."""
    from tyler_tui.attaching import check_seen  # noqa: PLC0415 - as in `_files`
    from tyler_tui.printer import print_answer, print_failure  # noqa: PLC0415 - one front end

    async with AsyncExitStack() as opened:
        try:
            find_provider = opened.enter_context(recording(settings, options.record))
            store = await opened.enter_async_context(await open_store())
            files = await _files(options)
            conversation = await open_as_asked(store, options, settings, find_provider)
            check_seen(files, conversation.agent.model_info)
        except TylerError as error:
            await print_failure(error, output=output)
            raise
        return await print_answer(
            conversation,
            options.prompt,
            output=output,
            attachments=files,
            still=_is_still(settings),
        )


def _is_still(settings: Settings) -> bool:
    """Whether nothing is to spin or slide."""
    return settings.ui.reduced_motion or bool(os.environ.get("TYLER_CHAT_STILL"))


async def _files(options: Options) -> "list[Attachment]":
    """What goes with the prompt. Raises UsageError."""
    from tyler_tui.attaching import attachments  # noqa: PLC0415 - seldom needed

    return await attachments(options.files)


def run_serve(
    options: Options, settings: Settings, serving: "ServeOptions"
) -> Coroutine[Any, Any, int]:
    """What serves the chat to browsers and programs until a signal comes; its result is the exit
    code. Raises ImportError when the extra `web` is not installed."""
    from tyler_tui.web.server import serve  # noqa: PLC0415 - one front end, one import

    settings_for(settings, options.agent, None)  # an agent that is not there must fail here

    async def work() -> int:
        async with await open_store() as store:

            async def open_conversation(session: str | None, model: str | None) -> "Conversation":
                asked = replace(options, session=session, model=model)
                return await open_as_asked(store, asked, settings)

            async def prepare() -> None:
                with suppress(TylerError):  # who asks will be told
                    await store.empty_trash()
                    conversation = await open_conversation(None, None)
                    await conversation.agent.resolved_provider.prepare()

            preparing = asyncio.create_task(prepare())
            try:
                return await serve(open_conversation, serving)
            finally:
                await asyncio.wait([preparing])

    return work()
