"""What was found last, remembered by what was asked, and how much of it is."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class Recent(Generic[_Value]):
    """The values used last, by their keys; the one used longest ago goes first.

    Not safe with threads: its owner holds a lock.

    Parameters
    ----------
    most : int
        How many are remembered; with `weigh`, how much they weigh together.
    weigh : callable, optional
        What a value weighs, such as its bytes. One that alone weighs more than the most is
        remembered until the next one comes.

    Examples
    --------
    >>> squares: Recent[int] = Recent(most=2)
    >>> [squares.found(number, lambda: number**2) for number in (1, 2, 1, 3)]
    [1, 4, 1, 9]
    >>> squares.get(1), squares.get(2)
    (1, None)
    """

    def __init__(self, most: int, weigh: Callable[[_Value], int] = lambda _: 1) -> None:
        self._most, self._weigh = most, weigh
        self._values: dict[Hashable, _Value] = {}

    def get(self, key: Hashable) -> _Value | None:
        """The value of a key; None when it is not remembered."""
        if key in self._values:
            self._values[key] = self._values.pop(key)
        return self._values.get(key)

    def keep(self, key: Hashable, value: _Value) -> None:
        """Remember a value, and forget the oldest beyond the most."""
        self._values[key] = value
        while len(self._values) > 1 and self.weight > self._most:
            del self._values[next(iter(self._values))]

    @property
    def weight(self) -> int:
        """What all remembered values weigh together."""
        return sum(map(self._weigh, self._values.values()))

    def found(self, key: Hashable, find: Callable[[], _Value]) -> _Value:
        """The value of a key, found now unless it is remembered."""
        value = self.get(key)
        if value is None:
            value = find()
            self.keep(key, value)
        return value
