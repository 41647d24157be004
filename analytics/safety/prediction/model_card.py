"""A model card: what a model of risk is, what it rests on, how good it is, where it ends."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from analytics.checks import require
from analytics.results import Result, registered

INTENDED_USE = "Supports review; does not recommend treatment."
FOR_THE_USER = "For the people of the study to complete."
NOT_APPLICABLE = "Not applicable."

# Items of TRIPOD+AI (Collins and others 2024, BMJ 385:e078378), in our own words.
TRIPOD_ITEMS = (
    (1, "Title: development of a model, who, what is predicted"),
    (2, "Abstract"),
    (3, "Background: context, purpose, known inequalities"),
    (4, "Objectives"),
    (5, "Sources of data and their dates"),
    (6, "Participants: setting, eligibility, treatments"),
    (7, "Preparation of the data"),
    (8, "Outcome: definition, horizon, how assessed"),
    (9, "Predictors: choice, definition, when measured"),
    (10, "Sample size"),
    (11, "Missing data"),
    (12, "Analytical methods: models, tuning, validation, measures"),
    (13, "Class imbalance"),
    (14, "Fairness: what was done about it"),
    (15, "Output of the model"),
    (16, "Differences between development and evaluation data"),
    (17, "Ethical approval"),
    (18, "Open science: funding, interests, protocol, registration, data, code"),
    (19, "Involvement of patients and the public"),
    (20, "Flow of participants and their characteristics"),
    (21, "Numbers of participants and events in the analyses"),
    (22, "The full model, so that it can be used"),
    (23, "Performance, with intervals, and in key groups"),
    (24, "Updating of the model"),
    (25, "Interpretation, fairness among it"),
    (26, "Limitations"),
    (27, "Use in current care: input, users, next steps"),
)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelCard(Result):
    """A model card.

    Parameters
    ----------
    title : str
    sections : mapping
        By heading, labels and what is said of them.
    items : mapping
        By number of the TRIPOD+AI item as text, where the card answers it.
    """

    title: str
    sections: Mapping[str, Mapping[str, str]]
    items: Mapping[str, str]

    def __post_init__(self) -> None:
        wanted = {str(number) for number, _ in TRIPOD_ITEMS}
        require(
            set(self.items) == wanted, "every TRIPOD+AI item is spoken of", items=len(self.items)
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that the card says."""
        told = {"title": self.title, "sections": _plain(self.sections), "items": dict(self.items)}
        text = json.dumps(told, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_frame(self) -> pd.DataFrame:
        """One row per line of the card: `section`, `item`, `text`; TRIPOD+AI items come last.

        Examples
        --------
        >>> items = {str(number): "Data." for number, _ in TRIPOD_ITEMS}
        >>> card = ModelCard(title="Card", sections={"Data": {"Subjects": "720"}}, items=items)
        >>> card.to_frame().values.tolist()[0]
        ['Data', 'Subjects', '720']
        """
        rows = [
            (section, item, text)
            for section, own in self.sections.items()
            for item, text in own.items()
        ]
        rows += [("TRIPOD+AI", f"{n}. {what}", self.items[str(n)]) for n, what in TRIPOD_ITEMS]
        return pd.DataFrame(rows, columns=["section", "item", "text"])

    def to_html(self) -> str:
        """A page of its own: nothing is fetched, whatever the data hold is only text.

        Examples
        --------
        >>> items = {str(number): "" for number, _ in TRIPOD_ITEMS}
        >>> card = ModelCard(title="<b>", sections={"Data": {"Subjects": "<script>"}}, items=items)
        >>> "<script>" in card.to_html(), "&lt;script&gt;" in card.to_html()
        (False, True)
        """
        body = "".join(_section(heading, rows) for heading, rows in self.sections.items())
        items = {f"{n}. {what}": self.items[str(n)] for n, what in TRIPOD_ITEMS}
        return _PAGE.format(
            title=escape(self.title),
            use=escape(INTENDED_USE),
            body=body + _section("TRIPOD+AI", items),
            fingerprint=self.fingerprint,
        )


def card_items(answers: Mapping[int, str]) -> dict[str, str]:
    """Where each TRIPOD+AI item is answered; what is not named is for the user to complete.

    Examples
    --------
    >>> card_items({1: "The title."})["1"], card_items({})["17"]
    ('The title.', 'For the people of the study to complete.')
    """
    return {str(number): answers.get(number, FOR_THE_USER) for number, _ in TRIPOD_ITEMS}


def listed(values: Sequence[str], nothing: str = "None.") -> str:
    """Values as one text.

    Examples
    --------
    >>> listed(["AGE", "SEX"]), listed([])
    ('AGE, SEX', 'None.')
    """
    return ", ".join(values) if values else nothing


def _plain(sections: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {heading: dict(rows) for heading, rows in sections.items()}


def _section(heading: str, rows: Mapping[str, str]) -> str:
    cells = "".join(
        f"<tr><th scope='row'>{escape(label)}</th><td>{escape(text)}</td></tr>"
        for label, text in rows.items()
    )
    return f"<section><h2>{escape(heading)}</h2><table>{cells}</table></section>"


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  background: #fdfefe; color: #10191f; }}
h1 {{ font-size: 1.6rem; }} h2 {{ font-size: 1.15rem; margin-top: 2rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .35rem .6rem;
  border-bottom: 1px solid #c9d4d9; overflow-wrap: anywhere; }}
th {{ width: 32%; font-weight: 600; }}
.use {{ font-weight: 600; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #0f171c; color: #e6edf0; }}
  th, td {{ border-color: #2b3b44; }} }}
</style></head><body><h1>{title}</h1><p class="use">{use}</p>{body}
<p>SHA-256 of this card: {fingerprint}</p></body></html>
"""
