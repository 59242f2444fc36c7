"""The chat config of Tyler, as the settings that it becomes."""

import os
from pathlib import Path

import pytest

from tyler_tui.config import Settings, load
from tyler_tui.errors import ConfigError
from tyler_tui.mcp_names import tool_name

WHOLE = """\
# A config as Tyler's documentation has it
name: "${WHO}"
purpose: |
  To help with tides.
  And with tea.
notes: Be brief
model_name: "gpt-4o"
api_base: http://localhost:8000/v1
temperature: 0.3
max_tool_iterations: 7
reasoning: {effort: low}
agents_md: false
tools:
  - "web"
  - files-read_file
  - "~/tools/mine.py"
  - slack
mcp:
  servers:
    - name: docs
      transport: streamablehttp
      url: https://docs.example/mcp
      headers: {Authorization: "Bearer ${DOCS_TOKEN}"}
      tool_timeout_seconds: 9
      fail_silent: true
      exclude_tools: [delete]
    - name: old
      transport: sse
      url: https://old.example/sse
    - name: disk
      command: uvx
      args: [some-server, --all]
      env: {ROOT: "${HOME}"}
drop_params: true
"""


def read(tmp_path: Path, text: str, **environ: str) -> Settings:
    path = tmp_path / "chat.yaml"
    path.write_text(text)
    return load(path, environ)


def test_all_that_has_a_meaning_here_is_a_setting(tmp_path: Path) -> None:
    settings = read(tmp_path, WHOLE, WHO="Moana")
    assert (settings.name, settings.notes, settings.model) == ("Moana", "Be brief", "gpt-4o")
    assert settings.purpose == "To help with tides.\nAnd with tea.\n"
    assert (settings.api_base, settings.temperature) == ("http://localhost:8000/v1", 0.3)
    assert (settings.max_turns, settings.reasoning, settings.agents_md) == (7, "low", False)
    assert settings.tools == ["web-*", "files-read"]
    assert list(settings.mcp.servers) == ["docs", "disk"]
    docs, disk = settings.mcp.servers.values()
    assert (docs.url, docs.call_timeout) == ("https://docs.example/mcp", 9)
    assert docs.headers == {"Authorization": "Bearer ${DOCS_TOKEN}"}  # filled when it is connected
    assert (disk.command, disk.args) == ("uvx", ["some-server", "--all"])
    assert [rule.deny for rule in settings.rules] == [["docs-delete"]]
    assert settings.origins["max_turns"] == f"{tmp_path}/chat.yaml, line 10"


def test_what_has_no_effect_is_told_with_its_line(tmp_path: Path) -> None:
    told = [remark.removeprefix(f"{tmp_path}/chat.yaml, ") for remark in
            read(tmp_path, WHOLE).remarks]  # fmt: skip
    assert told == [
        "line 2: WHO is not set in the environment; ${WHO} stays as it is.",
        "line 16: '~/tools/mine.py' is left out: no Python file is run.",
        "line 17: the tools of 'slack' are not there.",
        "line 25: `fail_silent` of the MCP server docs has no effect.",
        "line 27: the MCP server 'old' is left out: it speaks sse, not stdio or streamablehttp.",
        "line 34: `drop_params` has no effect: a chat has no use for it.",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("temperatur: 1", "line 1: there is no setting `temperatur`."),
        ("name: x\ntemperature: hot", "line 2: `temperature` must be a number, not text."),
        ("name: x\n\ntemperature: 3", "line 3: `temperature` must be a number, at most 2."),
        ("max_tool_iterations: -1", "line 1: `max_tool_iterations` must be a whole number, at lea"),
        ("purpose: 2024-01-01", "line 1: `purpose` must be text"),
        ("name: [a]", "line 1: `name` must be text, not a list."),
        ("tools: web", "line 1: `tools` must be a list, not text."),
        ("tools:\n- {a: 1}", "`tools` must be text, not a table."),
        ("name: x\nmcp: 7", "line 2: `mcp` needs a list of `servers`."),
        ("mcp:\n  servers:\n  - url: x", "line 3: a server needs a `name`."),
        ("mcp:\n servers:\n - name: a\n   comand: x", "line 4: a server has no setting `comand`."),
        ("mcp:\n servers:\n - name: a", "line 3: the MCP server 'a' needs a command or a url"),
        ("mcp:\n servers:\n - name: a\n   command: 7", "line 4: `command` must be text"),
        ("mcp:\n servers:\n - {name: a, command: x}\n - {name: a, command: y}", "line 4: two ser"),
        ("a: b: c", "line 1: mapping values are not allowed here."),
        ("name: 'x", "line 1: found unexpected end of stream."),
        ("- a\n- b", "a config has a name and a value"),
        ("name: !!python/object/apply:os.system [ls]", "line 1: could not determine a constr"),
        ("name: 2024-99-99", "chat.yaml"),
        ("name: \x07", "chat.yaml"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, text)
    assert said in refused.value.message
    assert "chat.yaml" in refused.value.message


def test_references_that_grow_without_end_are_refused(tmp_path: Path) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for text in (bomb, "name: &n [*n]"):
        with pytest.raises(ConfigError):
            read(tmp_path, text)


def test_a_server_may_be_like_another_one(tmp_path: Path) -> None:
    text = "mcp:\n  servers:\n    - &one {name: a, command: x}\n    - <<: *one\n      name: b\n"
    settings = read(tmp_path, text)
    assert settings.mcp.servers["b"].command == "x"
    assert settings.origins["mcp.servers.b.command"].endswith("line 4")


def test_a_tool_is_excluded_by_the_name_that_it_has_here(tmp_path: Path) -> None:
    text = "mcp:\n  servers:\n    - name: a\n      command: x\n      exclude_tools: [drop.all]\n"
    (rule,) = read(tmp_path, text).rules
    assert rule.deny == [tool_name("a", "drop.all")] != ["a-drop.all"]


def test_an_empty_file_says_nothing_and_flags_go_before_it(tmp_path: Path) -> None:
    assert read(tmp_path, "").name == "Tyler"
    (tmp_path / "chat.yml").write_text("temperature: 0.1\nmodel_name: a")
    settings = load(tmp_path / "chat.yml", {"TYLER_CHAT_MODEL": "b"}, flags={"approval": "auto"})
    assert (settings.model, settings.temperature, settings.approval) == ("b", 0.1, "auto")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "chat.yaml"
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(path, os.environ)
