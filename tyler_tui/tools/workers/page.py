"""The text of a page: HTML on standard input, JSON on standard output.

Asked for `whole`, it gives the `title` and, as Markdown, the `text` of all that is shown, menus
too. Else it gives the text of what the page is about, where that can be told, by slower means.
"""

import html
import json
import logging
import re
import sys
import warnings

from tyler_tui.tools.workers import limit_memory

_TITLE = re.compile(r"<title[^>]{0,200}>(.{0,2000}?)</title", re.IGNORECASE | re.DOTALL)


def main() -> None:
    request = json.loads(sys.argv[1])
    limit_memory()
    logging.disable()
    warnings.simplefilter("ignore")  # what libraries have to say would stand in the output
    page, url = sys.stdin.buffer.read().decode(), request["url"]
    if request["whole"]:
        title = _TITLE.search(page)
        found = {"title": html.unescape(title[1]) if title else "", "text": _whole(page, url)}
    else:
        found = {"title": "", "text": _article(page, url)}
    print(json.dumps(found))


def _whole(page: str, url: str) -> str:
    from html_to_markdown import ConversionOptions, convert  # noqa: PLC0415 - one of two

    options = ConversionOptions(
        base_url=url,
        extract_metadata=False,
        skip_images=True,
        compact_tables=True,
        bullets="-",
    )
    return convert(page, options).content or ""


def _article(page: str, url: str) -> str:
    import trafilatura  # noqa: PLC0415 - one of two, and slow to import

    tree = trafilatura.load_html(page)
    if tree is None:
        return ""
    tree.make_links_absolute(url, resolve_base_href=True, handle_failures="ignore")
    text = trafilatura.extract(
        tree,
        output_format="markdown",
        include_comments=False,
        include_formatting=True,
        include_links=True,
        include_tables=True,
        favor_recall=True,
    )
    return text or ""


if __name__ == "__main__":
    main()
