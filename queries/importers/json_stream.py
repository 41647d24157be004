"""Reading a JSON text in order, without ever holding all of it.

The standard decoder reads one value at a time out of a window over the file. A parser
library would add a dependency and be slower: rows of Dataset-JSON are short.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

from queries.errors import DataError

_BLOCK = 2**20
_LONGEST_VALUE = 64 * 2**20


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


class JsonStream:
    """A JSON text, taken value by value; closes the file it reads.

    Examples
    --------
    >>> text = io.BytesIO(b'{"records": 1, "rows": [["01", 5]]}')
    >>> with JsonStream(text, "a.json") as stream:
    ...     for key in stream.members():
    ...         print(key, list(stream.items()) if key == "rows" else stream.value())
    records 1
    rows [['01', 5]]
    """

    def __init__(self, stream: BinaryIO, file: str) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig")
        self._file, self._window, self._at, self._ended = file, "", 0, False

    def __enter__(self) -> JsonStream:
        return self

    def __exit__(self, *error: object) -> None:
        self._text.close()

    def _more(self) -> bool:
        try:
            block = "" if self._ended else self._text.read(_BLOCK)
        except UnicodeDecodeError as error:
            raise DataError("JSON text is UTF-8", file=self._file) from error
        self._window, self._at = self._window[self._at :] + block, 0
        self._ended = not block
        return bool(block)

    def peek(self) -> str:
        """The next character that is not white space; nothing at the end."""
        while True:
            while self._at < len(self._window):
                if not self._window[self._at].isspace():
                    return self._window[self._at]
                self._at += 1
            if not self._more():
                return ""

    def take(self, wanted: str) -> None:
        """Step over one of the wanted characters."""
        found = self.peek()
        if not found or found not in wanted:
            self._refuse(found)
        self._at += 1

    def value(self) -> Any:
        """The next value as a whole."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._window, self._at)
            except ValueError as error:
                if len(self._window) - self._at > _LONGEST_VALUE or not self._more():
                    self._refuse(self._window[self._at : self._at + 40], error)
                continue
            # A number at the edge of the window may go on beyond it.
            if end == len(self._window) and self._more():
                continue
            self._at = end
            return value

    def _refuse(self, found: str, error: Exception | None = None) -> NoReturn:
        rule = "a JSON file is complete and well formed"
        raise DataError(rule, got=found or "the end of the file", file=self._file) from error

    def members(self) -> Iterator[str]:
        """The keys of the next object; after each of them its value must be taken."""
        self.take("{")
        while self.peek() != "}":
            key = self.value()
            if not isinstance(key, str):
                self._refuse(str(key))
            self.take(":")
            yield key
            if self.peek() != "}":
                self.take(",")
                if self.peek() == "}":
                    self._refuse("}")
        self.take("}")

    def items(self) -> Iterator[Any]:
        """The items of the next array, one at a time."""
        self.take("[")
        while self.peek() != "]":
            yield self.value()
            if self.peek() != "]":
                self.take(",")
                if self.peek() == "]":
                    self._refuse("]")
        self.take("]")

    def rest(self) -> Iterator[Any]:
        """Further values after the first, as NDJSON has them, to the end of the file."""
        while self.peek():
            yield self.value()
