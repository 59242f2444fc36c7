"""A fault of the program that ends it, told in a few lines; the rest is in a report."""

from rich.text import Text
from textual.worker import WorkerFailed

from tyler_tui.sanitize import one_line


class Fault(Exception):
    """Wraps what was raised, which is its cause. Textual shows what `__rich__` gives."""

    def __init__(self, error: BaseException) -> None:
        from tyler_tui.crash import write_report  # noqa: PLC0415 - only when something went wrong

        cause = error.error if isinstance(error, WorkerFailed) else error
        super().__init__(str(cause))
        self.__cause__ = cause
        self._report = write_report(cause)

    def __rich__(self) -> Text:
        from tyler_tui.redaction import redacted  # noqa: PLC0415 - as above

        cause = self.__cause__
        kept = f"The report is in {self._report}" if self._report else "No report could be written."
        return Text(
            f"Error: {type(cause).__name__}: {one_line(redacted(str(cause)))}\n"
            f"→ This is a fault of the program. {kept}\n"
            "→ What was said is kept. To go on: tyler-chat -c"
        )
