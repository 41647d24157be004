"""BOIN12 as a card to print: limits by patients at a dose, and scores that rank doses."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError
from analytics.dosing.efficacy_toxicity.joint_counts import JointCounts
from dashboard.analyses.dosing.card import printed_page, printed_table
from dashboard.analyses.dosing.efficacy_toxicity.protocol import boin12_summary
from dashboard.analyses.dosing.proposal import DosingProposal

MOST = 24
LEFT_OUT = "out"
CORNER = "Tox. ↓ Eff. →"
_HEADS = {
    "patients": "Patients at the dose",
    "escalate": "Dose above considered if toxicities ≤",
    "deescalate": "De-escalate if toxicities ≥",
    "too_toxic": "Too toxic if toxicities ≥",
    "futile": "Not effective enough if efficacies ≤",
}


def card_sizes(proposal: DosingProposal) -> tuple[int, ...]:
    """Numbers of patients at a dose after whole cohorts, 0 first, 24 at most.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> card_sizes(usual_dosing())
    (0, 3, 6, 9, 12)
    """
    design = proposal.boin12()
    most = min(design.patients_at_dose or MOST, design.most_patients, MOST)
    return tuple(range(0, most + 1, design.cohort))


def joint_limits(proposal: DosingProposal) -> pd.DataFrame:
    """By patients at a dose: `escalate`, `deescalate`, `too_toxic`, `futile`; NaN for never.

    Below `explore_until` patients the dose above is considered after any number of toxicities
    below `deescalate`.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> joint_limits(usual_dosing()).to_numpy().tolist()[:2]
    [[3.0, 1.0, 2.0, 3.0, nan], [6.0, 1.0, 3.0, 5.0, nan]]
    """
    design = proposal.boin12()
    low, high = design.boundaries
    rows = []
    for n in card_sizes(proposal)[1:]:
        seen = np.arange(n + 1)
        counts = JointCounts(
            patients=np.full((n + 1, 1), n),
            toxicities=seen[:, None],
            efficacies=seen[:, None],
            both=seen[:, None],
        )
        down = seen >= high * n
        up = ~down & ((seen <= low * n) | (n < design.explore_until))
        toxic = design.too_toxic(counts)[:, 0] > design.toxicity_cutoff
        futile = design.futile(counts)[:, 0] > design.efficacy_cutoff
        rows.append(
            (n, _last(seen[up]), _first(seen[down]), _first(seen[toxic]), _last(seen[futile]))
        )
    return pd.DataFrame(rows, columns=list(_HEADS), dtype=float)


def limit_rows(limits: pd.DataFrame) -> pd.DataFrame:
    """The limits as text, a dash for never.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> limit_rows(joint_limits(usual_dosing())).iloc[0].tolist()
    ['3', '1', '2', '3', '–']
    """
    cells = limits.map(lambda one: "–" if one != one else f"{one:.0f}")
    return cells.set_axis(list(_HEADS.values()), axis=1)


def scores(proposal: DosingProposal) -> pd.DataFrame:
    """Desirability scores by `patients`, `toxicities`, `efficacies`.

    Raises
    ------
    NotEstimableError
        When utilities make the score depend on how many patients have both.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> len(scores(usual_dosing()))
    335
    """
    own = proposal.joint
    if abs(own.neither + own.both - 100) > 1e-9:
        raise NotEstimableError(
            "A table of scores by numbers of toxicities and efficacies needs utilities of neither "
            f"and of both that sum to 100; with {own.neither:g} and {own.both:g} the score also "
            "depends on how many patients have both. The Conduct tab takes that into account."
        )
    return proposal.boin12().desirability_table(card_sizes(proposal))


def score_grid(found: pd.DataFrame, patients: int) -> pd.DataFrame:
    """Scores for one number of patients as text: a row by toxicities, a column by efficacies.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> score_grid(scores(usual_dosing()), 3).iloc[3].tolist()
    ['3', 'out', 'out', 'out', 'out']
    """
    own = found[found["patients"] == patients]
    wide = own.pivot(index="toxicities", columns="efficacies", values="score")
    cells = wide.map(lambda one: LEFT_OUT if one != one else f"{one:g}")
    cells = cells.set_axis([f"{one}" for one in cells.columns], axis=1)
    cells.insert(0, CORNER, [f"{one}" for one in cells.index])
    return cells.reset_index(drop=True)


def joint_notes(proposal: DosingProposal) -> list[str]:
    """How the card is read, in sentences."""
    design = proposal.boin12()
    said = [
        f"{boin12_summary(proposal)} Doses: {', '.join(proposal.names)}.",
        "After each cohort: with as many toxicities at the current dose as de-escalate says, the "
        "dose below is next. Otherwise compare the scores of the current dose, of the one below "
        "and, where it is considered, of the one above: the highest score is next; of equal ones "
        "the lowest dose.",
        f'"{LEFT_OUT}": not given. A dose that is too toxic, and all above it, and a dose that is '
        "not effective enough are left out. When none of those to choose from is left, the trial "
        "stops and no dose is selected.",
    ]
    if design.explore_until > 1:
        said.append(
            f"With fewer than {design.explore_until} patients at the current dose the one above "
            "is considered unless the dose is de-escalated."
        )
    if design.patients_at_dose is not None:
        said.append(f"The trial stops when a dose has {design.patients_at_dose} patients.")
    if design.extra_exploration is not None:
        said.append(
            f"With {design.extra_exploration} patients at the current dose and fewer toxicities "
            "than de-escalate says, the dose above is next if it was never given and is not left "
            "out."
        )
    said.append(
        "The score ranks all outcomes on this card by the probability that the mean utility is "
        f"above {design.benchmark:g}; the higher the more desirable."
    )
    return said


def joint_card_html(proposal: DosingProposal, study: str) -> str:
    """The card as a page of its own, for a printer.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> "12 patients at the dose" in joint_card_html(usual_dosing(), "EQX <301>")
    True
    """
    found, sizes = scores(proposal), card_sizes(proposal)
    untried = score_grid(found, 0).iloc[0, 1]
    parts = [
        printed_table(limit_rows(joint_limits(proposal))),
        f"<h2>Desirability scores</h2><p>A dose without patients: {escape(untried)}.</p>",
    ]
    for n in sizes[1:]:
        parts.append(f"<section><h3>{n} patients at the dose</h3>")
        parts.append(f"{printed_table(score_grid(found, n))}</section>")
    return printed_page(f"{study}: dose optimisation by BOIN12", parts, joint_notes(proposal))


def _first(values: np.ndarray) -> float:
    return float(values[0]) if len(values) else float("nan")


def _last(values: np.ndarray) -> float:
    return float(values[-1]) if len(values) else float("nan")
