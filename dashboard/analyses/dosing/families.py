"""The families of designs: how they are called, what decides in them, and which rules apply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Family = Literal[
    "3+3", "BOIN", "Keyboard", "mTPI-2", "CRM", "Two-parameter CRM", "BLRM", "EWOC"
]  # fmt: skip
FAMILIES: tuple[Family, ...] = get_args(Family)  # they decide by counts, cohort by cohort
ComparedFamily = Literal[Family, "TITE-CRM"]
COMPARED: tuple[ComparedFamily, ...] = get_args(ComparedFamily)  # they aim at a target toxicity
OfferedFamily = Literal[ComparedFamily, "BOIN12"]
OFFERED: tuple[OfferedFamily, ...] = get_args(OfferedFamily)


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyFacts:
    """What is known of a family.

    Parameters
    ----------
    has_card : bool
        Whether patients and toxicities at the current dose alone say what to do.
    limited, safeguarded : bool
        Whether limits to the next dose, and the rule that the lowest dose is too toxic, apply.
    ruled : bool
        Whether any other rule and any cohort but one of three applies.
    table_reason : str
        Why there is no card.
    slow : bool
        Whether its posterior takes seconds for all states of a trial, or for very many patients.
    paper : str
    """

    has_card: bool = False
    limited: bool = False
    safeguarded: bool = False
    ruled: bool = True
    slow: bool = False
    table_reason: str = ""
    paper: str


_POSTERIOR = (
    "The next dose follows from a curve fitted to all doses together: the same patients and "
    "toxicities at one dose lead to different doses, depending on what was seen at the others."
)
FACTS: Mapping[OfferedFamily, FamilyFacts] = {
    "3+3": FamilyFacts(
        ruled=False,
        table_reason="Whether the design escalates or stops after the same outcome depends on "
        "what was seen at the dose above.",
        paper="Storer (1989), Biometrics 45:925-937; Korn and others (1994), Statistics in "
        "Medicine 13:1799-1806",
    ),
    "BOIN": FamilyFacts(
        has_card=True,
        paper="Liu and Yuan (2015), Journal of the Royal Statistical Society C 64:507-523",
    ),
    "Keyboard": FamilyFacts(
        has_card=True,
        paper="Yan, Mandrekar and Yuan (2017), Clinical Cancer Research 23:3994-4003",
    ),
    "mTPI-2": FamilyFacts(
        has_card=True,
        paper="Guo, Wang, Yang, Lynn and Ji (2017), Contemporary Clinical Trials 58:23-33",
    ),
    "CRM": FamilyFacts(
        limited=True,
        safeguarded=True,
        table_reason=_POSTERIOR,
        paper="O'Quigley, Pepe and Fisher (1990), Biometrics 46:33-48; Cheung (2011), Dose "
        "finding by the continual reassessment method",
    ),
    "Two-parameter CRM": FamilyFacts(
        limited=True,
        safeguarded=True,
        slow=True,
        table_reason=_POSTERIOR,
        paper="Cheung (2011), Dose finding by the continual reassessment method, chapter 3",
    ),
    "BLRM": FamilyFacts(
        limited=True,
        safeguarded=True,
        slow=True,
        table_reason=_POSTERIOR,
        paper="Neuenschwander, Branson and Gsponer (2008), Statistics in Medicine 27:2420-2439",
    ),
    "EWOC": FamilyFacts(
        limited=True,
        slow=True,
        table_reason=_POSTERIOR,
        paper="Babb, Rogatko and Zacks (1998), Statistics in Medicine 17:1103-1120",
    ),
    "TITE-CRM": FamilyFacts(
        ruled=False,
        table_reason="Each patient counts by how long he or she has been followed: the same "
        "patients and toxicities lead to different doses on different days.",
        paper="Cheung and Chappell (2000), Biometrics 56:1177-1182; Cheung (2011), Dose finding "
        "by the continual reassessment method, chapter 11",
    ),
    "BOIN12": FamilyFacts(
        has_card=True,
        ruled=False,
        paper="Lin, Zhou, Yan, Li and Yuan (2020), JCO Precision Oncology 4:1393-1402",
    ),
}
