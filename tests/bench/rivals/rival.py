"""What must be known of another program to measure it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.terminal import RawTerminal

BINARIES = ("bin", "node_modules/.bin")


@dataclass(frozen=True)
class Rival:
    """One program. `files` gives, by their place in the home, the texts that point it at a server
    of the OpenAI format; `{base}` in those and in `env` stands for its address, `{work}` for the
    folder in which it runs."""

    name: str
    built_on: str
    install: str
    arguments: tuple[str, ...]
    """The name of the executable first."""
    ready: str
    """What it shows when it takes a prompt."""
    files: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    enter: str = "\r"
    dismiss: Callable[[RawTerminal], None] | None = None
    """Gets rid of what stands in the way at the first start."""

    def command(self, folder: Path) -> list[str] | None:
        """How to start it, or None when it is not installed below `folder`."""
        executable, *arguments = self.arguments
        for place in BINARIES:
            path = folder / self.name / place / executable
            if path.exists():
                return [str(path), *arguments]
        return None

    def spawn(self, command: list[str], home: Path, base: str) -> RawTerminal:
        work = home / "work"
        work.mkdir(exist_ok=True)

        def filled(text: str) -> str:
            return text.replace("{base}", base).replace("{work}", str(work))

        for place, text in self.files.items():
            path = home / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(filled(text))
        own = {name: filled(text) for name, text in self.env.items()}
        return RawTerminal(command, {**_usual(home), **own}, work)


def _usual(home: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "OPENAI_API_KEY": "bench",
    }
