"""The process in which a model runs: `python -m tyler_tui.providers.gguf.serving`.

It reads what to load as a line of JSON from its standard input and ends with that input, so that it
never outlives the program. It tells on its standard output, a line of JSON each, how much of the
file is read, and then the address at which it answers. What the engine prints goes to its standard
error.
"""

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

_PIECE = 1 << 24
_SHARE_OF_MEMORY = 0.8
"""A file that takes more of what is free is not read ahead: it would push itself out again."""


def main() -> None:
    # The engine writes where it likes: only what is told here may reach the one who started it.
    told = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    asked = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()
    import xllamacpp  # noqa: PLC0415 - a hundred megabytes: not before it may be ended

    path = Path(asked["path"])
    _read_ahead(path, told)
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = asked["context"]
    params.n_parallel = 1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [asked["key"]]
    params.ui = False
    server = xllamacpp.Server(params)
    _tell(told, address=server.listening_address)
    threading.Event().wait()


def _end_with_input() -> None:
    while sys.stdin.read(4096):
        pass
    os._exit(0)


def _read_ahead(path: Path, told: TextIO) -> None:
    """Have the system read the file into its memory, where the engine finds it: that takes as long
    as loading does, and can be told of."""
    size, done, last = path.stat().st_size, 0, 0
    if "SC_AVPHYS_PAGES" not in os.sysconf_names:  # as on macOS
        return
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if size > free * _SHARE_OF_MEMORY:
        return
    buffer = bytearray(_PIECE)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            done += count
            if (percent := 100 * done // size) > last:
                last = percent
                _tell(told, read=percent / 100)


def _tell(told: TextIO, **news: Any) -> None:
    told.write(json.dumps(news) + "\n")
    told.flush()


if __name__ == "__main__":
    main()
