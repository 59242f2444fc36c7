"""What a text merely names is shown and never fetched: an address could carry a secret away."""

import os
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, run_program
from tests.hostile.corpus import MARK
from tests.provider_server import ProviderServer, answer
from tests.pseudo_terminal import Terminal


def naming(base: str) -> str:
    """Every way in which a text can name an address."""
    url = f"{base}/carried/away?secret=1"
    return (
        f"![image]({url}) [link]({url}) <{url}> {url}\n\n![reference][r]\n\n[r]: {url}\n\n"
        f'<img src="{url}"> <link rel="stylesheet" href="{url}"> <script src="{url}"></script>\n\n'
        f"<style>@import url({url})</style>\n\n```html\n<img src='{url}'>\n```\n\n{MARK}\n"
    )


@pytest.mark.parametrize("mode", ["screen", "print", "plain"])
def test_an_address_in_an_answer_is_not_asked(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: str
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    text = naming(provider_server.base_url)
    provider_server.script(answer(text))
    arguments = {"screen": [], "print": ["-p", "go"], "plain": ["--plain"]}[mode]
    command = [PROGRAM, "-m", "openai/anything", "-s", "talk", *arguments]
    with Terminal(command, env=dict(os.environ), cwd=tmp_path) as terminal:
        if mode == "screen":
            terminal.wait_for("Ask anything")
            terminal.send("go", "enter")
            terminal.wait_for(MARK)
            terminal.wait_for("ready")
            terminal.send("ctrl+q")
        elif mode == "plain":
            terminal.wait_for("You:")
            terminal.send("go", "enter")
            terminal.wait_until(lambda: terminal.output.count(b"You: ") >= 2)
            terminal.send("/quit", "enter")
        assert terminal.wait_exit() == 0
    for form in ("md", "html", "json", "svg"):
        assert run_program("export", "talk", "--format", form).code == 0
    assert "/carried/away" in terminal.output.decode(), "it is shown"
    assert [request.path for request in provider_server.requests] == ["/v1/chat/completions"]
