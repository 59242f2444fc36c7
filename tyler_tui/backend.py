"""What the front ends of a chat need from whoever builds agents and opens stores."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tyler_tui.errors import StoreError

if TYPE_CHECKING:  # these would cost their imports before the first paint
    from tyler_tui.config import Profile
    from tyler_tui.conversation import Conversation
    from tyler_tui.mentions import Mention
    from tyler_tui.messages import Attachment, Message, Thread
    from tyler_tui.model_list import ListedModel
    from tyler_tui.providers.catalog import Found
    from tyler_tui.store import SearchHit, ThreadSummary
    from tyler_tui.tools.mcp import McpServers


class StoredSessions(Protocol):
    """The sessions that are kept; `ThreadStore` says what each method does and raises."""

    async def list_threads(
        self, limit: int = 100, offset: int = 0, *, deleted: bool = False
    ) -> "list[ThreadSummary]": ...
    async def find(self, key: str, *, deleted: bool = False) -> "ThreadSummary": ...
    async def search(
        self, text: str, limit: int = 50, *, thread_id: str | None = None
    ) -> "list[SearchHit]": ...
    async def messages(
        self,
        thread_id: str,
        before: str | None = None,
        limit: int = 50,
        *,
        through: str | None = None,
    ) -> "list[Message]": ...
    async def pin(self, thread_id: str, pinned: bool = True) -> None: ...
    async def fork_thread(self, thread_id: str, through: str | None = None) -> "Thread": ...
    async def delete_thread(self, thread_id: str) -> None: ...
    async def restore_thread(self, thread_id: str) -> None: ...


class Keeper(Protocol):
    """Whether what is said is saved; `PatientStore` says what each does and raises."""

    @property
    def trouble(self) -> StoreError | None: ...
    @property
    def renamed(self) -> Mapping[str, str]: ...
    @property
    def warning(self) -> str: ...
    def watch(self, told: Callable[[], None]) -> Callable[[], None]: ...
    async def unsaved(self) -> "list[Thread]": ...
    async def save_now(self) -> bool: ...
    async def save_copy(self, url: str | Path) -> int: ...


class Backend(Protocol):
    """Opens conversations. All methods but `model` may raise TylerError."""

    @property
    def model(self) -> str | None:
        """The model for new sessions, or None while none was chosen."""
        ...

    @property
    def keeper(self) -> "Keeper | None":
        """What knows whether all is saved; None until the store is open."""
        ...

    @property
    def mcp(self) -> "McpServers | None":
        """The MCP servers, which `prepare` starts; None when the config has none."""
        ...

    async def keep_in_memory(self, trouble: StoreError) -> None:
        """Do without the store, which cannot be opened for that reason, until it can: what is
        opened first then is a new session."""
        ...

    def use_model(self, model: str, api_base: str | None = None) -> None:
        """Choose the model for sessions opened from now on."""
        ...

    def use_key(self, variable: str, key: str) -> None:
        """Use a key as if it stood in that variable of the environment, while the program runs. It
        is kept nowhere else."""
        ...

    async def prepare(self) -> None:
        """Do the slow imports that the first prompt will need, then start the MCP servers."""
        ...

    async def open_first(self) -> "Conversation":
        """The conversation that the command line asked for."""
        ...

    async def open_session(self, thread_id: str) -> "Conversation": ...

    async def new_session(self) -> "Conversation": ...

    async def stored(self) -> "StoredSessions":
        """The sessions that are kept."""
        ...

    async def rename(self, thread_id: str, name: str) -> None:
        """Give a session a name, also one that is not stored yet."""
        ...

    async def models_at_hand(self) -> "Sequence[ListedModel]":
        """The models that are configured, were used lately, or have a key in the environment."""
        ...

    async def models_found(self) -> "Sequence[ListedModel]":
        """The models of servers that answer; it takes up to three seconds."""
        ...

    def known_models(self) -> "Sequence[ListedModel]":
        """LiteLLM's list. Takes a tenth of a second; may be called in a thread."""
        ...

    async def switch_model(
        self, conversation: "Conversation", model: str, api_base: str | None = None
    ) -> None:
        """Have `model` answer in `conversation` from the next turn on, and in new sessions;
        without an address, at the one that the settings or the model before have for it."""
        ...

    async def pages_named(self, mentions: "Sequence[Mention]") -> "list[Attachment]":
        """The pages of the web that a prompt names. Raises UsageError."""
        ...

    def agents(self) -> "Mapping[str, Profile]":
        """The agents to choose from, by name."""
        ...

    async def switch_agent(self, conversation: "Conversation", name: str) -> None:
        """Have another agent go on with a conversation; sessions that are begun from now on have
        it too. Raises ThreadBusyError while an answer is under way, and UsageError for a name that
        there is not."""
        ...

    async def set_system_prompt(self, conversation: "Conversation", prompt: str | None) -> None:
        """Have a conversation go on with that system prompt, or with None with the one of its
        agent. Raises ThreadBusyError while an answer is under way, StoreError."""
        ...

    async def find_models(self) -> "Sequence[Found]":
        """What the environment and this machine offer."""
        ...

    async def close(self) -> None: ...
