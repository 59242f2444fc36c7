"""Where settings become an agent, a store and a conversation, for every front end alike."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from tyler_tui.agent.tuning import as_tuned
from tyler_tui.config import Settings
from tyler_tui.errors import ConfigError, NoModelError, StoreError, UsageError
from tyler_tui.model_choice import FindProvider, provider_finder
from tyler_tui.profiles import DEFAULT, profiles, settings_for
from tyler_tui.sanitize import one_line, sanitize, without_credentials
from tyler_tui.sessions_place import sessions_place
from tyler_tui.toml_file import nearest

if TYPE_CHECKING:  # each of these costs its import, and is paid for when it is needed
    from tyler_tui.agent.agent import Agent
    from tyler_tui.agent.tools import Tool
    from tyler_tui.conversation import Conversation
    from tyler_tui.store import PatientStore, ThreadStore, ThreadSummary
    from tyler_tui.tools.mcp import McpServers

LONG_SESSION = 200
"""Sessions with more messages stay in the store until a prompt needs them whole."""


class Options(Struct, frozen=True):
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


async def open_store(settings: Settings) -> "ThreadStore":
    """The store of all sessions, created when it is missing."""
    from tyler_tui.store import ThreadStore  # noqa: PLC0415 - not before the first paint
    from tyler_tui.store.places import seal_for  # noqa: PLC0415

    place = sessions_place(settings.database)
    return await ThreadStore.create(place, seal=seal_for(place))


async def open_patient_store(
    settings: Settings, trouble: StoreError | None = None
) -> "PatientStore":
    """The same for people who chat: what cannot be saved costs them nothing but patience. With the
    `trouble` that keeps it from being opened, it begins in memory."""
    from tyler_tui.store import PatientStore  # noqa: PLC0415 - as above
    from tyler_tui.store.places import seal_for  # noqa: PLC0415

    place = sessions_place(settings.database)
    if trouble is None:
        return await PatientStore.create(place, seal=seal_for(place))
    return await PatientStore.in_memory(place, trouble, seal=seal_for(place))


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
    """The model and the address of its server, where that is not the usual one: those that a
    session has of its own, or else what was chosen. Raises NoModelError."""
    if (own := own_model(summary, options, settings)) is not None:
        return own
    if chosen is None:
        raise NoModelError(
            "Nothing says which model to use.",
            hint="Set a key such as ANTHROPIC_API_KEY, name a model with -m, or try -m demo.",
        )
    return chosen, settings.api_base


def own_model(
    summary: "ThreadSummary | None", options: Options, settings: Settings
) -> tuple[str, str | None] | None:
    """The model and address that a session goes on with: its own, unless the command line names
    another, or an agent that has one. None when it has none, and when somebody else chose where the
    prompts and the key go."""
    named = options.model or (options.agent and profiles(settings)[settings.agent].model)
    if summary is None or not summary.model or named:
        return None
    base, foreign = summary.attributes.get("api_base"), summary.foreign.get("api_base")
    if (base or foreign) == without_credentials(settings.api_base):
        return summary.model, settings.api_base
    return None if foreign else (summary.model, base)


def mcp_servers(options: Options, settings: Settings) -> "McpServers | None":
    """The MCP servers of the config, not yet started; None when there are none, or no tools."""
    if options.no_tools or not settings.mcp.servers:
        return None
    from tyler_tui.tools.mcp import McpServers  # noqa: PLC0415 - most have none

    return McpServers(settings.mcp.servers, options.workspace)


def make_agent(
    options: Options,
    settings: Settings,
    model: str,
    api_base: str | None = None,
    find_provider: FindProvider | None = None,
    mcp: "McpServers | None" = None,
) -> "Agent":
    """The agent that the settings describe; `find_provider` in place of what they say, and the
    tools of `mcp` beside its own."""
    from tyler_tui.agent.agent import Agent  # noqa: PLC0415 - only where one is needed
    from tyler_tui.agent.watchdog import Timeouts  # noqa: PLC0415
    from tyler_tui.agents_md import project_files  # noqa: PLC0415
    from tyler_tui.providers.catalog import key_for  # noqa: PLC0415

    tools = _tools_of(settings)  # what is wrong there is told with --no-tools too
    if model.startswith("gguf:"):
        from tyler_tui.providers.gguf.naming import whole_name  # noqa: PLC0415 - seldom wanted

        model = whole_name(model, Path.cwd())  # a session goes on in any folder
    try:
        return Agent(
            name=settings.name,
            model_name=model,
            purpose=settings.purpose,
            notes=settings.notes,
            system_prompt=settings.system,
            project_files=project_files(options.workspace) if settings.agents_md else (),
            tools=[] if options.no_tools else tools,
            tool_sources=[mcp.chosen(settings.tools)] if mcp is not None else (),
            temperature=settings.temperature,
            max_tokens=settings.max_tokens,
            max_characters=settings.max_characters,
            reasoning=settings.reasoning,
            max_tool_iterations=settings.max_turns,
            fallback=settings.fallback_models,
            compact_at=settings.compact_at or None,
            budget_usd=settings.budget,
            retries=settings.retries,
            api_base=api_base,
            api_key=key_for(api_base, settings.configured_base),
            find_provider=find_provider or provider_finder(settings),
            workspace=options.workspace,
            timeouts=Timeouts(
                connect_s=settings.timeouts.connect,
                first_token_s=settings.timeouts.first_token,
                idle_s=settings.timeouts.idle,
                stalled_notice_s=settings.timeouts.stalled,
                answer_s=settings.timeouts.answer,
            ),
        )
    except ValueError as error:  # config refuses what it can see; this is the rest
        raise ConfigError(f"The agent cannot be made: {error}.") from error


def _tools_of(settings: Settings) -> "list[Tool]":
    """The program's own tools, and those of plug-ins, that the settings choose. Raises ConfigError,
    and UsageError for a pattern that fits nothing that there is or may come."""
    from tyler_tui.tools import TOOLS  # noqa: PLC0415 - only where an agent is needed
    from tyler_tui.tools.plugged import plugged_tools  # noqa: PLC0415
    from tyler_tui.tools.web import web_tools  # noqa: PLC0415

    try:
        set_up = {tool.name: tool for tool in web_tools(settings.web)}
    except ValueError as error:
        raise ConfigError(
            f"The config cannot be used: allow_hosts under [web]: {error}."
        ) from error
    known = [*(set_up.get(tool.name, tool) for tool in TOOLS), *plugged_tools()]
    if settings.tools is None:
        return known
    chosen: dict[str, Tool] = {}
    for pattern in settings.tools:
        fitting = {tool.name: tool for tool in known if fnmatchcase(tool.name, pattern)}
        if not fitting and not _is_of_a_server(pattern, settings):
            names = sorted(tool.name for tool in known)
            raise UsageError(
                f"There is no tool {one_line(pattern, 60)!r}.", hint=nearest(pattern, names)
            )
        chosen |= fitting
    return [tool for tool in known if tool.name in chosen]


def _is_of_a_server(pattern: str, settings: Settings) -> bool:
    """Whether a pattern may mean tools of an MCP server, which are not known yet."""
    return any(
        pattern.startswith(f"{name}-") or fnmatchcase(f"{name}-", pattern)
        for name in settings.mcp.servers
    )


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
    conversation = Conversation(agent, store, thread, policy=policy, stored=stored)
    conversation.notice = _told_of_foreign(summary, settings)
    return conversation


def _told_of_foreign(summary: "ThreadSummary | None", settings: Settings) -> str:
    """What somebody else chose for a session and is not used; "" when that is nothing."""
    foreign = summary.foreign if summary is not None else {}
    parts = [
        f"{what} {one_line(str(foreign[name]), 100)}"
        for name, what, ours in (
            ("agent", "the agent", DEFAULT),
            ("model", "the model", None),
            ("api_base", "the address", without_credentials(settings.api_base)),
        )
        if foreign.get(name) not in (None, ours)
    ]
    if foreign.get("system_prompt"):
        parts.append("a system prompt")
    if not parts:
        return ""
    return (
        "Somebody else, or you on another machine, chose for this session: "
        f"{', '.join(parts)}. That is not used: /agent, /model and /system choose here."
    )


async def open_as_asked(
    store: "ThreadStore",
    options: Options,
    settings: Settings,
    find_provider: FindProvider | None = None,
    mcp: "McpServers | None" = None,
) -> "Conversation":
    """The conversation that the options ask for."""
    summary = await find_summary(store, options)
    settings = settings_for(settings, options.agent, agent_of(summary))
    model, api_base = model_for(summary, options, settings, choose_model(options, settings))
    agent = make_agent(options, settings, model, api_base, find_provider, mcp)
    return await open_conversation(
        store, agent, settings, summary, name=options.session, title=options.title or ""
    )


def agent_of(summary: "ThreadSummary | None") -> object:
    """The profile that a session was stored with."""
    return summary.attributes.get("agent") if summary is not None else None


def resume_command(name: str | None, thread_id: str) -> str:
    """What to type to open a session again."""
    import shlex  # noqa: PLC0415 - only at the end

    typeable = name is not None and sanitize(name) == name
    return f"tyler-chat -r {shlex.quote(name) if name and typeable else thread_id[:8]}"
