"""The names of models that are files."""

import re
from pathlib import Path

from tyler_tui.errors import UsageError
from tyler_tui.paths import expanded
from tyler_tui.sanitize import one_line

PREFIX = "gguf:"
_NAME = re.compile(r"(?P<path>.+?)(?:\?(?P<options>[^?/]*))?")
_CONTEXT = re.compile(r"context=([1-9]\d{0,8})")


def file_and_context(name: str) -> tuple[Path, int | None]:
    """What `gguf:PATH` and `gguf:PATH?context=N` name. Raises UsageError."""
    found = _NAME.fullmatch(name.removeprefix(PREFIX))
    if found is None:
        raise UsageError(
            "gguf: names no file.", hint="Write the file behind it: gguf:~/models/some-model.gguf"
        )
    options, context = found["options"], None
    if options is not None:
        said = _CONTEXT.fullmatch(options)
        if said is None:
            raise UsageError(
                f"{one_line(options, 40)!r} says nothing about a GGUF file.",
                hint="Write gguf:PATH, or gguf:PATH?context=8192 for so many tokens of context.",
            )
        context = int(said[1])
    return expanded(found["path"]), context


def whole_name(model: str, folder: Path) -> str:
    """A model's name that means the same from any folder: paths in it are made absolute."""
    if not model.startswith(PREFIX):
        return model
    path, context = file_and_context(model)
    return f"{PREFIX}{(folder / path).resolve()}{f'?context={context}' if context else ''}"
