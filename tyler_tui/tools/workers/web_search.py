"""Ask public search engines: the results are JSON on standard output."""

import json
import logging
import sys
import warnings

from tyler_tui.errors import ToolError
from tyler_tui.sanitize import one_line
from tyler_tui.tools.workers import REFUSED, limit_memory

ENGINE_S = 8
"""How long one search engine is waited for, in whole seconds."""


def search(query: str, limit: int, proxy: str | None) -> list[dict[str, str]]:
    """At most `limit` results, each with `title`, `href` and `body`. Raises ToolError."""
    from ddgs import DDGS  # noqa: PLC0415 - heavy
    from ddgs.exceptions import DDGSException, TimeoutException  # noqa: PLC0415

    try:
        return DDGS(proxy=proxy, timeout=ENGINE_S).text(query, max_results=limit)
    except TimeoutException as error:
        raise ToolError("No search engine answered in time.") from error
    except DDGSException as error:
        reason = str(error)
        if "No results found" in reason:
            return []
        if "DNSError" in reason or "ConnectError" in reason:
            raise ToolError("No search engine can be reached. Is there a network?") from error
        raise ToolError(f"No search engine answered: {one_line(reason, 200)}") from error


def main() -> None:
    limit_memory()
    logging.disable()  # what a library says of its work is no part of the results
    warnings.simplefilter("ignore")
    request = json.loads(sys.argv[1])
    try:
        print(json.dumps(search(request["query"], request["limit"], request["proxy"])))
    except ToolError as error:
        print(error.message)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
