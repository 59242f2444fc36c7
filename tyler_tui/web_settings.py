"""[web]: what the web tools may do."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
Megabytes = Annotated[float, msgspec.Meta(gt=0, le=1_000_000)]


class WebSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """[web]: what the web tools may do."""

    allow_hosts: list[str] = []
    """Hosts that are fetched from unasked, even inside a private network: wiki.example,
    localhost:8080, *.example."""
    search: Literal["ddgs", "searxng"] = "ddgs"
    """Who is searched: ddgs (public search engines) or searxng (a server of your own)."""
    search_url: str | None = None
    """The address of the SearXNG server. Its settings must allow the format json."""
    proxy: str | None = None
    """The address of a proxy for all web tools. It resolves names itself, so names that lead into
    a private network are its to refuse. Those of the environment are not used."""
    timeout: Seconds = 30.0
    """How long a page or a search may take, in seconds."""
    max_page_mb: Megabytes = 5.0
    """How much of a page is read, in megabytes, unpacked."""
    download_timeout: Seconds = 900.0
    """How long a download may take, in seconds."""
    max_download_mb: Megabytes = 500.0
    """The largest download, in megabytes."""


def hosts_allowed_by(environ: Mapping[str, str]) -> list[str]:
    """What TYLER_CHAT_ALLOW_HOSTS lists, with commas or spaces between."""
    return environ.get("TYLER_CHAT_ALLOW_HOSTS", "").replace(",", " ").split()
