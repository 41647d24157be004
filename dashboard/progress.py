"""Progress on a terminal: a bar for a person, plain lines for a log."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

_STEPS = 1000


@contextmanager
def shown_progress(title: str) -> Iterator[Callable[[float, str], None]]:
    """A function to report progress to, shown on standard error.

    Parameters
    ----------
    title : str
        What is going on.

    Examples
    --------
    >>> with shown_progress("Importing") as progress:
    ...     progress(0.5, "reading adsl.xpt")
    """
    if not sys.stderr.isatty():
        yield _Lines(title)
        return
    with click.progressbar(
        length=_STEPS,
        label=title,
        file=sys.stderr,
        show_eta=False,
        item_show_func=lambda message: message or "",
    ) as bar:

        def report(share: float, message: str) -> None:
            bar.update(max(0, round(share * _STEPS) - bar.pos), message)

        yield report
        bar.update(_STEPS - bar.pos, "")


class _Lines:
    """One line for each new thing that is done."""

    def __init__(self, title: str) -> None:
        self._title, self._last = title, ""

    def __call__(self, share: float, message: str) -> None:
        if message != self._last:
            self._last = message
            click.echo(f"{self._title}: {share:4.0%} {message}", err=True)
