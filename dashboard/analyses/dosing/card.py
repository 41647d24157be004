"""The decision table as a card that can be printed and hung up in a clinic."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd

from analytics.checks import NotEstimableError
from analytics.dosing.escalation import Boin, Keyboard, Mtpi2
from dashboard.analyses.dosing.families import FACTS
from dashboard.analyses.dosing.proposal import DosingProposal

SUPPORTS = "Supports the dose-escalation committee; decides nothing."
HEADS = (
    "Patients at the dose",
    "Escalate if toxicities ≤",
    "De-escalate if toxicities ≥",
    "Eliminate if toxicities ≥",
)
_MOST = 60
_STYLE = (
    "body{font:14px sans-serif;margin:2em;color:#0B161C}table{border-collapse:collapse}"
    "th,td{border:1px solid #55676F;padding:.3em .6em;text-align:center}"
    "th{background:#F4F7F8}p{max-width:46em}section{break-inside:avoid}@page{margin:15mm}"
)


def decision_limits(proposal: DosingProposal) -> pd.DataFrame:
    """By patients treated at the current dose: `patients`, `escalate`, `deescalate`, `eliminate`.

    Between the limits the dose is given again. NaN where no number of toxicities does so.

    Raises
    ------
    NotEstimableError
        The design has no such table; the sentence says why.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> decision_limits(usual_dosing()).iloc[[2, 5]].to_numpy().tolist()
    [[3.0, 0.0, 1.0, 3.0], [6.0, 1.0, 2.0, 4.0]]
    """
    counted = proposal.family not in ("TITE-CRM", "BOIN12")
    method = proposal.design().method if counted else None
    if not isinstance(method, Boin | Keyboard | Mtpi2):
        said = f"{proposal.family} has no table by patients at the dose. "
        raise NotEstimableError(said + FACTS[proposal.family].table_reason)
    return method.boundaries(min(proposal.most_patients, _MOST))


def whole_cohorts(limits: pd.DataFrame, size: int) -> pd.DataFrame:
    """The rows of the table for whole cohorts of a size.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> whole_cohorts(decision_limits(usual_dosing()), 10)["patients"].tolist()
    [10, 20, 30]
    """
    return limits[limits["patients"] % size == 0].reset_index(drop=True)


def card_rows(limits: pd.DataFrame) -> pd.DataFrame:
    """The table of the card as text, a dash where no number of toxicities does so.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> card_rows(decision_limits(usual_dosing())).iloc[0].tolist()
    ['1', '0', '1', '–']
    """
    cells = limits.map(lambda one: "–" if one != one else f"{one:.0f}")
    return cells.set_axis(list(HEADS), axis=1)


def card_notes(proposal: DosingProposal) -> list[str]:
    """What stands under the card, in sentences."""
    method = proposal.design().method
    said = [
        f"{proposal.family} with a target of {100 * proposal.target:g} % and "
        f"{proposal.doses} doses: {', '.join(proposal.names)}.",
        "Toxicities are dose-limiting toxicities of all patients treated at the dose so far. "
        "Between the limits the dose is given again; at the lowest dose it is too where the card "
        "says de-escalate, and at the highest one, or below an eliminated one, where it says "
        "escalate.",
        "An eliminated dose and all above it are never given again; when the lowest one is "
        "eliminated the trial stops and no dose is selected.",
    ]
    if isinstance(method, Boin) and method.extra_safety is not None:
        said.append(
            "The trial also stops when the lowest dose, given to three patients or more, is above "
            f"the target with a probability over {method.elimination - method.extra_safety:g}."
        )
    if proposal.rules.accelerated:
        said.append("Until the first toxicity, single patients are given each next dose instead.")
    return said


def card_html(proposal: DosingProposal, study: str) -> str:
    """The card as a page of its own, for a printer.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> "<th>Patients at the dose</th>" in card_html(usual_dosing(), "EQX <301>")
    True
    """
    table = printed_table(card_rows(decision_limits(proposal)))
    title = f"{study}: dose escalation by {proposal.family}"
    return printed_page(title, [table], card_notes(proposal))


def printed_table(rows: pd.DataFrame) -> str:
    """Cells of text as a table in HTML.

    Examples
    --------
    >>> printed_table(pd.DataFrame({"<n>": ["3"]}))
    '<table><thead><tr><th>&lt;n&gt;</th></tr></thead><tbody><tr><td>3</td></tr></tbody></table>'
    """
    head = "".join(f"<th>{escape(one)}</th>" for one in rows.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows.to_numpy().tolist()
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def printed_page(title: str, parts: Sequence[str], notes: Sequence[str]) -> str:
    """A page for a printer, which says who decides.

    Parameters
    ----------
    title : str
    parts : sequence of str
        In HTML.
    notes : sequence of str
        Sentences.

    Examples
    --------
    >>> "<h1>A &lt;b&gt;</h1>" in printed_page("A <b>", [], ["Sentence."])
    True
    """
    said = "".join(f"<p>{escape(one)}</p>" for one in notes)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        f"</title><style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>"
        f"<p><b>{escape(SUPPORTS)}</b></p>{''.join(parts)}{said}</body></html>"
    )
