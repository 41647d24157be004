"""Kinds of jobs for tests of the worker: quick, slow, silent, broken."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from analytics.checks import NotEstimableError
from analytics.results import Result, registered
from dashboard.jobs.kinds import Context, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    seconds: float = 0.0
    number: int = 0


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenArms(Result):
    arms: tuple[str, ...]
    number: int


def _arms(request: Wanted, context: Context) -> SeenArms:
    with context.store() as store:
        return SeenArms(arms=store.arms(), number=request.number)


def _slow(request: Wanted, context: Context) -> SeenArms:
    steps = max(1, round(request.seconds / 0.05))
    for step in range(steps):
        context.progress(step / steps, f"Step {step + 1} of {steps}.")
        time.sleep(request.seconds / steps)
    return SeenArms(arms=(), number=request.number)


def _silent(request: Wanted, context: Context) -> SeenArms:
    """Says nothing of how far it is, and lets nothing but an interruption through."""
    until = time.monotonic() + request.seconds
    while time.monotonic() < until:
        try:
            time.sleep(0.05)
        except Exception:
            continue
    return SeenArms(arms=(), number=request.number)


def _refusing(request: Wanted, context: Context) -> SeenArms:
    raise NotEstimableError("There is no event in any arm.")


def _broken(request: Wanted, context: Context) -> Any:
    return 1 / request.number


def _exhausting(request: Wanted, context: Context) -> SeenArms:
    raise MemoryError


def _kind(name: str, run: Any) -> Kind[Wanted, SeenArms]:
    return Kind(
        name=name,
        label=name,
        request=Wanted,
        result=SeenArms,
        run=run,
        title=lambda request: f"{name} {request.number}",
    )


TEST_KINDS = {
    name: _kind(name, run)
    for name, run in {
        "arms": _arms,
        "slow": _slow,
        "silent": _silent,
        "refusing": _refusing,
        "broken": _broken,
        "exhausting": _exhausting,
    }.items()
}
