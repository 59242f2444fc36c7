"""Runs a program so that nothing of it outlives the one that started it, however that ends.

`guard.py LIFELINE COMMAND...`: LIFELINE is the number of a pipe whose other end the starter holds.
When that closes, the whole process group goes. Its input, output and errors are the program's own.
Stands alone: it is started by its path, in the environment of the program.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

GRACE_S = 0.4


def main() -> int:
    lifeline, command = int(sys.argv[1]), sys.argv[2:]
    # A handler, for what is ignored stays ignored in the program: the guard must see it end.
    signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        program = subprocess.Popen(command)
    except OSError as error:
        print(error.strerror, file=sys.stderr)
        return 127
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):  # or its end would not be seen
        os.dup2(nothing, stream)
    threading.Thread(target=_watch, args=(lifeline,), daemon=True).start()
    code = program.wait()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(0, signal.SIGTERM)  # what it left running
    return code if code >= 0 else 128 - code


def _watch(lifeline: int) -> None:
    os.read(lifeline, 1)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(0, signal.SIGTERM)
        time.sleep(GRACE_S)
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
