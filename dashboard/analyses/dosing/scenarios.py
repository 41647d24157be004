"""Sets of scenarios: fixed, random, and as typed, one a line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.checks import InputError, require
from analytics.dosing.characteristics import ToxicityScenario, random_scenarios, shifted_scenarios
from dashboard.analyses.dosing.proposal import LONGEST_NAME, DosingProposal
from dashboard.analyses.dosing.typed_scenarios import name_and_rest, parsed_lines, probabilities_of

_LONGEST_NAME = LONGEST_NAME + len("MTD ")


def fixed_scenarios(proposal: DosingProposal) -> tuple[ToxicityScenario, ...]:
    """Each dose in turn has the target probability, odds doubling from dose to dose; and none has.

    In the last one the lowest dose is above the target: the odds are those of the first one, three
    times as high, and it is right to select no dose.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> [one.name for one in fixed_scenarios(usual_dosing())][-2:]
    ['MTD 80 mg', 'All too toxic']
    """
    shifted = shifted_scenarios(doses=proposal.doses, target=proposal.target)
    named = [
        ToxicityScenario(probabilities=_rounded(one.probabilities), name=f"MTD {name}")
        for one, name in zip(shifted, proposal.names, strict=True)
    ]
    odds = [3 * p / (1 - p) for p in shifted[0].probabilities]
    toxic = _rounded([one / (1 + one) for one in odds])
    return (*named, ToxicityScenario(probabilities=toxic, name="All too toxic", right=()))


def drawn_scenarios(
    proposal: DosingProposal, *, count: int, seed: int
) -> tuple[ToxicityScenario, ...]:
    """At random: each dose is equally often nearest to the target.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> len(drawn_scenarios(usual_dosing(), count=3, seed=1))
    3
    """
    return random_scenarios(
        doses=proposal.doses,
        target=proposal.target,
        count=count,
        rng=np.random.default_rng(seed),
    )


def written(scenarios: Sequence[ToxicityScenario]) -> str:
    """Scenarios as text, which `parsed` reads.

    Examples
    --------
    >>> written([ToxicityScenario(probabilities=(0.1, 0.25), name="Usual")])
    'Usual: 0.1, 0.25'
    """
    return "\n".join(
        f"{one.name}: {', '.join(f'{p:.4g}' for p in one.probabilities)}"
        + (" | none" if one.right == () else "")
        for one in scenarios
    )


def parsed(text: str, *, doses: int) -> tuple[ToxicityScenario, ...]:
    """The scenarios of a text: a name, a colon, a probability for each dose.

    Behind a bar, "none" says that it is right to select no dose.

    Raises
    ------
    InputError
        With the line that breaks a rule.

    Examples
    --------
    >>> parsed("Toxic: 0.5 0.6 | none", doses=2)
    (ToxicityScenario(probabilities=(0.5, 0.6), name='Toxic', right=()),)
    """
    return parsed_lines(text, lambda line: _parsed_line(line, doses))


def _parsed_line(line: str, doses: int) -> ToxicityScenario:
    rule = "a scenario is a name, a colon and a probability for each dose"
    name, rest = name_and_rest(line, rule, longest=_LONGEST_NAME)
    numbers, bar, right = rest.partition("|")
    require(not bar or right.strip() == "none", "behind the bar stands none", line=line[:80])
    try:
        values = probabilities_of(numbers)
    except ValueError:
        raise InputError(f"`{rule}` must hold, but got line={line[:80]!r}.") from None
    require(len(values) == doses, f"a scenario has {doses} probabilities", line=line[:80])
    return ToxicityScenario(probabilities=values, name=name, right=() if bar else None)


def _rounded(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(float(one), 3) for one in values)
