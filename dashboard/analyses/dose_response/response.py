"""The efficacy response by dose: means or shares with intervals, and estimates with covariance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.dosing.response import DoseEstimates
from analytics.dosing.response.fit import quantile
from analytics.results import Result, registered, require_columns
from analytics.safety.incidence import wilson
from dashboard.analyses.dose_response.arms import ArmDoses, ArmDosesAnalysis
from queries import questions
from queries.store import Store

Measure = Literal["change", "value", "responders", "yes"]
Missing = Literal["left out", "no response"]
Direction = Literal["increase", "decrease"]
LEVEL = 0.95
_OBSERVED = "are left out (observed cases), as if they were like those who stayed"
RESPONSE_COLUMNS = (
    "dose", "arms", "subjects", "analysed", "missing", "responders", "sd", "estimate", "lower",
    "upper",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseEndpoint:
    """What counts as the response.

    Parameters
    ----------
    dataset, parameter, visit : str
        Where it is measured, as `response_parameters` names them.
    measure : {"change", "value", "responders", "yes"}
        Mean change from baseline, mean value, share of subjects whose change is large enough, or
        share with the value 1.
    direction : {"increase", "decrease"}
        Which change of the value is a benefit.
    least : float
        For "responders": the smallest change that counts, > 0, in the direction of benefit.
    missing : {"left out", "no response"}
        What subjects without a value count as; for means they are left out.

    Examples
    --------
    >>> DoseEndpoint(dataset="adeff", parameter="SCORE", visit="WEEK 12").is_share
    False
    """

    dataset: str
    parameter: str
    visit: str
    measure: Measure = "change"
    direction: Direction = "decrease"
    least: float = 1.0
    missing: Missing = "no response"

    def __post_init__(self) -> None:
        for value, kind in ((self.measure, Measure), (self.direction, Direction)):
            require(value in get_args(kind), f"one of {get_args(kind)}", got=value)
        require(self.missing in get_args(Missing), f"one of {get_args(Missing)}", got=self.missing)
        large = self.measure != "responders" or (np.isfinite(self.least) and self.least > 0)
        require(large, "the change of a responder > 0", least=self.least)

    @property
    def is_share(self) -> bool:
        """Whether the response is a share of subjects, fitted as log odds."""
        return self.measure in ("responders", "yes")

    @property
    def benefit(self) -> Direction:
        """Which change of the response is a benefit."""
        return "increase" if self.measure == "responders" else self.direction

    @property
    def title(self) -> str:
        """For axes, without the unit."""
        return {
            "change": f"Change of {self.parameter} at {self.visit}",
            "value": f"{self.parameter} at {self.visit}",
            "responders": f"Responders at {self.visit}",
            "yes": f"{self.parameter} at {self.visit}",
        }[self.measure]

    def sentence(self) -> str:
        """What the response is, for notes."""
        side = {"increase": "higher", "decrease": "lower"}[self.direction]
        sign = {"increase": "", "decrease": "-"}[self.direction]
        reach = {"increase": "or more", "decrease": "or less"}[self.direction]
        what = {
            "change": f"Mean change of {self.parameter} from baseline",
            "value": f"Mean {self.parameter}",
            "responders": f"Share of subjects whose {self.parameter} changed from baseline by "
            f"{sign}{self.least:g} {reach}",
            "yes": f"Share of subjects with {self.parameter} 1",
        }[self.measure]
        better = "" if self.measure == "responders" else f"; {side} is better"
        return f"{what} at {self.visit}{better}."


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseAnalysis:
    """The response of each planned dose.

    Parameters
    ----------
    endpoint : DoseEndpoint
    arms : ArmDosesAnalysis
        Whose arms, of which subjects.
    """

    endpoint: DoseEndpoint
    arms: ArmDosesAnalysis = field(default_factory=ArmDosesAnalysis)

    def run(self, store: Store) -> ResponseAnswer:
        """Ask the store; `NotEstimableError` without three doses, or for a blinded reader."""
        doses = self.arms.run(store)
        doses.require_curve()
        asked = self.endpoint
        found = questions.responses_at_visit(
            store=store,
            dataset=asked.dataset,
            parameter=asked.parameter,
            visit=asked.visit,
            cohort=self.arms.cohort,
        )
        rows = found.assign(dose=doses.of_arm(found["arm"])).dropna(subset=["dose"])
        rows = rows.assign(response=_responses(rows, asked))
        analysed = rows.dropna(subset=["response"])
        estimates, refusal = _estimated(analysed, asked, doses)
        return ResponseAnswer(
            doses=doses,
            table=_table(rows, asked, doses, estimates),
            estimates=estimates,
            refusal=refusal,
            endpoint=asked.sentence(),
            is_share=asked.is_share,
            carried=int(rows["carried"].sum()),
            counts_missing=asked.is_share and asked.missing == "no response",
        )


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResponseAnswer(Result):
    """The response by dose.

    Parameters
    ----------
    doses : ArmDoses
    table : DataFrame
        Columns `RESPONSE_COLUMNS`, one row per dose; `estimate` is a mean, or a share in [0, 1],
        with a 95% interval: of a mean by the standard deviation of all doses, of a share by Wilson.
    estimates : DoseEstimates or None
        Means, or log odds, with their covariance; None where there is none, as `refusal` says.
    refusal, endpoint : str
    is_share, counts_missing : bool
        Whether the response is a share, and subjects without a value count as not responding.
    carried : int
        Subjects whose value was carried to the visit, and counts as missing.
    """

    doses: ArmDoses
    table: pd.DataFrame
    estimates: DoseEstimates | None
    refusal: str
    endpoint: str
    is_share: bool
    carried: int
    counts_missing: bool

    def __post_init__(self) -> None:
        require_columns(self.table, RESPONSE_COLUMNS, "one row per dose")

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table.copy()

    def estimable(self) -> DoseEstimates:
        """The estimates; `NotEstimableError` where there are none."""
        if self.estimates is None:
            raise NotEstimableError(self.refusal)
        return self.estimates

    def notes(self) -> tuple[str, ...]:
        """What the numbers are and whom they leave out."""
        missing = int(self.table["missing"].sum())
        said = [self.endpoint, *self.doses.notes()]
        if missing:
            counts = "count as not responding" if self.counts_missing else _OBSERVED
            said.append(f"{missing:,} subjects without a value at the visit {counts}.")
        if self.carried:
            said.append(f"{self.carried:,} of these have a value carried to the visit.")
        return tuple(said)


def _responses(rows: pd.DataFrame, asked: DoseEndpoint) -> pd.Series:
    if asked.measure in ("change", "value"):
        return rows[asked.measure]
    if asked.measure == "responders":
        change = rows["change"] * (1 if asked.direction == "increase" else -1)
        # Differences of recorded decimals: 30.1 - 20.1 is to count as 10.
        response = (change >= asked.least - 1e-9).astype(float).where(change.notna())
    else:
        known = rows["value"].dropna()
        require(bool(known.isin([0, 1]).all()), f"{asked.parameter} has only the values 0 and 1")
        response = rows["value"]
    return response.fillna(0.0) if asked.missing == "no response" else response


def _estimated(
    analysed: pd.DataFrame, asked: DoseEndpoint, doses: ArmDoses
) -> tuple[DoseEstimates | None, str]:
    here = set(analysed["dose"])
    empty = [dose for dose in doses.doses if dose not in here]
    if empty:
        listed = ", ".join(f"{dose:g}" for dose in empty)
        return None, f"Nobody has a value at the visit at dose {listed}."
    try:
        if not asked.is_share:
            return DoseEstimates.from_subjects(analysed["dose"], analysed["response"]), ""
        counted = analysed.groupby("dose")["response"].agg(["sum", "size"])
        return DoseEstimates.from_counts(counted.index, counted["sum"], counted["size"]), ""
    except NotEstimableError as error:
        return None, str(error)


def _table(
    rows: pd.DataFrame, asked: DoseEndpoint, doses: ArmDoses, estimates: DoseEstimates | None
) -> pd.DataFrame:
    of_change = asked.measure in ("change", "responders")
    measured = rows.assign(without=rows["change" if of_change else "value"].isna())
    by_dose = measured.groupby("dose")
    response = by_dose["response"]
    table = pd.DataFrame({"dose": doses.doses}).set_index("dose")
    used = doses.used.groupby("dose")["arm"]
    table["arms"] = used.agg(", ".join)
    table["subjects"] = by_dose.size()
    table["analysed"] = response.count()
    table["missing"] = by_dose["without"].sum()
    counts = ["subjects", "analysed", "missing"]
    table[counts] = table[counts].fillna(0).astype(int)
    table["responders"] = response.sum() if asked.is_share else np.nan
    table["sd"] = np.nan if asked.is_share else response.std()
    table["estimate"] = response.mean()
    table["lower"], table["upper"] = _limits(table, asked, estimates)
    return table.reset_index()[list(RESPONSE_COLUMNS)]


def _limits(
    table: pd.DataFrame, asked: DoseEndpoint, estimates: DoseEstimates | None
) -> tuple[np.ndarray, np.ndarray]:
    if asked.is_share:
        some = table["analysed"] > 0
        lower, upper = np.full(len(table), np.nan), np.full(len(table), np.nan)
        events = table.loc[some, "responders"].to_numpy()
        lower[some], upper[some] = wilson(events, table.loc[some, "analysed"].to_numpy())
        return lower, upper
    if estimates is None:
        return np.full(len(table), np.nan), np.full(len(table), np.nan)
    error = np.sqrt(np.diag(np.asarray(estimates.covariance)))
    reach = quantile((1 + LEVEL) / 2, estimates.df) * error
    mean = table["estimate"].to_numpy()
    return mean - reach, mean + reach
