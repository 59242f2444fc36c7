"""Tool calls from fragments.

Providers differ in every way that a stream allows: fragments of several calls interleaved, ids
only once or in each fragment or never, every call with index 0, names split or repeated, whole
objects glued together. A call is found by its id, else by its index, else it is the last one; a
new id on a used index starts a new call.
"""

import json
from collections.abc import Container
from dataclasses import dataclass, field

from tyler_tui.errors import ProviderError
from tyler_tui.messages import ToolCall, new_id, parse_arguments
from tyler_tui.providers import CallDelta

MAX_CALLS = 512
"""In one answer; a model that asks for more has lost its way."""


@dataclass(slots=True)
class _Draft:
    id: str = ""
    index: int | None = None
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class CallAssembler:
    """Collects the fragments of one model call."""

    def __init__(self) -> None:
        self._drafts: list[_Draft] = []

    def __bool__(self) -> bool:
        return bool(self._drafts)

    def add(self, fragment: CallDelta) -> None:
        """Take a fragment in. Raises ProviderError when there are too many calls."""
        draft = self._find(fragment)
        if fragment.id:
            draft.id = fragment.id
        if fragment.name and draft.name != fragment.name:
            draft.name += fragment.name
        if fragment.arguments:
            draft.arguments.append(fragment.arguments)

    def _find(self, fragment: CallDelta) -> _Draft:
        if fragment.id:
            for draft in self._drafts:
                if draft.id == fragment.id and fragment.index in (None, draft.index):
                    return draft
        if fragment.index is not None:
            for draft in reversed(self._drafts):
                if draft.index == fragment.index and not self._starts_another(draft, fragment):
                    return draft
        elif self._drafts and not self._starts_another(self._drafts[-1], fragment):
            return self._drafts[-1]
        if len(self._drafts) == MAX_CALLS:
            raise _too_many()
        draft = _Draft(index=fragment.index)
        self._drafts.append(draft)
        return draft

    def _starts_another(self, draft: _Draft, fragment: CallDelta) -> bool:
        if fragment.id:
            return bool(draft.id) and draft.id != fragment.id
        # Without ids, a name behind whole arguments is the next call on the same index.
        return bool(fragment.name) and _is_whole(draft.arguments)

    def calls(self, used_ids: Container[str] = (), *, cut: bool = False) -> list[ToolCall]:
        """The calls, in the order in which they began. Ids that are missing, repeated, or among
        `used_ids` are made anew, so that ids are unique in a thread. Of an answer that was `cut`
        only calls with whole arguments count: none at all may be the rest that is missing.
        Raises ProviderError when there are too many."""
        calls: list[ToolCall] = []
        taken: set[str] = set()
        for draft in self._drafts:
            for arguments in _unglued("".join(draft.arguments)):
                parsed, problem = parse_arguments(arguments)
                if cut and (problem or not arguments.strip()):
                    continue
                id = draft.id
                if not id or id in taken or id in used_ids:
                    id = f"call_{new_id()}"
                if len(calls) == MAX_CALLS:
                    raise _too_many()
                taken.add(id)
                calls.append(ToolCall(id, draft.name, parsed, problem))
        return calls


def _is_whole(arguments: list[str]) -> bool:
    if not arguments or not arguments[-1].rstrip().endswith("}"):
        return False  # most fragments: reading all that came, with each, would take for ever
    try:
        return isinstance(json.loads("".join(arguments)), dict)
    except (ValueError, RecursionError):
        return False


def _unglued(text: str) -> list[str]:
    """`{..}{..}`, as some servers send parallel calls, as its objects; any other text as it is."""
    stripped = text.strip()
    if not stripped.startswith("{"):
        return [text]
    decoder = json.JSONDecoder()
    pieces: list[str] = []
    at = 0
    while at < len(stripped):
        try:
            value, end = decoder.raw_decode(stripped, at)
        except (ValueError, RecursionError):
            return [text]
        if not isinstance(value, dict):
            return [text]
        pieces.append(stripped[at:end])
        at = end
        while at < len(stripped) and stripped[at].isspace():
            at += 1
    return pieces


def _too_many() -> ProviderError:
    return ProviderError(
        f"The model asked for more than {MAX_CALLS} tools at once.",
        kind="protocol",
        hint="Send the prompt again, or use another model with -m.",
    )
