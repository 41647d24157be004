"""Exposure of some subjects: duration, dose intensity, changes of dose, and what the data state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from analytics.checks import NotEstimableError
from analytics.safety.exposure import (
    DoseOverTime,
    PlannedDose,
    SubjectExposure,
    fit_time_on_treatment,
    follow_doses,
    measure_exposure,
)
from analytics.survival import KaplanMeier
from dashboard.analyses.safety.dose_records import DoseRecords, read_doses
from dashboard.analyses.safety.subjects import SafetySubjects
from queries import questions
from queries.store import Store

STATED: Mapping[str, tuple[str, float, float]] = MappingProxyType(
    {
        "TRTDUR": ("days", 1.0, 0.0),
        "CUMDOSE": ("cumulative", 1.0, 0.005),
        "RDI": ("relative", 100.0, 0.051),
        "NREDUC": ("reductions", 1.0, 0.0),
        "NINTER": ("interruptions", 1.0, 0.0),
    }
)
"""Parameters of ADEX: the measure that each states, in which multiple, and how it is rounded."""

REASON_COLUMNS = ("change", "reason", "arm", "subjects", "records")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureAnalysis:
    """Whose exposure, and what dose intensity is relative to.

    Parameters
    ----------
    subjects : SafetySubjects
    planned : PlannedDose
    treatment : str, optional
        Where subjects are given several: whose doses count.
    unit : str
        Of time on treatment.

    Examples
    --------
    >>> ExposureAnalysis(subjects=SafetySubjects()).planned.reference
    'first'
    """

    subjects: SafetySubjects
    planned: PlannedDose = field(default=PlannedDose())
    treatment: str | None = None
    unit: str = "months"

    def run(self, store: Store) -> ExposureAnswer:
        """Ask the store and measure.

        Raises
        ------
        NotEstimableError
            When the study is blinded, has no exposure, or nobody was treated.
        """
        doses = read_doses(store, self.subjects, self.treatment)
        exposure = measure_exposure(doses.dosing, self.planned)
        return ExposureAnswer(
            asked=self,
            doses=doses,
            exposure=exposure,
            on_treatment=fit_time_on_treatment(doses.dosing, unit=self.unit),
            over_time=_over_time(doses),
            reasons=adjustment_reasons(doses.records),
            disagreements=self._disagreements(store, exposure),
        )

    def _disagreements(self, store: Store, exposure: SubjectExposure) -> tuple[str, ...]:
        ours = {
            name: stated
            for name, stated in STATED.items()
            if name != "RDI" or self.planned == PlannedDose()
        }
        if self.treatment is not None:
            return ()
        found = questions.stated_exposure(
            store=store, parameters=list(ours), cohort=self.subjects.chosen(), arm=self.subjects.arm
        )
        compared = (compare_stated(found, exposure.table, name) for name in ours)
        return tuple(said for said in compared if said is not None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExposureAnswer:
    """The exposure; where something does not exist, the sentence that says why.

    Parameters
    ----------
    asked : ExposureAnalysis
    doses : DoseRecords
    exposure : SubjectExposure
    on_treatment : KaplanMeier
        In the unit asked for.
    over_time : DoseOverTime or str
    reasons : DataFrame
        `change`, `reason`, `arm`, `subjects`, `records`: why doses were changed, where collected.
    disagreements : tuple of str
        Where the data state another value than the records of doses give.
    """

    asked: ExposureAnalysis
    doses: DoseRecords
    exposure: SubjectExposure
    on_treatment: KaplanMeier
    over_time: DoseOverTime | str
    reasons: pd.DataFrame
    disagreements: tuple[str, ...]

    @property
    def has_doses(self) -> bool:
        """Whether there are doses on record, and not only days."""
        return len(self.doses.dosing.dosed) > 0

    def raised(self) -> tuple[str, ...]:
        """Arms whose median relative dose intensity is above 100% of the first dose given."""
        if self.asked.planned.reference != "first":
            return ()
        stated = dict(self.asked.planned.stated)
        medians = self.exposure.table.groupby("arm")["relative"].median()
        arms = self.exposure.arms
        return tuple(arm for arm in arms if arm not in stated and medians.get(arm, 0) > 1 + 1e-9)


def _over_time(doses: DoseRecords) -> DoseOverTime | str:
    try:
        return follow_doses(doses.dosing)
    except NotEstimableError as error:
        return str(error)


def compare_stated(stated: pd.DataFrame, table: pd.DataFrame, parameter: str) -> str | None:
    """How a parameter that the data state differs from what the records of doses give.

    Returns
    -------
    str or None
        None where every subject with both agrees, up to rounding.

    Examples
    --------
    >>> stated = pd.DataFrame({"subject": ["S1", "S2"], "parameter": "TRTDUR", "value": [10, 12]})
    >>> table = pd.DataFrame({"subject": ["S1", "S2"], "days": [10, 14]})
    >>> compare_stated(stated, table, "TRTDUR")
    'TRTDUR as the data state it differs from the records of doses in 1 of 2 subjects (for \
instance S2: 12, not 14).'
    """
    measure, times, rounding = STATED[parameter]
    both = stated[stated["parameter"] == parameter].merge(table, on="subject")
    both = both.dropna(subset=["value", measure])
    ours = both[measure].astype(float) * times
    other = both[(both["value"] - ours).abs() > rounding + 1e-9]
    if other.empty:
        return None
    example = other.iloc[0]
    return (
        f"{parameter} as the data state it differs from the records of doses in {len(other):,} of "
        f"{len(both):,} subjects (for instance {example['subject']}: {example['value']:g}, not "
        f"{float(example[measure]) * times:g})."
    )


def adjustment_reasons(records: pd.DataFrame) -> pd.DataFrame:
    """Why doses were changed, by arm.

    Parameters
    ----------
    records : DataFrame
        `subject`, `arm`, `dose`, `reason`.

    Examples
    --------
    >>> records = pd.DataFrame(
    ...     {"subject": ["S1", "S2"], "arm": "A", "dose": [0.0, 50], "reason": ["AE", "AE"]}
    ... )
    >>> adjustment_reasons(records)[["change", "reason", "subjects", "records"]].values.tolist()
    [['Dose changed', 'AE', 1, 1], ['Interrupted', 'AE', 1, 1]]
    """
    known = records.dropna(subset=["reason"])
    change = (known["dose"] == 0).map({True: "Interrupted", False: "Dose changed"})
    grouped = known.assign(change=change).groupby(["change", "reason", "arm"])["subject"]
    counted = grouped.agg(subjects="nunique", records="size").reset_index()
    return counted[list(REASON_COLUMNS)]
