"""The heights of many items: sums and look-ups that do not grow with their number."""

from collections.abc import Iterable


class Heights:
    """A list of heights with running sums, kept as a binary indexed tree."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = list(heights)
        self._tree = self._built()

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    @property
    def total(self) -> int:
        return self.above(len(self._heights))

    def above(self, index: int) -> int:
        """The sum of the heights before `index`."""
        total = 0
        while index > 0:
            total += self._tree[index]
            index &= index - 1
        return total

    def at(self, row: int) -> tuple[int, int]:
        """The item that the row `row` of all falls into, and which row of it that is."""
        index, step = 0, 1 << len(self._heights).bit_length()
        while step:
            following = index + step
            if following < len(self._tree) and self._tree[following] <= row:
                index = following
                row -= self._tree[following]
            step >>= 1
        return index, row

    def set(self, index: int, height: int) -> None:
        more = height - self._heights[index]
        if more:
            self._heights[index] = height
            at = index + 1
            while at < len(self._tree):
                self._tree[at] += more
                at += at & -at

    def append(self, height: int) -> None:
        self._heights.append(height)
        end = len(self._heights)
        self._tree.append(self.above(end - 1) - self.above(end - (end & -end)) + height)

    def prepend(self, heights: Iterable[int]) -> None:
        self._heights[:0] = heights
        self._tree = self._built()

    def remove(self, index: int) -> None:
        del self._heights[index]
        self._tree = self._built()

    def _built(self) -> list[int]:
        tree = [0, *self._heights]
        for index in range(1, len(tree)):
            parent = index + (index & -index)
            if parent < len(tree):
                tree[parent] += tree[index]
        return tree
