"""YAML from a file that nobody vouches for: what stands in it, and in which line."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tyler_tui.errors import ConfigError
from tyler_tui.sanitize import one_line

ENDINGS = (".yaml", ".yml")
_MOST_NODES = 10_000
"""More stand in no config; but references to references to references make as many as they like."""

Lines = Mapping[tuple[str | int, ...], int]
"""The line of each key of the file, by the way to it."""


def parsed(path: Path, text: str) -> tuple[Any, Lines]:
    """The values of a document, None for an empty one. Raises ConfigError."""
    import yaml  # noqa: PLC0415 - for those who have such a file

    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if node is None:
            return None, {}
        lines = dict(_lines(node, ()))
        return loader.construct_document(node), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{path}, line {mark.line + 1}" if mark is not None else str(path)
        raise ConfigError(
            f"{place}: {one_line(error.problem or 'that is no YAML', 100)}.",
            hint="The file must be valid YAML.",
        ) from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: {one_line(str(error), 100)}.") from error
    except (RecursionError, OverflowError) as error:
        raise ConfigError(f"{path} cannot be read: it refers to itself without end.") from error
    except ValueError as error:  # a date that there is not
        raise ConfigError(f"{path}: {one_line(str(error), 100)}.") from error


def _lines(node: Any, way: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """Raises OverflowError for more than a config can hold."""
    waiting, seen = [(node, way)], 0
    while waiting:
        node, way = waiting.pop()
        seen += 1
        if seen > _MOST_NODES:
            raise OverflowError
        if node.id == "mapping":
            for key, value in node.value:
                yield (*way, str(key.value)), key.start_mark.line + 1
                waiting.append((value, (*way, str(key.value))))
        elif node.id == "sequence":
            for number, value in enumerate(node.value):
                yield (*way, number), value.start_mark.line + 1
                waiting.append((value, (*way, number)))
