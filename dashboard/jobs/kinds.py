"""The kinds of long work that jobs do: one place that says what each takes, does and gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from analytics.checks import require
from analytics.design.simulation import SimulatedTrials, TrialSimulation
from analytics.dosing.characteristics import OperatingCharacteristics
from analytics.dosing.efficacy_toxicity import EfficacyToxicityCharacteristics
from analytics.dosing.search import AgainstDefaults, DoseSearchResult
from analytics.progress import Progress
from analytics.results import Result
from analytics.safety.multiplicity import BerryBerry
from analytics.search import Confirmation, SearchResult
from dashboard.access.key import snapshot_keys
from dashboard.access.restrictions import left_out, refuse_other_subjects
from dashboard.analyses.dose_response import AverageAnalysis, AveragedResponse
from dashboard.analyses.dosing.conduct import ConductAnswer, ConductRequest
from dashboard.analyses.dosing.efficacy_toxicity.characteristics import EfficacyToxicityRequest
from dashboard.analyses.dosing.request import CharacteristicsRequest
from dashboard.analyses.dosing.search import DoseSearch, HeldOutComparison
from dashboard.analyses.enrolment import RecruitmentBackTest, RecruitmentBackTestAnswer
from dashboard.analyses.milestones import (
    BackTestAnalysis,
    BackTestAnswer,
    MilestoneAnalysis,
    MilestoneAnswer,
)
from dashboard.analyses.prediction.fit import PredictionFit, PredictionReport
from dashboard.analyses.safety.berry_berry import BerryBerryFit
from dashboard.analyses.search import DesignSearch, FrontConfirmation
from dashboard.jobs.search_job import run_search
from dashboard.reports.filling import FilledTemplate, TemplateFilling
from queries.errors import DataError
from queries.store import Store, open_store
from queries.workspace import Job, Workspace

Request = TypeVar("Request")
Answer = TypeVar("Answer", bound=Result)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a kind of job works with.

    Parameters
    ----------
    workspace : Workspace
    job : Job
        As it was when it was begun.
    progress : callable
        `progress(share, sentence)` says how far it is; cheap, so call it often. It raises when the
        work is to stop: let what it raises pass.
    """

    workspace: Workspace
    job: Job
    progress: Progress

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The snapshot of the job, as whoever asked for it sees it: pooled while blinded."""
        if self.job.snapshot is None:
            raise DataError("this kind of job is asked for on a snapshot")
        path = self.workspace.path(self.workspace.snapshot(self.job.snapshot))
        refuse_other_subjects(self.workspace, self.job)
        without = left_out(self.workspace, self.job.study)
        with open_store(
            path, pooled=self.job.pooled, key=snapshot_keys(), left_out=without
        ) as opened:
            yield opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[Request, Answer]):
    """A kind of job.

    Parameters
    ----------
    name : str
        In the workspace: lower-case letters, digits and dashes. It never changes its meaning.
    label : str
        What people call it.
    request : type
        A frozen dataclass of plain values: all that the answer depends on, see
        `dashboard.jobs.requests`.
    result : type
        A registered `Result`.
    run : callable
        Does it.
    title : callable
        What people call one job of the kind.
    """

    name: str
    label: str
    request: type[Request]
    result: type[Answer]
    run: Callable[[Request, Context], Answer]
    title: Callable[[Request], str]


def _on_the_snapshot(request: Any, context: Context) -> Any:
    with context.store() as store:
        return request.run(store, context.progress)


def _by_itself(request: Any, context: Context) -> Any:
    return request.run(context.progress)


def _as_pages(request: TemplateFilling, context: Context) -> FilledTemplate:
    return request.run(context.progress, pooled=context.job.pooled)


BERRY_BERRY: Kind[BerryBerryFit, BerryBerry] = Kind(
    name="berry-berry",
    label="Berry–Berry model",
    request=BerryBerryFit,
    result=BerryBerry,
    run=_on_the_snapshot,
    title=lambda request: f"Berry–Berry model of {request.arm}"[:200],
)

PREDICTION: Kind[PredictionFit, PredictionReport] = Kind(
    name="prediction",
    label="Prediction",
    request=PredictionFit,
    result=PredictionReport,
    run=_on_the_snapshot,
    title=lambda request: request.question.sentence()[:200],
)

TRIAL_SIMULATION: Kind[TrialSimulation, SimulatedTrials] = Kind(
    name="trial-simulation",
    label="Simulated trials",
    request=TrialSimulation,
    result=SimulatedTrials,
    run=_by_itself,
    title=lambda request: request.title[:200],
)

DESIGN_SEARCH: Kind[DesignSearch, SearchResult] = Kind(
    name=DesignSearch.kind,
    label="Search for designs",
    request=DesignSearch,
    result=SearchResult,
    run=run_search,
    title=lambda request: request.part_title[:200],
)

FRONT_CONFIRMATION: Kind[FrontConfirmation, Confirmation] = Kind(
    name="front-confirmation",
    label="Simulated front",
    request=FrontConfirmation,
    result=Confirmation,
    run=_by_itself,
    title=lambda request: request.title[:200],
)

MILESTONES: Kind[MilestoneAnalysis, MilestoneAnswer] = Kind(
    name="milestones",
    label="Forecast of milestones",
    request=MilestoneAnalysis,
    result=MilestoneAnswer,
    run=_on_the_snapshot,
    title=lambda request: f"Milestones of {request.endpoint}"[:200],
)

MILESTONE_BACK_TEST: Kind[BackTestAnalysis, BackTestAnswer] = Kind(
    name="milestone-back-test",
    label="Back-test of milestones",
    request=BackTestAnalysis,
    result=BackTestAnswer,
    run=_on_the_snapshot,
    title=lambda request: f"Back-test of milestones of {request.analysis.endpoint}"[:200],
)

ENROLMENT_BACK_TEST: Kind[RecruitmentBackTest, RecruitmentBackTestAnswer] = Kind(
    name="enrolment-back-test",
    label="Back-test of enrolment",
    request=RecruitmentBackTest,
    result=RecruitmentBackTestAnswer,
    run=_on_the_snapshot,
    title=lambda request: f"Back-test of enrolment, {request.cut_offs} forecasts",
)

DOSE_AVERAGE: Kind[AverageAnalysis, AveragedResponse] = Kind(
    name="dose-average",
    label="Averaged dose–response curve",
    request=AverageAnalysis,
    result=AveragedResponse,
    run=_on_the_snapshot,
    title=lambda request: f"Average of {', '.join(request.curves.families)}"[:200],
)

DOSING_CHARACTERISTICS: Kind[CharacteristicsRequest, OperatingCharacteristics] = Kind(
    name="dosing-characteristics",
    label="Simulated escalation",
    request=CharacteristicsRequest,
    result=OperatingCharacteristics,
    run=_by_itself,
    title=lambda request: request.title[:200],
)

DOSING_EFFICACY_TOXICITY: Kind[EfficacyToxicityRequest, EfficacyToxicityCharacteristics] = Kind(
    name="dosing-efficacy-toxicity",
    label="Simulated dose optimisation",
    request=EfficacyToxicityRequest,
    result=EfficacyToxicityCharacteristics,
    run=_by_itself,
    title=lambda request: request.title[:200],
)

DOSING_CONDUCT: Kind[ConductRequest, ConductAnswer] = Kind(
    name="dosing-conduct",
    label="Recommended dose",
    request=ConductRequest,
    result=ConductAnswer,
    run=_by_itself,
    title=lambda request: request.title[:200],
)

REPORT_TEMPLATE: Kind[TemplateFilling, FilledTemplate] = Kind(
    name="report-template",
    label="Filled template",
    request=TemplateFilling,
    result=FilledTemplate,
    run=_as_pages,
    title=lambda request: request.title[:200],
)

DOSE_SEARCH: Kind[DoseSearch, DoseSearchResult] = Kind(
    name=DoseSearch.kind,
    label="Search for escalation designs",
    request=DoseSearch,
    result=DoseSearchResult,
    run=run_search,
    title=lambda request: request.part_title[:200],
)

DOSE_DEFAULTS: Kind[HeldOutComparison, AgainstDefaults] = Kind(
    name="dose-defaults",
    label="Escalation designs beside textbook ones",
    request=HeldOutComparison,
    result=AgainstDefaults,
    run=_by_itself,
    title=lambda request: request.title[:200],
)

KINDS: Mapping[str, Kind[Any, Any]] = {
    kind.name: kind
    for kind in (
        BERRY_BERRY,
        PREDICTION,
        TRIAL_SIMULATION,
        DESIGN_SEARCH,
        FRONT_CONFIRMATION,
        MILESTONES,
        MILESTONE_BACK_TEST,
        ENROLMENT_BACK_TEST,
        DOSE_AVERAGE,
        DOSING_CHARACTERISTICS,
        DOSING_EFFICACY_TOXICITY,
        DOSING_CONDUCT,
        REPORT_TEMPLATE,
        DOSE_SEARCH,
        DOSE_DEFAULTS,
    )
}


def kind_of(name: str, kinds: Mapping[str, Kind[Any, Any]] = KINDS) -> Kind[Any, Any]:
    """The kind with this name; `InputError` for one that this program does not know.

    Examples
    --------
    >>> kind_of("berry-berry").label
    'Berry–Berry model'
    >>> kind_of("mining")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    analytics.checks.InputError: `the kind of a job is one that this worker does: ...`
    """
    known = ", ".join(kinds)
    require(name in kinds, f"the kind of a job is one that this worker does: {known}", kind=name)
    return kinds[name]
