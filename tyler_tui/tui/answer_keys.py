"""Whether a key on a question is an answer, or was typed for something else."""

import math

DEAF_SECONDS = 0.5
"""Keys and clicks that arrive sooner were meant for something else."""
SETTLE_SECONDS = 0.3
"""A key is an answer when no other stands so near to it: a word that is typed is none."""


class AnswerKeys:
    """Takes keys as they are pressed. `now` is always of one and the same clock, in seconds."""

    def __init__(self) -> None:
        self._shown_at = -math.inf
        self._pressed_at = -math.inf
        self._answer = ""

    def begin(self, now: float) -> None:
        """A question was shown."""
        self._shown_at, self._answer = now, ""

    def is_deaf(self, now: float) -> bool:
        return now - self._shown_at < DEAF_SECONDS

    def press(self, character: str, now: float, *, answers: bool) -> str:
        """A key was pressed, which `answers` the question if it stands alone. Returns the text that
        is none, for whoever else wants it."""
        alone = now - self._pressed_at >= SETTLE_SECONDS
        self._pressed_at = now
        if answers and alone and not self.is_deaf(now):
            self._answer = character
            return ""
        return self.take() + character

    def take(self) -> str:
        """The key that would be an answer once it has settled, and is forgotten with this."""
        answer, self._answer = self._answer, ""
        return answer
