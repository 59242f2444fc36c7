"""What pops up is text, whoever wrote it."""

import ast
from pathlib import Path

import tyler_tui.tui
from tests.tui.conftest import OpenChat
from tyler_tui.errors import TylerError

SOURCES = sorted(Path(tyler_tui.tui.__file__).parent.rglob("*.py"))


def test_no_notification_is_read_as_markup() -> None:
    calls = [
        (path.name, node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "notify"
    ]
    assert calls
    for name, call in calls:
        said = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert said.get("markup") == "False", f"{name}:{call.lineno}"


async def test_an_error_is_shown_as_it_is_written(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        chat.screen.report(TylerError("[red]no[/red] [/] such [b", hint="[@click=app.quit]x[/]"))
        await chat.until(lambda: len(chat.app._notifications) == 1)
        (shown,) = chat.app._notifications
        assert shown.message == "[red]no[/red] [/] such [b\n[@click=app.quit]x[/]"
        assert not shown.markup
        await chat.pilot.pause(0.2)
        assert chat.app.is_running
