"""Scenarios of toxicity and efficacy: fixed ones, and as typed, one a line."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.checks import InputError, require
from analytics.dosing.efficacy_toxicity import EfficacyToxicityScenario
from dashboard.analyses.dosing.proposal import LONGEST_NAME, DosingProposal
from dashboard.analyses.dosing.typed_scenarios import name_and_rest, parsed_lines, probabilities_of

_LONGEST_NAME = LONGEST_NAME + len("Best ")
_TOXIC_STEP, _EFFECT_STEP = 2.0, 3.0  # odds from dose to dose
_GAIN = 4.0  # odds of the best efficacy over those of the least acceptable one
_RULE = "a scenario is a name, a colon, toxicity by dose, a slash and efficacy by dose"


def fixed_joint_scenarios(proposal: DosingProposal) -> tuple[EfficacyToxicityScenario, ...]:
    """Each dose in turn is best; in two more no dose is right.

    Odds of toxicity double from dose to dose and pass the limit above the best one. Odds of
    efficacy treble up to the best dose, where they are four times those of the least acceptable
    efficacy, and stay there. In the last two every dose is too toxic, or none effective enough.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> found, design = fixed_joint_scenarios(usual_dosing()), usual_dosing().boin12()
    >>> [one.name for one in found][-3:]
    ['Best 80 mg', 'All too toxic', 'None effective']
    >>> [design.best_doses(one) for one in found]
    [(1,), (2,), (3,), (4,), (5,), (), ()]
    """
    design, doses = proposal.boin12(), range(proposal.doses)
    limit, least = _odds(design.toxicity_limit), _odds(design.least_efficacy)
    shown = []
    for best, name in enumerate(proposal.names):
        toxicity = [_share(limit * _TOXIC_STEP ** (d - best - 0.5)) for d in doses]
        efficacy = [_share(_GAIN * least * _EFFECT_STEP ** min(d - best, 0)) for d in doses]
        one = _scenario(name, toxicity, efficacy)
        right = design.best_doses(one) == (best + 1,)
        shown.append(_scenario(f"{'Best' if right else 'Rises to'} {name}", toxicity, efficacy))
    toxic = [_share(limit * _TOXIC_STEP ** (d + 1)) for d in doses]
    good = [_share(_GAIN * least) for _ in doses]
    poor = [_share(least / 3) for _ in doses]
    return (
        *shown,
        _scenario("All too toxic", toxic, good),
        _scenario("None effective", list(shown[-1].toxicity), poor),
    )


def written_joint(scenarios: Sequence[EfficacyToxicityScenario]) -> str:
    """Scenarios as text, which `parsed_joint` reads.

    Examples
    --------
    >>> one = EfficacyToxicityScenario(toxicity=(0.1, 0.25), efficacy=(0.2, 0.4), name="Usual")
    >>> written_joint([one])
    'Usual: 0.1, 0.25 / 0.2, 0.4'
    """
    return "\n".join(
        f"{one.name}: {_listed(one.toxicity)} / {_listed(one.efficacy)}" for one in scenarios
    )


def parsed_joint(text: str, *, doses: int) -> tuple[EfficacyToxicityScenario, ...]:
    """The scenarios of a text.

    Raises
    ------
    InputError
        With the line that breaks a rule.

    Examples
    --------
    >>> parsed_joint("Flat: 0.1 0.1 / 0.3 0.3", doses=2)
    (EfficacyToxicityScenario(toxicity=(0.1, 0.1), efficacy=(0.3, 0.3), name='Flat', \
odds_ratio=1.0),)
    """
    return parsed_lines(text, lambda line: _parsed_line(line, doses))


def _parsed_line(line: str, doses: int) -> EfficacyToxicityScenario:
    name, rest = name_and_rest(line, _RULE, longest=_LONGEST_NAME)
    parts = rest.split("/")
    require(len(parts) == 2, _RULE, line=line[:80])
    try:
        toxicity, efficacy = (probabilities_of(part) for part in parts)
    except ValueError:
        raise InputError(f"`{_RULE}` must hold, but got line={line[:80]!r}.") from None
    for values, what in ((toxicity, "toxicity"), (efficacy, "efficacy")):
        rule = f"a scenario has {doses} probabilities of {what}"
        require(len(values) == doses, rule, line=line[:80])
    return EfficacyToxicityScenario(toxicity=toxicity, efficacy=efficacy, name=name)


def _scenario(
    name: str, toxicity: Sequence[float], efficacy: Sequence[float]
) -> EfficacyToxicityScenario:
    return EfficacyToxicityScenario(
        toxicity=tuple(round(one, 3) for one in toxicity),
        efficacy=tuple(round(one, 3) for one in efficacy),
        name=name,
    )


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{one:.4g}" for one in values)


def _odds(share: float) -> float:
    return share / (1 - share)


def _share(odds: float) -> float:
    return odds / (1 + odds)
