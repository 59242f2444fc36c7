"""What a download is called: a name from the server, made safe for a folder."""

import mimetypes
import re
from email.message import Message
from urllib.parse import unquote

from tyler_tui.sanitize import one_line
from tyler_tui.tools.web.addresses import WebAddress

MAX_NAME = 120
"""Characters in a name."""

_UNFIT = re.compile(r"""[\\/:*?"'<>|$`;&!{}~\s]+""")
_WITHOUT_NAME = "download"


def name_in(address: WebAddress) -> str:
    """The name that an address ends with, "" when it ends with a slash."""
    return _safe(unquote(address.url.path.rpartition("/")[2]))


def name_of(address: WebAddress, disposition: str, content_type: str) -> str:
    """A name for what came from `address`: as Content-Disposition says, else as the address ends,
    with an ending for its type where it has none. One name, never a path, never hidden."""
    header = Message()
    header["Content-Disposition"] = one_line(disposition, 1000)
    said = re.split(r"[\\/]", header.get_filename() or "")[-1]
    name = _safe(said) or name_in(address) or _WITHOUT_NAME
    if "." not in name:
        name += mimetypes.guess_extension(content_type) or ""
    return name


def numbered(name: str, number: int) -> str:
    """`report-2.pdf` of `report.pdf`."""
    stem, dot, ending = name.partition(".")
    return f"{stem}-{number}{dot}{ending}"


def _safe(name: str) -> str:
    name = _UNFIT.sub("_", one_line(name, 1000)).strip("._- ")
    if len(name) <= MAX_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: MAX_NAME - 12]}{dot}{ending[:11]}" if dot else name[:MAX_NAME]
