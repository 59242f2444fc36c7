"""What importing costs: looked at in child processes, where nothing else has been imported."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.importing import database_files

HEAVY = {
    "litellm", "openai", "textual", "httpx", "aiosqlite", "rich", "markdown_it", "pygments",
    "trafilatura", "lxml", "html_to_markdown", "ddgs", "yaml", "mcp", "mcp_types", "httpx2",
    "psycopg",
}  # fmt: skip


def modules_after(code: str) -> set[str]:
    """The top-level modules that are loaded after running `code` in a new interpreter."""
    report = f"{code}\nimport sys\nprint(' '.join({{m.partition('.')[0] for m in sys.modules}}))"
    run = subprocess.run(
        [sys.executable, "-c", report], capture_output=True, text=True, check=True, timeout=60
    )
    return set(run.stdout.splitlines()[-1].split())


def test_importing_the_package_imports_nothing_heavy() -> None:
    assert not modules_after("import tyler_tui") & HEAVY


def test_the_public_names_of_the_core_come_without_textual_or_litellm() -> None:
    code = """
from tyler_tui import Agent, Thread, Message, ExecutionEvent, EventType
from tyler_tui import buffered, collected, counted, fan_in, guarded
"""
    assert not modules_after(code) & (HEAVY - {"httpx"})


def test_the_tools_come_without_what_only_their_calls_need() -> None:
    assert not modules_after("from tyler_tui.tools import FILES_TOOLS, TOOLS, WEB_TOOLS") & HEAVY


def test_mcp_comes_without_its_sdk_until_a_server_is_connected() -> None:
    code = "from tyler_tui.tools.mcp import McpServers, mcp_tools\nMcpServers({})"
    assert not modules_after(code) & (HEAVY - {"httpx"})


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["sessions", "list"], ["sessions"], ["search", "word"], ["paths"]],
    ids=" ".join,
)
def test_commands_that_need_no_model_import_neither_litellm_nor_textual(
    arguments: list[str],
) -> None:
    code = f"""
import sys
sys.argv = ["tyler-chat", *{arguments!r}]
from tyler_tui.cli import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
"""
    unwanted = HEAVY | {"pydantic", "pydantic_core", "msgspec"}
    needed = {"aiosqlite"} if arguments[0] in ("sessions", "search") else set()
    assert not modules_after(code) & (unwanted - needed)


def test_the_doctor_imports_neither_litellm_nor_a_screen() -> None:
    code = """
from tyler_tui.cli import run
assert run(["doctor"]) == 0
print()
"""
    assert not modules_after(code) & {"litellm", "openai", "textual", "pydantic"}


def test_models_are_listed_without_litellm_or_a_screen() -> None:
    code = """
import sys
sys.argv = ["tyler-chat", "models", "gpt-4o"]
from tyler_tui.cli import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
"""
    assert not modules_after(code) & {"litellm", "openai", "textual", "aiosqlite", "pydantic"}


def test_an_import_loads_neither_litellm_nor_a_screen(tmp_path: Path) -> None:
    file = database_files.elia(tmp_path / "elia.sqlite")
    code = f"""
import sys
sys.argv = ["tyler-chat", "import", {str(file)!r}]
from tyler_tui.cli import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
"""
    assert not modules_after(code) & (HEAVY - {"aiosqlite"} | {"pydantic"})


def test_print_mode_with_the_demo_needs_no_screen_and_no_network() -> None:
    code = """
import io, sys
sys.stdin = io.TextIOWrapper(io.BytesIO(b"a table"))
from tyler_tui.cli import run
assert run(["-m", "demo:fast"]) == 0
"""
    assert not modules_after(code) & (HEAVY - {"aiosqlite"} | {"pydantic"})


def test_line_mode_with_the_demo_needs_no_screen_and_no_network() -> None:
    code = """
import io, sys
sys.stdin = io.TextIOWrapper(io.BytesIO(b"a table\\n/sessions\\n"))
from tyler_tui.cli import run
assert run(["--plain", "-m", "demo:fast"]) == 0
print()
"""
    assert not modules_after(code) & (HEAVY - {"aiosqlite"} | {"pydantic"})


def test_the_demo_never_imports_litellm() -> None:
    code = """
import asyncio
from tyler_tui import Agent, Message, Thread
thread = Thread()
thread.add_message(Message("user", "hello"))
async def main():
    result = await Agent(model_name="demo:fast").go(thread)
    assert result.content
asyncio.run(main())
"""
    assert "litellm" not in modules_after(code)


def test_a_server_of_the_openai_format_is_read_without_litellm() -> None:
    code = """
import asyncio
from tyler_tui.providers import provider_for
provider = provider_for("openai/anything")
asyncio.run(provider.prepare())
assert provider.info("gpt-4o").context_window
"""
    assert not modules_after(code) & {"litellm", "openai"}


@pytest.mark.parametrize("command", ["config", "doctor", "import", "mcp", "sessions"])
def test_the_help_of_a_command_comes_without_what_the_command_needs(command: str) -> None:
    code = f"""
from tyler_tui.cli import run
assert run([{command!r}, "--help"]) == 0
"""
    assert not modules_after(code) & (HEAVY | {"platformdirs"})


def test_the_help_of_serve_imports_no_web_stack() -> None:
    code = """
from tyler_tui.cli import run
assert run(["serve", "--help"]) == 0
"""
    web = {"fastapi", "starlette", "uvicorn", "websockets", "textual_serve", "h11"}
    assert not modules_after(code) & (HEAVY | web | {"pydantic", "msgspec"})


def test_the_web_front_end_does_not_import_textual() -> None:
    code = "import tyler_tui.web.server"
    assert not modules_after(code) & {"textual", "litellm"}


def test_the_first_paint_needs_nothing_that_only_completion_does() -> None:
    assert not modules_after("import tyler_tui.tui.app") & {"frizbee", "pathspec", "litellm"}
