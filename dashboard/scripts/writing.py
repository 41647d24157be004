"""The script that makes a result again from its snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dashboard.scripts.expressions import Expressions, import_lines
from dashboard.scripts.made import Made
from dashboard.scripts.steps import (
    AnswerStep,
    CallStep,
    GivenStep,
    MethodStep,
    PartStep,
    QuestionStep,
    Step,
    StoreStep,
)

_STORE, _SNAPSHOT = "store", "snapshot"


def write_script(
    results: Mapping[str, Made[object]], *, snapshot: str, pooled: bool, shown: str = ""
) -> str:
    """A script that opens a snapshot by its hash and makes results, each in a variable.

    Parameters
    ----------
    results : mapping of str to Made
        By the names of the variables.
    snapshot : str
        SHA-256 of the snapshot's content; `dashboard.home.open_snapshot` finds it.
    pooled : bool
        Whether its reader sees no arms.
    shown : str
        The variable that the script prints at its end.

    Examples
    --------
    >>> from dashboard.scripts.made import answer_to
    >>> asked = answer_to(None, "subjects_by_arm", arm="actual")
    >>> print(write_script({"table": asked}, snapshot="9f86", pooled=False, shown="table"))
    from dashboard.home import open_snapshot
    <BLANKLINE>
    snapshot = '9f86'
    with open_snapshot(snapshot, pooled=False) as store:
        subjects_by_arm = store.ask('subjects_by_arm', arm='actual')
    table = subjects_by_arm
    print(table)
    <BLANKLINE>
    """
    script = _Script(snapshot, pooled)
    for name, made in results.items():
        script.add(name, made.step)
    return script.text(shown)


class _Script:
    """Lines in the order in which steps need one another."""

    def __init__(self, snapshot: str, pooled: bool) -> None:
        self._written = Expressions(self._refer)
        self._lines: list[tuple[bool, str]] = []  # whether it uses the store, and the line
        self._variables: dict[int, str] = {}  # of steps, by identity
        self._known: dict[str, str] = {}  # variables by the expression that they hold
        self._taken: set[str] = {_STORE, _SNAPSHOT}
        self._opening = (snapshot, pooled)

    def add(self, name: str, step: Step) -> None:
        for earlier in _in_order(step):
            if earlier.name and id(earlier) not in self._variables:
                self._hold(earlier)
        self._taken.add(name)
        held = self._variables.get(id(step))
        if held is not None:
            self._lines.append((False, f"{name} = {held}"))
        else:
            self._lines.append((_uses_store(step), f"{name} = {self._expression(step, 0)}"))

    def _hold(self, step: Step) -> None:
        """Give a step a variable; the same expression is written once."""
        expression = self._expression(step, 0)
        if expression not in self._known:
            name = self._free(step.name)
            self._known[expression] = name
            self._lines.append((_uses_store(step), f"{name} = {expression}"))
        self._variables[id(step)] = self._known[expression]

    def _free(self, name: str) -> str:
        number, free = 1, name
        while free in self._taken:
            number += 1
            free = f"{name}_{number}"
        self._taken.add(free)
        return free

    def _refer(self, step: Step, indent: int) -> str:
        return self._variables.get(id(step)) or self._expression(step, indent)

    def _expression(self, step: Step, indent: int) -> str:
        write = self._written
        if isinstance(step, StoreStep):
            return _STORE
        if isinstance(step, AnswerStep):
            return f"{self._analysis(step)}.run({_STORE})"
        if isinstance(step, QuestionStep):
            return write.call(f"{_STORE}.ask", (step.question,), step.values, indent=indent)
        if isinstance(step, GivenStep):
            return write.of(step.value, indent=indent)
        if isinstance(step, CallStep):
            return write.call(write.name(step.function), step.args, step.kwargs, indent=indent)
        if isinstance(step, PartStep):
            of = self._refer(step.of, indent)
            return f"{of}.{step.part}" if isinstance(step.part, str) else f"{of}[{step.part}]"
        if isinstance(step, MethodStep):
            of = self._refer(step.of, indent)
            return write.call(f"{of}.{step.method}", step.args, step.kwargs, indent=indent)
        raise TypeError(f"a script has no words for a {type(step).__name__}")

    def _analysis(self, step: AnswerStep) -> str:
        expression = self._written.of(step.analysis)
        if expression not in self._known:
            name = self._free(step.name.replace("answer", "analysis", 1))
            name = name if "analysis" in name else self._free(f"{step.name}_analysis")
            self._known[expression] = name
            self._lines.append((False, f"{name} = {expression}"))
        return self._known[expression]

    def text(self, shown: str) -> str:
        """The whole script."""
        lines = self._around_the_store()
        return "\n".join(
            [
                *import_lines(self._written.needed),
                "",
                *lines,
                *([f"print({shown})"] if shown else []),
                "",
            ]
        )

    def _around_the_store(self) -> list[str]:
        using = [number for number, (uses, _) in enumerate(self._lines) if uses]
        if not using:
            return [line for _, line in self._lines]
        self._written.needed.add(("dashboard.home", "open_snapshot"))
        first, last = using[0], using[-1]
        snapshot, pooled = self._opening
        lines = [line for _, line in self._lines]
        inside = [_indented(line) for line in lines[first : last + 1]]
        opening = f"with open_snapshot({_SNAPSHOT}, pooled={pooled}) as {_STORE}:"
        stated = f"{_SNAPSHOT} = {snapshot!r}"
        return [stated, *lines[:first], opening, *inside, *lines[last + 1 :]]


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else line for line in text.split("\n"))


def _in_order(step: Step) -> Iterator[Step]:
    """The steps before this one, each after those that it needs, and then itself."""
    for earlier in step.before():
        yield from _in_order(earlier)
    yield step


def _uses_store(step: Step) -> bool:
    """Whether the line that makes it has to stand where the store is open."""
    if isinstance(step, StoreStep | AnswerStep | QuestionStep):
        return True
    return any(not earlier.name and _uses_store(earlier) for earlier in step.before())
