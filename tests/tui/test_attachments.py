"""Files that go with a prompt, as the chat shows and sends them."""

from pathlib import Path

import pytest
from textual import events

from tests.provider_server import ProviderServer, answer
from tests.tui.conftest import Chat, OpenChat
from tyler_tui.attaching import MAX_TEXT_BYTES
from tyler_tui.commands import by_id
from tyler_tui.messages import Attachment
from tyler_tui.tui.widgets.attachment_bar import AttachmentBar

NOTES = Attachment("notes\x1b[2J.txt", b"remember", "text/plain")
PNG = b"\x89PNG\r\n\x1a\n"
PICTURE = Attachment("a.png", PNG, "image/png")


def bar(chat: Chat) -> list[str]:
    """The chips above the composer."""
    bars = [bar for bar in chat.screen.query(AttachmentBar) if bar.display]
    return [row.strip() for bar in bars for row in str(bar.render()).split("\n")]


async def written(chat: Chat, prompt: str) -> None:
    """A prompt is in the composer of an open session."""
    await chat.until(lambda: chat.screen.conversation is not None)
    chat.screen.composer.set_draft(prompt)


def sent(server: ProviderServer, request: int = 0) -> list[str]:
    """The text of each part of a prompt; an image by its address."""
    content = server.requests[request].body["messages"][-1]["content"]
    if isinstance(content, str):
        return [content]
    return [part.get("text") or part["image_url"]["url"] for part in content]


async def test_files_go_with_the_first_prompt_alone_and_are_seen_there(
    open_chat: OpenChat, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    provider_server.script(answer("One."), answer("Two."))
    async with open_chat("openai/local", attachments=[NOTES]) as chat:
        await chat.until(lambda: bar(chat) == ["📎 notes␛[2J.txt 8 B ✕"])
        await chat.ask("first")
        assert "📎 notes␛[2J.txt · 8 B" in chat.text
        assert bar(chat) == []
        await chat.ask("second")
    first, second = (request.body["messages"][-1] for request in provider_server.requests)
    assert first["content"][1]["text"] == "File notes\x1b[2J.txt:\nremember"
    assert second["content"] == "second"


async def test_a_prompt_of_the_command_line_takes_them_along(open_chat: OpenChat) -> None:
    async with open_chat(prompt="a table", attachments=[NOTES]) as chat:
        await chat.until(lambda: chat.screen.conversation and len(chat.rows) > 5)
        await chat.idle()
        assert chat.screen.conversation
        assert chat.screen.conversation.thread.messages[0].attachments == [NOTES]


async def test_an_image_for_a_model_that_does_not_see_gives_the_prompt_back(
    open_chat: OpenChat,
) -> None:
    async with open_chat("deepseek/deepseek-v4-pro", attachments=[PICTURE]) as chat:
        await chat.until(lambda: "deepseek-v4-pro does not see images" in "".join(bar(chat)))
        await chat.send("look")
        await chat.until(lambda: chat.screen.composer.text == "look")
        assert chat.screen.conversation
        assert not chat.screen.conversation.thread.messages
        assert len(bar(chat)) == 1, "the image is not lost either"


async def test_a_file_that_a_prompt_names_goes_with_it(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(answer("I see."))
    async with open_chat("openai/local") as chat:
        await written(chat, "explain @main.py, and me@main.py")
        await chat.until(lambda: bar(chat) == ["📎 main.py 15 B ✕"])
        await chat.pilot.press("enter")
        await chat.shows("I see.")
        assert "explain @main.py, and me@main.py" in chat.text
        assert "📎 main.py · 15 B" in chat.text
        assert bar(chat) == []
    assert sent(served) == [
        "explain @main.py, and me@main.py", "File main.py:\nprint('hello')\n"
    ]  # fmt: skip


async def test_a_file_is_sent_as_it_is_then_not_as_it_was_when_it_was_named(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    served.script(answer("I see."))
    async with open_chat("openai/local") as chat:
        await written(chat, "explain @main.py")
        await chat.until(lambda: bar(chat))
        (workspace / "main.py").write_text("changed = True", "utf-8")
        await chat.pilot.press("enter")
        await chat.shows("I see.")
    assert sent(served)[1] == "File main.py:\nchanged = True"


async def test_folders_spaces_and_places_outside(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    (workspace / "src").mkdir()
    (workspace / "src" / "deep.py").write_text("x", "utf-8")
    (workspace / "a b.txt").write_text("spaced", "utf-8")
    (workspace.parent / "far.txt").write_text("far", "utf-8")
    served.script(answer("I see."))
    async with open_chat("openai/local") as chat:
        await written(chat, 'see @src/, @"a b.txt" and @../far.txt. And @src')
        await chat.until(lambda: len(bar(chat)) == 3)
        assert bar(chat)[0].startswith("📎 src/ ")
        assert bar(chat)[1] == "📎 a b.txt 6 B ✕"
        assert bar(chat)[2] == "📎 ../far.txt 3 B · outside the workspace ✕"
        await chat.pilot.press("enter")
        await chat.shows("I see.")
    assert sent(served)[1:] == [
        "Folder src/:\ndeep.py  1", "File a b.txt:\nspaced", "File ../far.txt:\nfar"
    ]  # fmt: skip


async def test_what_cannot_be_sent_is_told_before_and_keeps_the_prompt(
    open_chat: OpenChat, workspace: Path
) -> None:
    (workspace / "big.log").write_bytes(b"x" * (MAX_TEXT_BYTES + 1))
    (workspace / "data.bin").write_bytes(b"a\0b")
    async with open_chat() as chat:
        await written(chat, "see @big.log and @data.bin and @missing.py")
        await chat.until(lambda: len(bar(chat)) == 2)
        assert bar(chat)[0].startswith("⚠ big.log is too long: 1.0 MB where 1 MB can be sent")
        assert bar(chat)[1].startswith("⚠ data.bin is a binary file")
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.screen.composer.text.startswith("see @big.log"))
        assert chat.screen.conversation
        assert not chat.screen.conversation.thread.messages


async def test_an_image_goes_to_a_model_that_sees(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    (workspace / "shot.png").write_bytes(PNG)
    served.script(answer("A picture."))
    async with open_chat("openai/gpt-4o") as chat:
        await written(chat, "what is on @shot.png?")
        await chat.until(lambda: bar(chat))
        assert "may" not in bar(chat)[0] or "openai" in bar(chat)[0]
        await chat.pilot.press("enter")
        await chat.shows("A picture.")
    assert sent(served)[1].startswith("data:image/png;base64,iVBOR")


async def test_a_model_that_does_not_see_is_named_while_the_prompt_is_written(
    open_chat: OpenChat, workspace: Path
) -> None:
    (workspace / "shot.png").write_bytes(PNG)
    async with open_chat("deepseek/deepseek-v4-pro") as chat:
        await written(chat, "what is on @shot.png?")
        await chat.until(lambda: bar(chat))
        assert "deepseek-v4-pro does not see images" in bar(chat)[0]
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.screen.composer.text == "what is on @shot.png?")
        chat.screen.run_command(by_id("model.pick"), "openai/gpt-4o")
        await chat.until(lambda: "see images" not in bar(chat)[0])


async def test_a_click_on_its_cross_leaves_a_file_out(open_chat: OpenChat) -> None:
    async with open_chat(attachments=[NOTES]) as chat:
        await written(chat, "see @main.py and @README.md or\n@main.py")
        shown = chat.screen.query_one(AttachmentBar)

        async def leave_out(row: int, *, of: int) -> None:
            await chat.until(lambda: len(bar(chat)) == shown.size.height == of)
            at = bar(chat)[row].index("✕") + shown.styles.padding.left + 1
            await chat.pilot.click(shown, offset=(at, row))

        await leave_out(1, of=3)  # main.py
        await leave_out(0, of=2)  # the file of the command line
        await chat.until(lambda: [row[2:11] for row in bar(chat)] == ["README.md"])
        assert chat.screen.composer.text == "see and @README.md or\n"


async def test_what_stands_in_a_long_paste_names_no_file(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(answer("I see."))
    pasted = "\n".join(["@main.py"] * 30)
    async with open_chat("openai/local") as chat:
        await written(chat, "look: ")
        chat.screen.composer.post_message(events.Paste(pasted))
        await chat.until(lambda: "[Pasted #1" in chat.screen.composer.text)
        await chat.pilot.press("enter")
        await chat.shows("I see.")
    assert sent(served) == [f"look: {pasted}"]


async def test_prompts_go_out_in_their_order_though_one_has_files_to_read(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        chat.screen.writing.submit(*["a table for @README.md"] * 2)
        chat.screen.writing.submit(*["some code"] * 2)
        await chat.until(lambda: chat.text.count("demo:fast ·") > 2)
        await chat.idle()
        assert chat.screen.conversation
        prompts = [m for m in chat.screen.conversation.thread.messages if m.role == "user"]
        assert [prompt.content for prompt in prompts] == ["a table for @README.md", "some code"]
        assert [len(prompt.attachments) for prompt in prompts] == [1, 0]


async def test_a_prompt_that_is_edited_takes_its_files_along_though_they_are_gone(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    served.script(answer("One."), answer("Two."))
    async with open_chat("openai/local", attachments=[PICTURE]) as chat:
        await written(chat, "see @main.py and @README.md")
        await chat.until(lambda: len(bar(chat)) == 3)
        await chat.pilot.press("enter")
        await chat.shows("One.")
        await chat.idle()
        (workspace / "main.py").unlink()
        await chat.send("/edit")
        await chat.until(lambda: chat.screen.branching.is_editing)
        await chat.send("see @main.py again")
        await chat.shows("Two.")
    first, second = sent(served), sent(served, 1)
    assert [part[:12] for part in first[1:]] == ["data:image/p", "File main.py", "File README."]
    assert [part[:12] for part in second[1:]] == ["data:image/p", "File main.py"]


async def test_a_queued_prompt_comes_back_with_its_files(open_chat: OpenChat) -> None:
    async with open_chat("demo:20", attachments=[]) as chat:
        await chat.send("long")
        await chat.shows("Part 1")
        chat.screen.writing.attached.give_back([NOTES], "")
        await chat.send("and @main.py")
        await chat.until(lambda: "1 queued" in chat.status)
        assert bar(chat) == []
        await chat.pilot.press("up")
        await chat.until(lambda: len(bar(chat)) == 2)
        assert chat.screen.composer.text == "and @main.py"


@pytest.mark.parametrize(
    "form",
    [
        "{0}/main.py",
        "'{0}/main.py' ",
        "file://{0}/main.py\n",
        "{0}/main.py {0}/README.md",
        "{0}/main.py\n{0}/README.md",
        "{0}/a\\ b.txt",
        "'{0}/a b.txt'",
        "file://{0}/a%20b.txt",
    ],
)
async def test_paths_that_are_dropped_name_their_files(
    open_chat: OpenChat, workspace: Path, form: str
) -> None:
    (workspace / "a b.txt").write_text("x", "utf-8")
    wanted = '@"a b.txt" ' if "b.txt" in form else "@main.py "
    if "README" in form:
        wanted += "@README.md "
    async with open_chat() as chat:
        await written(chat, "see ")
        chat.screen.composer.post_message(events.Paste(form.format(workspace)))
        await chat.until(lambda: chat.screen.composer.text == f"see {wanted}")
        await chat.until(lambda: len(bar(chat)) == wanted.count("@"))


@pytest.mark.parametrize("form", ["{0}/missing.py", "cat {0}/main.py", "main.py", "{0}"])
async def test_other_pastes_stay_what_they_are(
    open_chat: OpenChat, workspace: Path, form: str
) -> None:
    text = form.format(workspace)
    async with open_chat() as chat:
        await written(chat, "")
        chat.screen.composer.post_message(events.Paste(text))
        await chat.until(lambda: chat.screen.composer.text == text)
