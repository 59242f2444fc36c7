"""What in a config has no effect is said once the chat is there."""

from textual.widgets._toast import Toast

from tests.tui.conftest import OpenChat


async def test_remarks_about_the_config_are_shown_as_text(open_chat: OpenChat) -> None:
    remark = "chat.yaml, line 3: `drop_params` [b]has[/b] no effect\x1b[31m."
    async with open_chat(remarks=(remark,), toasts=True) as chat:
        await chat.until(lambda: list(chat.app.screen.query(Toast)))
        shown = str(chat.app.screen.query(Toast).last().render())
        assert "line 3: `drop_params` [b]has[/b] no effect␛[31m." in shown
