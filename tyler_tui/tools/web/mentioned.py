"""Pages that a prompt names with an @: to fetch them is what the user asked for, nobody is asked.
Hosts in private networks are refused as for the tools."""

from collections.abc import Iterable

from tyler_tui.errors import ToolError, UsageError
from tyler_tui.mentions import Mention
from tyler_tui.messages import Attachment
from tyler_tui.sanitize import one_line
from tyler_tui.tools.web.fetch import fetched
from tyler_tui.web_settings import WebSettings

MAX_CHARACTERS = 400_000
"""Of one page: what is longer would fill most contexts."""

MOST_PAGES = 20


async def pages_named(mentions: Iterable[Mention], settings: WebSettings) -> list[Attachment]:
    """The pages that a prompt names, as text that goes with it, each once. Raises UsageError."""
    addresses = dict.fromkeys(filter(None, (mention.address for mention in mentions)))
    if len(addresses) > MOST_PAGES:
        raise UsageError(
            f"The prompt names {len(addresses)} pages, and {MOST_PAGES} can go with it.",
            hint="A model with tools can read the others: name them without the @.",
        )
    return [await _page(address, settings) for address in addresses]


async def _page(address: str, settings: WebSettings) -> Attachment:
    from tyler_tui.tools.web.visiting import unheard  # noqa: PLC0415 - httpx is for calls

    try:
        page = await fetched(address, settings, unheard)
    except ToolError as error:
        raise UsageError(
            f"{one_line(address)} cannot be read: {one_line(error.message, 500)}",
            hint="Without the @ the address is only text.",
        ) from error
    text, notes = page.text[:MAX_CHARACTERS], [note for note in page.notes if note]
    if len(page.text) > MAX_CHARACTERS:
        notes.append(f"only the first {MAX_CHARACTERS:,} of {len(page.text):,} characters")
    lines = [*page.head, *(f"Note: {note}." for note in notes), "", text]
    return Attachment(address, "\n".join(lines).encode("utf-8", "replace"), "text/plain")
