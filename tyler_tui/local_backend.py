"""Opens conversations on the sessions and settings of this machine, for the front ends that switch
between them; what it promises is `tyler_tui.backend.Backend`."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tyler_tui.build import (
    Options,
    agent_of,
    choose_model,
    find_summary,
    make_agent,
    mcp_servers,
    model_for,
    open_conversation,
    open_patient_store,
    own_model,
    resume_command,
)
from tyler_tui.config import Profile, Settings
from tyler_tui.errors import NameTakenError, StoreError, ThreadNotFoundError
from tyler_tui.model_choice import place_of
from tyler_tui.profiles import DEFAULT, profiles, settings_for, with_profile
from tyler_tui.sanitize import one_line

if TYPE_CHECKING:  # each of these costs its import, and is paid for when it is needed
    from tyler_tui.conversation import Conversation
    from tyler_tui.mentions import Mention
    from tyler_tui.messages import Attachment
    from tyler_tui.model_choice import FindProvider
    from tyler_tui.model_list import ListedModel
    from tyler_tui.providers import Provider
    from tyler_tui.providers.catalog import Found
    from tyler_tui.store import PatientStore, ThreadSummary
    from tyler_tui.tools.mcp import McpServers


class LocalBackend:
    """See the module's text."""

    def __init__(
        self, options: Options, settings: Settings, find_provider: "FindProvider | None" = None
    ) -> None:
        self._options = options
        self._find_provider = find_provider
        self._settings = settings
        self._model = choose_model(options, settings_for(settings, options.agent, None))
        self._mcp = mcp_servers(options, settings)
        self._provider: Provider | None = None
        self._in_use: tuple[str, str | None] | None = None
        self._opening = asyncio.Lock()
        self._store: PatientStore | None = None
        self._names: dict[str, str | None] = {}
        """The names of the sessions that were opened, by id: for the farewell."""
        self._lost: set[str] = set()
        self._trashed: set[str] = set()

    @property
    def model(self) -> str | None:
        return self._model

    def use_model(self, model: str, api_base: str | None = None) -> None:
        self._model = model
        if api_base not in (None, self._settings.api_base):
            self._settings.api_base = api_base
            self._settings.origins.pop("api_base", None)  # it was found: nobody wrote it there

    def use_key(self, variable: str, key: str) -> None:
        os.environ[variable] = key

    @property
    def mcp(self) -> "McpServers | None":
        return self._mcp

    async def pages_named(self, mentions: "Sequence[Mention]") -> "list[Attachment]":
        if not any(mention.address for mention in mentions):
            return []
        from tyler_tui.tools.web.mentioned import pages_named  # noqa: PLC0415 - seldom

        return await pages_named(mentions, self._settings.web)

    @property
    def keeper(self) -> "PatientStore | None":
        return self._store

    async def keep_in_memory(self, trouble: StoreError) -> None:
        async with self._opening:
            if self._store is not None:
                await self._store.close()
            self._store = await open_patient_store(self._settings, trouble)
        self._options = replace(self._options, resume=None, continue_latest=False)

    async def _opened_store(self) -> "PatientStore":
        async with self._opening:
            if self._store is None:
                self._store = await open_patient_store(self._settings)
            return self._store

    async def prepare(self) -> None:
        if self._provider is not None:
            await self._provider.prepare()
        if self._mcp is not None:
            self._mcp.start()
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
        settings = settings_for(self._settings, agent_asked, agent_of(summary))
        options = replace(self._options, agent=agent_asked)
        own = own_model(summary, options, settings)
        if own is None and self._model is None:
            own = self._in_use  # a new session is like the one before
        model, api_base = own or model_for(summary, options, settings, self._model)
        self._in_use = model, api_base
        agent = await asyncio.to_thread(  # its imports would hold up the screen
            make_agent, options, settings, model, api_base, self._find_provider, self._mcp
        )
        self._provider = await asyncio.to_thread(lambda: agent.resolved_provider)
        conversation = await open_conversation(
            await self._opened_store(), agent, settings, summary, name=name, title=title
        )
        self._names[conversation.thread.id] = conversation.thread.name
        return conversation

    async def stored(self) -> "PatientStore":
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
        self._names[thread_id] = name

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
        from tyler_tui.providers.catalog import key_for  # noqa: PLC0415 - seldom needed
        from tyler_tui.providers.gguf.naming import whole_name  # noqa: PLC0415

        model, before = whole_name(model, self._options.workspace), conversation.agent
        base = api_base or place_of(model, self._settings, before.model_name, before.api_base)
        key = key_for(base, self._settings.configured_base)
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
        agent = make_agent(self._options, settings, model, base, self._find_provider, self._mcp)
        if own.budget is None:
            agent = agent.replace(budget_usd=before.budget_usd)
        policy = policy_for(settings, agent.workspace)
        if own.approval is None:
            policy.mode = conversation.policy.mode
        conversation.use_agent(name, agent, policy)
        self._options = replace(self._options, agent=name)  # a new session is like this one
        self._in_use, self._model = (model, base), None
        self._provider = agent.resolved_provider
        await conversation.remember()

    async def set_system_prompt(self, conversation: "Conversation", prompt: str | None) -> None:
        attributes = conversation.thread.attributes
        if prompt is None:  # that of its agent
            settings = with_profile(self._settings, str(attributes.get("agent") or DEFAULT))
            conversation.tune(system_prompt=settings.system)
            attributes.pop("system_prompt", None)
        else:
            conversation.tune(system_prompt=prompt)
        await conversation.remember()

    async def find_models(self) -> "Sequence[Found]":
        from tyler_tui.providers.catalog import find_models  # noqa: PLC0415 - seldom needed

        return await find_models()

    def goodbye(self, thread_id: str) -> str:
        """A line that tells how to open that session again, or that it was not saved."""
        if thread_id in self._lost:
            return "This session was not saved.\n"
        if thread_id in self._trashed:
            restore = f"tyler-chat sessions restore {thread_id[:8]}"
            return f"This session is in the trash. To bring it back: {restore}\n"
        command = resume_command(self._names.get(thread_id), thread_id)
        return f"To go on with this session: {command}\n"

    async def close(self) -> None:
        if self._store is not None:
            await self._look_once_more(self._store)
            await self._store.close()
            self._names |= self._store.renamed
            self._lost = self._store.lost
            self._store = None
        if self._mcp is not None:
            await self._mcp.close()

    async def _look_once_more(self, store: "PatientStore") -> None:
        """Learn what others have made of the sessions that were opened: they may have another name,
        or be in the trash. A database that does not answer is not asked about one after another."""
        with suppress(StoreError):
            for thread_id in self._names:
                found = await store.find_by_id(thread_id)
                if found is not None:
                    self._names[thread_id] = found.name
                    continue
                with suppress(ThreadNotFoundError):
                    self._trashed.add((await store.find(thread_id, deleted=True)).id)
