"""The exact measures of a design, found once for all designs that decide the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from analytics.dosing.characteristics import CohortAccrual, ToxicityScenario, exact_measures
from analytics.dosing.escalation import Boin, EscalationDesign, Keyboard, Mtpi, Mtpi2
from analytics.dosing.escalation.counts import Floats
from analytics.dosing.escalation.rules import PatientsAtDose

Measured = Mapping[str, Floats]
"""By measure, the value under each scenario."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """A design known by what it decides: another one that decides the same is equal to it."""

    decides: tuple[object, ...]
    design: EscalationDesign = field(compare=False)


def measured(
    design: EscalationDesign,
    scenarios: tuple[ToxicityScenario, ...],
    *,
    accrual: CohortAccrual | None = None,
) -> Measured:
    """What `exact_measures` finds, from memory where a design that decides the same was judged.

    Parameters
    ----------
    design, scenarios, accrual
        As of `exact_measures`.

    Examples
    --------
    >>> truth = (ToxicityScenario(probabilities=(0.1, 0.3, 0.5)),)
    >>> one, other = (
    ...     EscalationDesign(method=Boin(doses=3, target=0.3, under=under), most_patients=12)
    ...     for under in (0.18, 0.181))
    >>> measured(one, truth) is measured(other, truth)
    True
    """
    return _found(_Judged(decides=decisive(design), design=design), scenarios, accrual)


@lru_cache(maxsize=2048)  # of a hundred scenarios 20 MB
def _found(
    judged: _Judged, scenarios: tuple[ToxicityScenario, ...], accrual: CohortAccrual | None
) -> Measured:
    table = exact_measures(judged.design, scenarios, accrual=accrual)
    found = {str(name): table[name].to_numpy(copy=True) for name in table}
    for values in found.values():
        values.setflags(write=False)
    return MappingProxyType(found)


def decisive(design: EscalationDesign) -> tuple[object, ...]:
    """What two designs have in common exactly when they are known to decide the same.

    Of designs with a decision table that is the table as far as the trial can reach; of all others
    it is the design.

    Examples
    --------
    >>> boin, keyboard = (
    ...     EscalationDesign(method=kind(doses=3, target=0.3), most_patients=12)
    ...     for kind in (Boin, Keyboard))
    >>> boin == keyboard, decisive(boin) == decisive(keyboard)
    (False, True)
    """
    method, most = design.method, design.most_patients
    stopping = design.stopping
    if isinstance(stopping, PatientsAtDose) and stopping.patients >= most:
        stopping = None  # the trial has ended by then
    if not isinstance(method, Boin | Keyboard | Mtpi | Mtpi2):
        return (design,)
    if isinstance(method, Boin) and (method.extra_safety is not None or method.bounded):
        return (design,)
    if not (stopping is None or isinstance(stopping, PatientsAtDose)):
        return (design,)
    table = tuple(method.decisions(most).to_numpy().ravel().tolist())
    around = design.start, design.cohorts, design.limit, stopping
    return (method.doses, method.target, most, table, *around)
