"""Files that go with a prompt: what is sent of them, and what is refused before anything is."""

import base64
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.conftest import cli as cli
from tests.cli.program import Run, latest
from tests.provider_server import ProviderServer, answer
from tyler_tui.attaching import MAX_TEXT_BYTES, attachment, check_seen, named_file
from tyler_tui.errors import UsageError
from tyler_tui.mentions import mention_of, mentions
from tyler_tui.messages import Attachment
from tyler_tui.providers import ModelInfo

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain\n", "plain\n"),
        (b"", ""),
        ("caf\xe9".encode("latin-1"), "café"),
        (b"\xef\xbb\xbfmarked", "marked"),
        ("wide".encode("utf-16"), "wide"),
        ("漢字\r\n".encode(), "漢字\r\n"),
    ],
)
async def test_text_is_sent_as_utf_8_whatever_it_was(
    tmp_path: Path, data: bytes, text: str
) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(data)
    assert await attachment(file) == Attachment(str(file), text.encode(), "text/plain")


async def test_an_image_is_sent_as_it_is_whatever_its_name(tmp_path: Path) -> None:
    file = tmp_path / "picture.txt"
    file.write_bytes(PNG)
    found = await attachment(file)
    assert (found.content, found.mime_type, found.is_image) == (PNG, "image/png", True)


async def test_the_text_of_a_document_is_read_out(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("docx")
    document = openpyxl.Document()
    document.add_paragraph("Otters hold hands.")
    file = tmp_path / "otters.docx"
    held = io.BytesIO()
    document.save(held)
    file.write_bytes(held.getvalue())
    found = await attachment(file)
    assert b"Otters hold hands." in found.content
    assert found.mime_type == "text/plain"


async def test_what_cannot_be_sent_is_refused_with_the_reason(tmp_path: Path) -> None:
    async def refusal(name: str) -> str:
        with pytest.raises(UsageError) as caught:
            await attachment(tmp_path / name)
        return caught.value.message

    (tmp_path / "binary").write_bytes(b"a\0b")
    (tmp_path / "old.tiff").write_bytes(b"II*\0...")
    (tmp_path / "long").write_bytes(b"x" * (MAX_TEXT_BYTES + 1))
    os.mkfifo(tmp_path / "pipe")
    assert "No such file" in await refusal("missing")
    assert "binary file" in await refusal("binary")
    assert "TIFF" in await refusal("old.tiff")
    assert "too long: 1.0 MB where 1 MB can be sent" in await refusal("long")
    assert "that is no path" in await refusal("a\0b")
    assert (await attachment(tmp_path / "pipe")).content == b"", "nothing waits for ever"


async def test_a_folder_is_sent_as_the_list_of_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "src" / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "src" / "main.py").write_text("x")
    (tmp_path / "src" / "deep" / "deeper" / "leaf").write_text("x")
    found = await attachment(tmp_path / "src", "src")
    assert found == Attachment("src/", b"deep/\ndeep/deeper/\nmain.py  1", "text/plain")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@a.py", ["a.py"]),
        ("see @a.py, and @src/ (or @b)?", ["a.py", "src/", "b"]),
        ('@"my notes.txt". ', ["my notes.txt"]),
        ("@src.", ["src"]),
        ("@../outside.txt", ["../outside.txt"]),
        ("me@a.py @missing @ @@a.py", []),
    ],
)
def test_a_prompt_means_the_files_that_are_there(
    tmp_path: Path, text: str, meant: list[str]
) -> None:
    workspace = tmp_path / "workspace"
    (workspace / "src").mkdir(parents=True)
    (tmp_path / "outside.txt").touch()
    for name in ("a.py", "b", "my notes.txt"):
        (workspace / name).touch()
    found = [named_file(mention, workspace) for mention in mentions(text)]
    assert [file[0] for file in found if file is not None] == meant
    assert all(file[1].exists() for file in found if file is not None)


@given(
    st.text(
        st.characters(exclude_characters='"\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029'), min_size=1
    )
)
def test_what_names_a_file_is_read_as_that_file(path: str) -> None:
    (found,) = mentions(f"see {mention_of(path)} there")
    assert found.readings == (path,)


def test_an_image_goes_to_no_model_that_is_known_not_to_see() -> None:
    image, text = Attachment("a.png", PNG, "image/png"), Attachment("a.txt", b"a", "text/plain")
    check_seen([image, text], ModelInfo("sees", vision=True))
    check_seen([image, text], ModelInfo("unknown"))
    check_seen([text], ModelInfo("blind", vision=False))
    with pytest.raises(UsageError, match=r"blind does not see images, and a\.png is one"):
        check_seen([text, image], ModelInfo("blind", vision=False))


def test_files_go_with_the_prompt_by_name(
    cli: Run, home: Path, provider_server: ProviderServer
) -> None:
    home.mkdir()
    (home / "config.toml").write_text(
        f'model = "openai/local"\napi_base = "{provider_server.base_url}"\n'
    )
    Path("main.py").write_text("print('hi')\n")
    Path("picture.png").write_bytes(PNG)
    provider_server.script(answer("I see."))
    outcome = cli("-p", "Explain", "-f", "main.py", "--file", "picture.png", stdin="piped in")
    assert outcome.code == 0, outcome.err
    sent = provider_server.requests[0].body["messages"][-1]["content"]
    assert sent[0] == {"type": "text", "text": "Explain\n\npiped in"}
    assert sent[1] == {"type": "text", "text": "File main.py:\nprint('hi')\n"}
    assert sent[2]["image_url"]["url"].startswith("data:image/png;base64,")
    assert [file.filename for file in latest().messages[0].attachments] == [
        "main.py", "picture.png"
    ]  # fmt: skip


def test_a_file_that_cannot_be_sent_stops_all_before_it_began(cli: Run) -> None:
    outcome = cli("-m", "demo:fast", "--json", "Explain", "-f", "missing.py")
    assert outcome.code == 2
    assert "missing.py cannot be read: No such file or directory." in outcome.err
    assert json.loads(outcome.out)["error"]["error_type"] == "UsageError"
