"""Scenarios from what a study saw: its adverse events by dose as toxicity of a trial to come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import InputError, NotEstimableError, require
from analytics.dosing.characteristics import ToxicityScenario
from analytics.results import Result, registered, require_columns
from analytics.safety.incidence import wilson
from analytics.safety.prediction.exposure_response import RISK_COLUMNS
from dashboard.analyses.designs.proposal import AssumptionsSource
from dashboard.analyses.dose_response.arms import ArmDosesAnalysis
from dashboard.analyses.prediction.dose import DoseResponse, FittedDoses
from queries.cohorts import late_parts
from queries.events import EventSelection
from queries.store import Store

FEWEST_DOSES = 3
BLINDED = (
    "Adverse events by dose are not shown: the study is blinded, and a dose stands for an arm."
)
SEEN_COLUMNS = ("dose", "subjects", "events", "incidence", "lower", "upper")
_POINTS = 80
_DIGITS = 4


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class SeenScenarios(Result):
    """A central, an optimistic and a pessimistic scenario from a curve fitted to a study.

    Parameters
    ----------
    study : str
        Its code.
    source : AssumptionsSource
        Event, cohort and snapshot, and all that a reader must know of the fit.
    amounts : tuple of float
        The doses they are for, in `unit`.
    unit : str
    central, optimistic, pessimistic : tuple of float
        Toxicity by dose: the curve, and the limits of its 95% band.
    beyond : tuple of float
        Those of the amounts outside the doses that were given: there they are extrapolated.

    Examples
    --------
    >>> source = AssumptionsSource(endpoint="Rash within 28 days", snapshot="S", unblinded=True)
    >>> seen = SeenScenarios(study="EQX-201", source=source, amounts=(10, 20), unit="mg",
    ...     central=(0.1, 0.2), optimistic=(0.05, 0.1), pessimistic=(0.2, 0.4))
    >>> [one.name for one in seen.scenarios]
    ['As seen', 'Optimistic', 'Pessimistic']
    >>> seen.sentence
    'From EQX-201: Rash within 28 days.'
    """

    study: str
    source: AssumptionsSource
    amounts: tuple[float, ...]
    unit: str
    central: tuple[float, ...]
    optimistic: tuple[float, ...]
    pessimistic: tuple[float, ...]
    beyond: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        lengths = {len(one) for one in (self.central, self.optimistic, self.pessimistic)}
        fits = lengths == {len(self.amounts)}
        require(fits, "each scenario has a probability for each dose", amounts=self.amounts)
        listed = set(self.beyond) <= set(self.amounts)
        require(listed, "what is extrapolated is one of the doses", beyond=self.beyond)
        _ = self.scenarios  # each must be a sound one

    @property
    def scenarios(self) -> tuple[ToxicityScenario, ...]:
        """The three; that some doses are extrapolated is in their names."""
        mark = ", extrapolated" if self.beyond else ""
        return tuple(
            ToxicityScenario(probabilities=one, name=f"{name}{mark}")
            for name, one in (
                ("As seen", self.central),
                ("Optimistic", self.optimistic),
                ("Pessimistic", self.pessimistic),
            )
        )

    @property
    def sentence(self) -> str:
        """Where they come from."""
        return f"From {self.study}: {self.source.endpoint}."

    @property
    def notes(self) -> tuple[str, ...]:
        """What stands under results that rest on them."""
        cohort = self.source.cohort_sentence
        whom = (cohort,) if cohort else ()
        return (self.sentence, *whom, *self.source.sentences)

    def require_for(self, amounts: tuple[float, ...], unit: str) -> None:
        """Raise `InputError` when they are for other doses than these."""
        if (self.amounts, self.unit) != (amounts, unit):
            own = ", ".join(f"{one:g}" for one in self.amounts)
            raise InputError(
                f"The scenarios from {self.study} are for the doses {own} {self.unit}. Take them "
                "from the study again for the doses of now."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ToxicitySeen:
    """The risk of an adverse event by dose in a study, read at the doses of a trial to come.

    Parameters
    ----------
    response : DoseResponse
        The event with its window, whose events count, and the shape of the curve. Neither a
        landmark nor adjustment.
    amounts : tuple of float
        Doses of the trial to come.
    unit : str
        Theirs; has to be that of the study where it states one.
    extrapolate : bool
        Whether amounts may be outside the doses that were given.
    """

    response: DoseResponse
    amounts: tuple[float, ...]
    unit: str = "mg"
    extrapolate: bool = False

    def __post_init__(self) -> None:
        require(not self.response.adjust, "the risk is that of the average subject")
        above = bool(self.amounts) and all(np.isfinite(one) and one >= 0 for one in self.amounts)
        require(above, "doses >= 0", amounts=self.amounts)

    @property
    def event(self) -> str:
        """What counts as toxicity."""
        question = self.response.question
        return f"{question.event()} within {question.horizon} days of first dose"

    def run(self, store: Store) -> ToxicitySeenAnswer:
        """Ask the store and fit.

        Raises
        ------
        InputError
            When the doses are in another unit than those of the study.
        NotEstimableError
            For a blinded reader, a cohort chosen by what happened later, fewer than three doses,
            no events, a risk that falls with dose, or doses outside those given unless they may
            be extrapolated.
        """
        if store.pooled:
            raise NotEstimableError(BLINDED)
        cohort = self.response.question.subjects.cohort
        if late_parts(cohort.rule, store.schema):
            raise NotEstimableError(
                "The cohort is chosen by what happened after baseline: risks from first dose on "
                "would be those of subjects chosen by their future."
            )
        self._require_unit(ArmDosesAnalysis(cohort=cohort).run(store).unit)
        known = self.response.fitted(store)
        low, high = known.fitted.doses[0], known.fitted.doses[-1]
        if len(known.fitted.doses) < FEWEST_DOSES:
            raise NotEstimableError(
                "A curve of risk by dose is seen from three different doses or more; "
                f"{len(known.fitted.doses)} were given."
            )
        last = max(high, *self.amounts) if self.extrapolate else high
        grid = np.linspace(low, last, _POINTS)
        curve = known.fitted.risks(grid, extrapolate=self.extrapolate).table
        return ToxicitySeenAnswer(
            event=self.event,
            unit=self.unit,
            curve=curve,
            table=known.fitted.risks(self.amounts, extrapolate=True).table,
            observed=_with_limits(known.observed),
            given=(low, high),
            extrapolated=self.extrapolate,
            notes=self._notes(known),
        )

    def _require_unit(self, unit: str) -> None:
        if unit and unit.lower() != self.unit.lower():
            raise InputError(
                f"The doses of this page are in {self.unit}, those of the study in {unit}."
            )

    def _notes(self, known: FittedDoses) -> tuple[str, ...]:
        fitted, shape = known.fitted, {"logistic": "Logistic", "emax": "Emax"}
        said = [
            f"{fitted.events:,} of {fitted.subjects:,} subjects had the event by then; death and "
            "discontinuation compete. The risk without the drug is part of it.",
            f"{shape[self.response.curve]} curve by maximum likelihood, weighted for censoring. "
            "Optimistic and pessimistic are the limits of its 95% band, at each dose by itself, "
            "held where they would fall with dose. "
            f"{known.source}",
            "An adverse event of this study stands in for a dose-limiting toxicity: patients, "
            "schedule and window may differ.",
        ]
        if fitted.left_out:
            said.append(f"{fitted.left_out:,} subjects without a dose are left out.")
        if fitted.at_bound:
            said.append(
                "A parameter of the curve ran into its bound: the data do not say how it bends, "
                "and the band is too narrow."
            )
        return tuple(said)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ToxicitySeenAnswer(Result):
    """Risk by dose as a study saw it, and at the doses of a trial to come.

    Parameters
    ----------
    event, unit : str
        What counts, and the unit of the doses.
    curve, table : DataFrame
        `dose`, `risk`, `lower`, `upper`: along the curve, and at the doses asked about, where
        doses outside those given are the curve's alone.
    observed : DataFrame
        Columns `SEEN_COLUMNS`, one row per dose given. `incidence` is that of Aalen and Johansen;
        the limits are Wilson's of the share with the event, and take no account of censoring.
    given : tuple of float
        Lowest and highest dose given.
    extrapolated : bool
        Whether doses outside may be taken.
    notes : tuple of str
    """

    event: str
    unit: str
    curve: pd.DataFrame
    table: pd.DataFrame
    observed: pd.DataFrame
    given: tuple[float, float]
    extrapolated: bool
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        require_columns(self.curve, RISK_COLUMNS, "the curve")
        require_columns(self.table, RISK_COLUMNS, "one row per dose asked about")
        require_columns(self.observed, SEEN_COLUMNS, "one row per dose given")

    @property
    def beyond(self) -> tuple[float, ...]:
        """The doses asked about that are outside those given."""
        low, high = self.given
        outside = ~self.table["dose"].between(low, high)
        return tuple(self.table.loc[outside, "dose"].tolist())

    def inside_given(self) -> pd.DataFrame:
        """The doses asked about that are within those given."""
        return self.table[self.table["dose"].between(*self.given)]

    def seen_and_fitted(self) -> pd.DataFrame:
        """What is drawn: the curve, and below it what was observed by dose."""
        seen = self.observed.rename(columns={"incidence": "observed"})
        return pd.concat([self.curve, seen], ignore_index=True)

    def to_frame(self) -> pd.DataFrame:
        """One row per dose asked about, with whether it is extrapolated."""
        return self.table.assign(extrapolated=self.table["dose"].isin(self.beyond))

    def taken(
        self,
        *,
        study: str,
        snapshot: str,
        cohort_sentence: str = "",
        cohort: str | None = None,
        cohort_version: int | None = None,
    ) -> SeenScenarios:
        """The scenarios, with where they come from.

        A limit of the band that falls with dose, as where few were treated, is held at its
        highest value so far: scenarios do not fall.

        Raises
        ------
        NotEstimableError
            When a dose is outside those given and may not be, or the fitted risk falls.
        """
        self._require_takeable()
        low, high = self.given
        said = list(self.notes)
        said.append("Observed: " + "; ".join(self._seen_at(row) for row in self._rows()) + ".")
        if self.beyond:
            listed = ", ".join(f"{one:g}" for one in self.beyond)
            said.append(
                f"Doses given were {low:g} to {high:g} {self.unit}; extrapolated by the shape of "
                f"the curve alone: {listed} {self.unit}."
            )
        return SeenScenarios(
            study=study,
            source=AssumptionsSource(
                endpoint=self.event,
                snapshot=snapshot,
                unblinded=True,
                sentences=tuple(said),
                cohort=cohort,
                cohort_version=cohort_version,
                cohort_sentence=cohort_sentence,
            ),
            amounts=tuple(self.table["dose"].tolist()),
            unit=self.unit,
            central=_held(self.table["risk"]),
            optimistic=_held(self.table["lower"]),
            pessimistic=_held(self.table["upper"]),
            beyond=self.beyond,
        )

    def _require_takeable(self) -> None:
        if self.beyond and not self.extrapolated:
            listed = ", ".join(f"{one:g}" for one in self.beyond)
            low, high = self.given
            raise NotEstimableError(
                f"Doses from {low:g} to {high:g} {self.unit} were given, and nothing was seen at "
                f"{listed} {self.unit}. Take the doses of the study, or extrapolate and say so."
            )
        risk = self.table["risk"].to_numpy()
        if (np.diff(risk) < -1e-9).any():
            raise NotEstimableError(
                f"{self.event}: the fitted risk falls with dose, from {risk[0]:.1%} to "
                f"{risk[-1]:.1%}. A scenario of dose escalation does not; choose another event."
            )

    def _rows(self) -> list[dict[str, float]]:
        rows: list[dict[str, float]] = self.observed.to_dict("records")
        return rows

    def _seen_at(self, row: dict[str, float]) -> str:
        counted = f"{row['events']:,.0f} of {row['subjects']:,.0f}"
        return f"{row['dose']:g} {self.unit} {counted}"


def event_selection(kind: str) -> EventSelection:
    """The records that a kind of `queries.adverse_events.EVENT_KINDS` stands for.

    Examples
    --------
    >>> event_selection("severe").least_grade, event_selection("serious").kinds
    (3, ('serious',))
    """
    if kind == "any":
        return EventSelection()
    if kind == "severe":
        return EventSelection(least_grade=3)
    return EventSelection(kinds=(kind,))  # type: ignore[arg-type]


def _with_limits(observed: pd.DataFrame) -> pd.DataFrame:
    lower, upper = wilson(observed["events"], observed["subjects"])
    return observed.assign(lower=lower, upper=upper)[list(SEEN_COLUMNS)]


def _held(values: pd.Series) -> tuple[float, ...]:
    return tuple(np.maximum.accumulate(values.round(_DIGITS)).tolist())
