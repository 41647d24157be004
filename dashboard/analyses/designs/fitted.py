"""Assumptions fitted to a cohort in one step: control hazard, dropout, accrual, offered effects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from analytics.checks import InputError, NotEstimableError, require
from analytics.design import FittedHazards, HazardOfArm, TreatmentEffect, assumed_hazard
from analytics.design.assumptions.hazard_shapes import FAMILIES, hazard_shape
from analytics.survival.counts import SurvivalCounts
from analytics.survival.cox import fit_cox_by_arm
from dashboard import __version__
from dashboard.analyses.designs.accrual import FittedAccrual, fit_accrual
from dashboard.analyses.designs.dropout import FittedDropout, fit_dropout
from dashboard.analyses.designs.fitted_assumptions import (
    EstimatedEffect,
    FittedAssumptions,
    HazardCandidate,
)
from dashboard.analyses.survival.analysis import SurvivalAnalysis
from dashboard.analyses.survival.endpoint_times import time_origin
from dashboard.analyses.survival.immortal_time import immortal_time
from dashboard.analyses.survival.parametric import ParametricAnalysis
from dashboard.analyses.survival.parametric_answer import ParametricAnswer
from queries import questions
from queries.cohorts import EVERYONE, Cohort
from queries.store import ArmRole, Store

LEAST_EVENTS = 10
FITTED_FAMILIES = tuple(one for one in FAMILIES if one != "cure")
EVENTS_PER_PARAMETER = 10

CHOSEN_OF_THEMSELVES = ("exponential", "weibull", "piecewise", "lognormal", "loglogistic")
_UNSTABLE = {
    "gompertz": "Not chosen of itself: where its hazard falls, some never have the event.",
    "gengamma": "Not chosen of itself: its three parameters are rarely told apart by one arm.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumptionsFit:
    """What to fit assumptions to.

    Parameters
    ----------
    endpoint : str
        A PARAMCD of ADTTE.
    cohort : Cohort
        Known at baseline.
    analysis_set : str, optional
        The ADSL flag whose subjects are analysed.
    arm : {"planned", "actual"}
    control : str, optional
        The arm that is control, by default the first of the study; none when arms are pooled.
    family : str, optional
        Of the hazard; by default the one with the lowest AIC among exponential, Weibull,
        piecewise exponential, log-normal and log-logistic that have 10 events per parameter.
    pieces : int
        Of the piecewise exponential.
    unit : {"days", "weeks", "months", "years"}
    allowance_days : int
        Whoever's end-of-study status does not say it has dropped out when followed until more
        than this number of days before the data cut.
    saved_cohort : str, optional
        Id of the saved cohort that `cohort` is.
    cohort_version : int, optional
        Its version.
    """

    endpoint: str
    cohort: Cohort = EVERYONE
    analysis_set: str | None = None
    arm: ArmRole = "planned"
    control: str | None = None
    family: str | None = None
    pieces: int = 4
    unit: str = "months"
    allowance_days: int = 90
    saved_cohort: str | None = None
    cohort_version: int | None = None

    def __post_init__(self) -> None:
        known = self.family is None or self.family in FITTED_FAMILIES
        require(known, f"the family is one of {', '.join(FITTED_FAMILIES)}", family=self.family)
        whole = type(self.allowance_days) is int and 0 <= self.allowance_days <= 3650
        require(whole, "0 <= allowance_days <= 3650", allowance_days=self.allowance_days)
        both = (self.saved_cohort is None) == (self.cohort_version is None)
        require(both, "a saved cohort is named with its version", version=self.cohort_version)

    def run(self, store: Store) -> FittedAssumptions:
        """Ask the store and fit.

        Raises
        ------
        NotEstimableError
            When there are fewer than 10 events, the cohort uses what happened after baseline, or
            the family asked for has no fit.
        InputError
            When `control` is not an arm that the reader sees.
        """
        whole = self._analysis()
        if immortal_time(store, whole):
            raise NotEstimableError(_OF_THE_FUTURE)
        counts = whole.counts(store)
        control = self._control(store, counts)
        _require_events(counts, control)
        answer = self._fits(store, control)
        candidates = _candidates(answer, control)
        hazard = _chosen(candidates, answer, self.family)
        of_control, of_others = self._dropouts(store, counts, control)
        accrual, notes = self._accrual(store)
        return FittedAssumptions(
            hazards=self._hazards(store, hazard, answer),
            candidates=candidates,
            control_dropout=of_control,
            treatment_dropout=of_others,
            accrual=accrual,
            effects=_effects(counts, control),
            cohort_sentence=whole.subjects().sentence(),
            left_out=tuple(answer.analysis.exclusions(store).items()),
            notes=(*notes, *_of_zeros(answer)),
        )

    def _analysis(self, arms: tuple[str, ...] = ()) -> SurvivalAnalysis:
        return SurvivalAnalysis(
            endpoint=self.endpoint,
            cohort=self.cohort,
            analysis_set=self.analysis_set,
            arm=self.arm,
            arms=arms,
            unit=self.unit,
        )

    def _control(self, store: Store, counts: SurvivalCounts) -> str:
        known = store.arms(self.arm)
        control = self.control if self.control is not None else known[0]
        require(control in known, f"control is one of {', '.join(known)}", control=control)
        if control not in counts.arms:
            raise NotEstimableError(f"No subject of {control} has a time for {self.endpoint}.")
        return control

    def _fits(self, store: Store, control: str) -> ParametricAnswer:
        analysis = self._analysis(arms=(control,))
        return ParametricAnalysis(
            analysis=analysis, pieces=self.pieces, zero_times="half a day"
        ).run(store)

    def _hazards(
        self, store: Store, hazard: HazardOfArm, answer: ParametricAnswer
    ) -> FittedHazards:
        facts = questions.snapshot_facts(store=store)
        by_arm: Literal["planned arm", "actual arm"] = (
            "planned arm" if self.arm == "planned" else "actual arm"
        )
        return FittedHazards(
            hazards=(hazard,),
            by="pooled" if store.pooled else by_arm,
            blinding="pooled" if store.pooled else "unblinded",
            study=facts.get("study", ""),
            endpoint=self.endpoint,
            snapshot=facts.get("content_sha256", ""),
            data_cut=facts.get("data_cut", ""),
            analysis_set=self.analysis_set,
            time_origin=time_origin(store, self.endpoint),
            zero_times=answer.zero_times,
            saved_cohort=self.saved_cohort,
            cohort_version=self.cohort_version,
            code_version=__version__,
        )

    def _dropouts(
        self, store: Store, counts: SurvivalCounts, control: str
    ) -> tuple[FittedDropout, FittedDropout | None]:
        """Of control, and of all other arms together."""
        endings = questions.endings_without_event(
            store=store,
            endpoint=self.endpoint,
            allowance_days=self.allowance_days,
            cohort=self._analysis().subjects(),
            arm=self.arm,
        )
        days, others = self.allowance_days, tuple(arm for arm in counts.arms if arm != control)
        own = fit_dropout(endings, counts, (control,), allowance_days=days)
        if not others:
            return own, None
        return own, fit_dropout(endings, counts, others, allowance_days=days)

    def _accrual(self, store: Store) -> tuple[FittedAccrual | None, tuple[str, ...]]:
        """Of the cohort, all arms together; why there is none, and which date it goes by."""
        subjects = self._analysis().subjects()
        by_day = questions.enrolment_by_day(store=store, cohort=subjects, arm=self.arm)
        size = int(questions.cohort_size(store=store, cohort=subjects)["subjects"].iloc[0])
        by_day = by_day.groupby("enrolled_on", as_index=False)["subjects"].sum()
        undated = size - int(by_day["subjects"].sum())
        try:
            fitted = fit_accrual(by_day, undated=undated, time_unit=self.unit)
        except (NotEstimableError, InputError) as error:
            return None, (str(error),)
        said = (said for said in store.derivations if "date of enrolment" in said)
        part = () if self.cohort.rule is None else (_OF_A_PART,)
        return fitted, (*said, *part)


_OF_THE_FUTURE = (
    "The cohort uses what happened after baseline, when its subjects could not have been left out "
    "(immortal time). Assumptions of a trial rest on subjects who can be told at randomisation."
)
_OF_A_PART = (
    "The accrual is that of the cohort; a trial that enrols others as well fills up faster."
)


def _require_events(counts: SurvivalCounts, control: str) -> None:
    own = counts.frame[counts.frame["arm"] == control]
    events = int(own["events"].sum())
    if events < LEAST_EVENTS:
        raise NotEstimableError(
            f"A hazard is fitted to at least {LEAST_EVENTS} events, and {control} has {events}."
        )


def _candidates(answer: ParametricAnswer, control: str) -> tuple[HazardCandidate, ...]:
    table = answer.comparison_table().set_index("distribution")
    return tuple(_candidate(answer, control, family, table) for family in FITTED_FAMILIES)


def _candidate(
    answer: ParametricAnswer, control: str, family: str, table: pd.DataFrame
) -> HazardCandidate:
    fit = answer.fits[control, family]
    cuts = answer.cuts if family == "piecewise" else ()
    if isinstance(fit, str):
        return HazardCandidate(
            family=family,
            parameters=len(cuts) + 1
            if family == "piecewise"
            else len(hazard_shape(family).parameters),
            aic=None,
            bic=None,
            hazard=None,
            note=fit,
        )
    size, row = len(fit.table), table.loc[family]
    few = fit.events < EVENTS_PER_PARAMETER * size and family != "exponential"
    rule = f"Not chosen of itself: fewer than {EVENTS_PER_PARAMETER} events per parameter."
    return HazardCandidate(
        family=family,
        parameters=size,
        aic=float(row["aic"]),
        bic=float(row["bic"]),
        hazard=assumed_hazard(fit),
        note=rule if few else _UNSTABLE.get(family, ""),
    )


def _chosen(
    candidates: tuple[HazardCandidate, ...], answer: ParametricAnswer, family: str | None
) -> HazardOfArm:
    """Of the family asked for, else of that with the lowest AIC among those fit to be chosen."""
    if family is None:
        fit = [one for one in candidates if one.aic is not None and not one.note]
        if not fit:
            raise NotEstimableError(candidates[0].note)
        family = min(fit, key=lambda one: one.aic or 0.0).family
    hazards, _ = answer.hazards(family)
    return hazards[0]


def _effects(counts: SurvivalCounts, control: str) -> tuple[EstimatedEffect, ...]:
    """Hazard ratios against control, by Cox; none where they are not estimable."""
    others = tuple(arm for arm in counts.arms if arm != control)
    return tuple(found for arm in others if (found := _effect(counts, control, arm)) is not None)


def _effect(counts: SurvivalCounts, control: str, arm: str) -> EstimatedEffect | None:
    pair = replace(
        counts, frame=counts.frame[counts.frame["arm"].isin((control, arm))], arms=(control, arm)
    )
    try:
        row: Mapping[str, float] = fit_cox_by_arm(pair).table.iloc[0].to_dict()
    except NotEstimableError:
        return None
    effect = TreatmentEffect.constant(float(row["hazard_ratio"]), log_std_err=float(row["std_err"]))
    return EstimatedEffect(arm=arm, events=int(pair.frame["events"].sum()), effect=effect)


def _of_zeros(answer: ParametricAnswer) -> tuple[str, ...]:
    if not answer.zeros:
        return ()
    return (f"{answer.zeros:,} times of 0 count as half a day.",)
