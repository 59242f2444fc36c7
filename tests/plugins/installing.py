"""Packages that are made for a test and really installed, into a folder of its own."""

import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path


def install(
    folder: Path,
    name: str,
    modules: Mapping[str, str],
    entry_points: Mapping[str, Mapping[str, str]],
) -> None:
    """Have pip install a wheel with these modules and entry points into `folder`."""
    module_name = name.replace("-", "_")
    info = f"{module_name}-1.0.dist-info"
    points = "\n".join(
        f"[{group}]\n" + "\n".join(f"{key} = {value}" for key, value in named.items())
        for group, named in entry_points.items()
    )
    files = dict(modules) | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": points + "\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    wheel = folder.parent / f"{module_name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in (files | {f"{info}/RECORD": record}).items():
            archive.writestr(path, text)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, "--target", str(folder), str(wheel)], check=True)
