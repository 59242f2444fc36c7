"""What is built: the wheel that people install, and the sdist that it can be built from again."""

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest

pytest.importorskip("hatchling", reason="the build backend is installed in CI")
ROOT = Path(__file__).parents[2]
DATA = {
    "tyler_tui/py.typed",
    "tyler_tui/export/page.css",
    "tyler_tui/tui/screens/chat.tcss",
    "tyler_tui/tui/themes/tyler-dark.toml",
    "tyler_tui/printer/schemas/stream-json.schema.json",
    "tyler_tui/web/pages/terminal.html",
    "tyler_tui/web/pages/terminal.js",
    "tyler_tui/providers/demo_texts/tour.md",
}


def built(kind: str, source: Path, folder: Path) -> Path:
    """The one file that the build backend makes of the sources."""
    code = f"import sys; from hatchling.build import build_{kind} as b; print(b(sys.argv[1]))"
    run = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        cwd=source, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return folder / run.stdout.split()[-1]


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist, and the wheel that is made of it, as `python -m build` does."""
    folder = tmp_path_factory.mktemp("dist")
    sdist = built("sdist", ROOT, folder)
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return sdist, built("wheel", folder / sdist.name.removesuffix(".tar.gz"), folder)


def test_the_wheel_holds_all_of_the_package_and_nothing_else(packages: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(packages[1]) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    package = {name for name in names if ".dist-info/" not in name}
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tyler_tui").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert package == sources
    assert package >= DATA
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_sdist_holds_tests_and_pictures_and_nothing_that_was_made_here(
    packages: tuple[Path, Path],
) -> None:
    with tarfile.open(packages[0]) as archive:
        names = {PurePosixPath(*PurePosixPath(name).parts[1:]) for name in archive.getnames()}
    tops = {name.parts[0] for name in names if name.parts}
    assert tops == {
        "tyler_tui", "tests", "screenshots", "README.md", "LICENSE", "pyproject.toml", "PKG-INFO",
        ".gitignore",
    }  # fmt: skip
    assert PurePosixPath("tests/conftest.py") in names
    assert not [name for name in names if "__pycache__" in name.parts]


def test_what_is_installed_runs_from_where_it_was_put(
    packages: tuple[Path, Path], tmp_path: Path
) -> None:
    target = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(target), str(packages[1])], check=True)
    code = "import tyler_tui; print(tyler_tui.__file__); from tyler_tui.cli import main; main()"
    run = subprocess.run(
        [sys.executable, "-c", code, "--version"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(target)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    place, said = run.stdout.splitlines()
    assert Path(place).is_relative_to(target)
    with (ROOT / "pyproject.toml").open("rb") as file:
        assert said == f"tyler-chat {tomllib.load(file)['project']['version']}"
    demo = subprocess.run(
        [str(target / "bin" / "tyler-chat"), "-m", "demo:fast", "-p", "hello"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(target)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "demo" in demo.stdout


def test_pipx_can_run_it_by_the_name_of_the_package(packages: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(packages[1]) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        points = archive.read(name).decode()
    assert "[console_scripts]\ntyler-chat = tyler_tui.cli:main" in points
    assert "[pipx.run]\ntyler-tui = tyler_tui.cli:main" in points
