import os
import subprocess
import sys
from pathlib import Path

import pytest

from tyler_tui import paths


def test_one_variable_moves_everything_under_one_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TYLER_CHAT_HOME", str(tmp_path))
    places = [paths.config_file(), paths.database_file(), paths.history_file(), paths.log_file()]
    assert {place.parent for place in places} == {tmp_path}
    assert len(set(places)) == 4


def test_the_platform_says_where_files_live_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TYLER_CHAT_HOME")
    for name, folder in (("CONFIG", "c"), ("DATA", "d"), ("STATE", "s")):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / folder))
    assert paths.config_file() == tmp_path / "c" / "tyler-chat" / "config.toml"
    assert paths.database_file() == tmp_path / "d" / "tyler-chat" / "sessions.db"
    assert tmp_path / "s" / "tyler-chat" in paths.log_file().parents


def test_config_and_database_can_be_moved_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TYLER_CHAT_CONFIG", "~/other.toml")
    monkeypatch.setenv("TYLER_CHAT_DB", "/data/chats.db")
    assert paths.config_file() == Path.home() / "other.toml"
    assert paths.database_file() == Path("/data/chats.db")


def test_a_home_that_nobody_knows_stays_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    nobodys = "~nobody-of-that-name/notes"
    assert paths.expanded("~/notes") == Path.home() / "notes"
    assert paths.expanded(Path("~")) == Path.home()
    assert paths.expanded(nobodys) == Path(nobodys)
    assert paths.config_file("~/mine.toml") == Path.home() / "mine.toml"
    for name, place in (("HOME", paths.data_folder), ("DB", paths.database_file)):
        monkeypatch.setenv(f"TYLER_CHAT_{name}", nobodys)
        assert place() == Path(nobodys)


def test_without_a_home_folder_paths_are_shown_whole_and_texts_still_redacted() -> None:
    """As in a container that runs under a number of its own."""
    look = """if True:
        import os, sys
        from pathlib import Path
        from tyler_tui import paths
        from tyler_tui.redaction import redacted
        if os.geteuid() == 0:  # only now: Python's own files may be out of reach for others
            os.setuid(54_321)
        print(paths.in_short(Path("/data/notes")), redacted("in /home/ada/notes"))
    """
    env = {name: value for name, value in os.environ.items() if name != "HOME"}
    child = subprocess.run(
        [sys.executable, "-c", look], env=env, capture_output=True, text=True, check=False
    )
    assert (child.returncode, child.stdout) == (0, "/data/notes in ~/notes\n"), child.stderr


def test_new_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    paths.private_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_what_lies_at_home_is_written_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert paths.in_short(tmp_path / "a" / "b") == "~/a/b"
    assert paths.in_short(tmp_path) == "~"
    assert paths.in_short(tmp_path.parent / "b") == str(tmp_path.parent / "b")
