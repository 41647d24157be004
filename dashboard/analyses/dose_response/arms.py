"""Which dose each arm of a study stands for, and how that is known."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from analytics.checks import NotEstimableError
from analytics.results import Result, registered, require_columns
from queries import questions
from queries.cohorts import EVERYONE, Cohort
from queries.store import Store

BLINDED = "The response to dose is not shown: the study is blinded, and a dose stands for an arm."
NOT_COLLECTED = "not collected"
FEWEST = 3
ARM_COLUMNS = ("arm", "subjects", "dose", "unit", "taken_from")
_IN_LABEL = re.compile(
    r"(?<![\w.,])(\d+(?:\.\d+)?)\s*(mg|ug|µg|μg|mcg|ng|g|ml|iu|units?)\b", re.IGNORECASE
)
_PLACEBO = re.compile(r"\bplacebo\b", re.IGNORECASE)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmDoses(Result):
    """The doses of a study's arms.

    Parameters
    ----------
    table : DataFrame
        Columns `ARM_COLUMNS`, one row per arm in the study's order; `dose` is NaN where none is
        known, and `taken_from` says how it is known.
    left_out : tuple of str
        Arms that the reader leaves out, such as a comparator.
    """

    table: pd.DataFrame
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_columns(self.table, ARM_COLUMNS, "one row per arm")

    @property
    def used(self) -> pd.DataFrame:
        """The arms with a dose that are not left out."""
        chosen = self.table["dose"].notna() & ~self.table["arm"].isin(self.left_out)
        return self.table[chosen]

    @property
    def doses(self) -> tuple[float, ...]:
        """The different doses, rising."""
        return tuple(sorted({float(dose) for dose in self.used["dose"]}))

    @property
    def unit(self) -> str:
        """Of the doses; empty where it is not known."""
        return next((unit for unit in self.used["unit"] if unit), "")

    def of_arm(self, arms: pd.Series) -> pd.Series:
        """The dose of each of some arms; NaN for arms that are not used."""
        known = dict(zip(self.used["arm"], self.used["dose"], strict=True))
        return arms.map(known).astype(float)

    def require_curve(self) -> None:
        """Raise `NotEstimableError` unless there are placebo and two or more doses in one unit."""
        units = sorted({unit.lower() for unit in self.used["unit"] if unit})
        if len(units) > 1:
            raise NotEstimableError(f"Doses are in different units: {', '.join(units)}.")
        if len(self.doses) < FEWEST:
            found = ", ".join(f"{dose:g}" for dose in self.doses) or "none"
            raise NotEstimableError(
                "A response to dose needs arms of three or more different doses, placebo among "
                f"them; doses found: {found}."
            )
        if self.doses[0] != 0:
            raise NotEstimableError(
                f"Effects are measured against dose 0; the lowest dose is {self.doses[0]:g}."
            )

    def notes(self) -> tuple[str, ...]:
        """How the doses are known, and which arms are not among them."""
        used = self.used
        ways = "; ".join(
            f"{', '.join(rows['arm'])}: {way}"
            for way, rows in used.groupby("taken_from", sort=False)
        )
        said = [f"Doses are those of the planned arms ({ways})."] if len(used) else []
        for dose, rows in used.groupby("dose"):
            if len(rows) > 1:
                said.append(f"{', '.join(rows['arm'])} count as one dose, {dose:g}.")
        unknown = self.table.loc[self.table["dose"].isna(), "arm"]
        if len(unknown):
            said.append(f"Without a dose, left out: {', '.join(unknown)}.")
        if self.left_out:
            said.append(f"Left out by choice: {', '.join(self.left_out)}.")
        return tuple(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmDosesAnalysis:
    """The dose of each planned arm.

    A dose column of ADSL (DOSE01P) comes first, then an amount in the arm's name, then the dose
    that was given on most days (EX, ADEX). An arm called placebo without such an amount in its
    name has dose 0.

    Examples
    --------
    >>> ArmDosesAnalysis().run(store).table[["arm", "dose"]].values.tolist()
    [['Placebo', 0.0], ['Active', nan]]
    """

    cohort: Cohort = EVERYONE
    left_out: tuple[str, ...] = ()

    def run(self, store: Store) -> ArmDoses:
        """Ask the store; `NotEstimableError` for a blinded reader."""
        if store.pooled:
            raise NotEstimableError(BLINDED)
        arms = questions.arm_doses(store=store, cohort=self.cohort)
        rows = [_known_dose(row) for row in arms.to_dict("records")]
        return ArmDoses(table=pd.DataFrame(rows, columns=ARM_COLUMNS), left_out=self.left_out)


def _known_dose(row: dict[str, object]) -> dict[str, object]:
    arm = str(row["arm"])
    found = {"arm": arm, "subjects": row["subjects"]}
    unit = _text(row["planned_unit"]) or _text(row["given_unit"])
    amounts = _IN_LABEL.findall(arm)
    if row["planned_doses"] == 1:
        in_label = amounts[0][1] if len(amounts) == 1 else ""
        known = (row["planned_dose"], unit or in_label, "planned dose of ADSL (DOSE01P)")
    elif len(amounts) == 1:
        known = (float(amounts[0][0]), amounts[0][1], "amount in the arm's name")
    elif _PLACEBO.search(arm) and not amounts:
        known = (0.0, "", "placebo by the arm's name")
    elif not pd.isna(row["given_dose"]):
        known = (row["given_dose"], _text(row["given_unit"]), "dose given on most days (EX)")
    else:
        known = (float("nan"), "", NOT_COLLECTED)
    return found | dict(zip(ARM_COLUMNS[2:], known, strict=True))


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)
