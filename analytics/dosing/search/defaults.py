"""The textbook default of each family, to compare with what a search finds."""

from __future__ import annotations

from analytics.dosing.escalation import (
    Boin,
    Coherent,
    Crm,
    EscalationDesign,
    Keyboard,
    Mtpi,
    Mtpi2,
    NoSkipping,
    ThreePlusThree,
    Unsafe,
    indifference_skeleton,
)
from analytics.dosing.escalation.design import Method


def default_designs(
    *, doses: int, target: float, patients: int, start: int = 1
) -> dict[str, EscalationDesign]:
    """The designs that papers and software give when nothing else is asked for, by name.

    Cohorts of three. BOIN with 0.6 and 1.4 times the target, keys and intervals of the target
    ± 0.05, elimination at 0.95; the CRM with a half-width of 0.05, the middle dose as guess, no
    dose skipped, coherent, and a stop when dose 1 is above the target with probability 0.95. 3+3
    ends by itself.

    Parameters
    ----------
    doses : int
        1 to 30.
    target : float
        0.05 < target < 0.7.
    patients : int
        With which the others than 3+3 end at the latest.
    start : int
        Dose of the first cohort.

    Examples
    --------
    >>> list(default_designs(doses=5, target=0.25, patients=30))
    ['3+3', 'BOIN', 'Keyboard', 'mTPI-2', 'mTPI', 'CRM']
    """
    skeleton = indifference_skeleton(
        target=target, half_width=0.05, prior_mtd=(doses + 1) // 2, doses=doses
    )
    tables: dict[str, Method] = {
        "BOIN": Boin(doses=doses, target=target),
        "Keyboard": Keyboard(doses=doses, target=target),
        "mTPI-2": Mtpi2(doses=doses, target=target),
        "mTPI": Mtpi(doses=doses, target=target),
    }
    three = ThreePlusThree(doses=doses, target=target)
    return {
        "3+3": EscalationDesign(method=three, most_patients=6 * doses, start=start),
        **{
            name: EscalationDesign(method=method, most_patients=patients, start=start)
            for name, method in tables.items()
        },
        "CRM": EscalationDesign(
            method=Crm(skeleton=skeleton, target=target),
            most_patients=patients,
            start=start,
            limit=NoSkipping() & Coherent(),
            stopping=Unsafe(cutoff=0.95),
        ),
    }
