"""What a command prints: its beginning and its end are kept, however long it is."""

import codecs

HEAD_CHARACTERS = 16 * 1024
TAIL_CHARACTERS = 32 * 1024
LATEST_CHARACTERS = 2 * 1024


class Output:
    """Takes bytes as they come; bytes that are no UTF-8 become U+FFFD. It never holds more than
    HEAD_CHARACTERS and TAIL_CHARACTERS."""

    def __init__(self) -> None:
        self.received = 0
        """Characters so far."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._head = ""
        self._tail = ""

    def feed(self, data: bytes, *, final: bool = False) -> None:
        """Take the next bytes."""
        text = self._decoder.decode(data, final)
        self.received += len(text)
        room = HEAD_CHARACTERS - len(self._head)
        self._head += text[:room]
        self._tail = (self._tail + text[room:])[-TAIL_CHARACTERS:]

    def text(self) -> str:
        """All of it, or its head and tail with a note between them of what was cut."""
        missing = self.received - len(self._head) - len(self._tail)
        if not missing:
            return self._head + self._tail
        return f"{self._head}\n[… {missing:,} characters are cut here …]\n{self._tail}"

    def latest(self, lines: int) -> str:
        """The last lines, without the line end."""
        text = (self._head[-LATEST_CHARACTERS:] + self._tail)[-LATEST_CHARACTERS:]
        return "\n".join(text.rstrip("\n").split("\n")[-lines:])
