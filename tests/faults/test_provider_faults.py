"""Every fault of a provider, with every reader: the criteria hold."""

from pathlib import Path

import pytest

from tests.faults.fault import READERS, Fault
from tests.faults.judging import judge
from tests.faults.tables import connections, endless, fields, framing, statuses, tool_calls
from tests.provider_server import ProviderServer
from tests.providers.asking import QUIET
from tyler_tui.providers import event_stream, transport

pytestmark = QUIET
TABLES = [framing, fields, statuses, connections, tool_calls, endless]
FAULTS = [fault for table in TABLES for fault in table.FAULTS]


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long behind the last word, nor for the rest of an error."""
    monkeypatch.setattr(event_stream, "LAST_WORD_S", 0.4)
    monkeypatch.setattr(transport, "ERROR_BODY_S", 0.4)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "README.md").write_text("# A project\n\nIt has a readme.\n", "utf-8")
    return folder


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_the_turn_ends_well_and_the_next_one_works(
    fault: Fault,
    reader: str,
    provider_server: ProviderServer,
    workspace: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    await judge(fault, reader, provider_server, workspace, capfd)
