"""The web, for models: web-search, web-fetch, web-download.

What comes from there is data: nothing of it is run, and links and images in it are not followed.
"""

import os
from collections.abc import Callable

from tyler_tui.agent.tools import Tool
from tyler_tui.tools.web.download import download_tool
from tyler_tui.tools.web.fetch import fetch_tool
from tyler_tui.tools.web.hosts import Hosts
from tyler_tui.tools.web.search import search_tool
from tyler_tui.web_settings import WebSettings, hosts_allowed_by


def web_tools(settings: WebSettings | None = None) -> list[Tool]:
    """The web tools with settings of their own; without any, the defaults, and the hosts that
    TYLER_CHAT_ALLOW_HOSTS allows when a tool is called. Raises ValueError for a host that is
    none."""
    Hosts(settings.allow_hosts if settings is not None else ())

    def current() -> WebSettings:
        if settings is not None:
            return settings
        return WebSettings(allow_hosts=hosts_allowed_by(os.environ))

    makers: list[Callable[[Callable[[], WebSettings]], Tool]] = [
        search_tool,
        fetch_tool,
        download_tool,
    ]
    return [make(current) for make in makers]


WEB_TOOLS = web_tools()
