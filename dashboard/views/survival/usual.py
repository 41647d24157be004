"""What an endpoint is analysed with unless the reader says otherwise: the plan, else the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analytics.survival.counts import DAYS
from analytics.survival.logrank_weights import LOG_RANK, Weight
from dashboard import state
from dashboard.analyses.survival import SurvivalAnalysis, recorded_unit
from dashboard.analyses.survival.standing import planned_endpoint, planned_strata, planned_weight
from queries.store import ArmRole
from queries.workspace import PlannedEndpoint

FLAGS = {"ITTFL": "Intention to treat", "SAFFL": "Safety", "PPROTFL": "Per protocol"}
_LANDMARKS: Mapping[str, tuple[float, ...]] = {
    "months": (3, 6, 12, 18, 24, 36, 48, 60),
    "days": (30, 60, 90, 180, 365, 730, 1825),
}


def endpoint_labels() -> dict[str, str]:
    """Endpoints by code, those of the plan first: labelled as the plan does, else as the data."""
    table, plan = state.ask("endpoints"), state.study().plan
    recorded = dict(zip(table["endpoint"], table["label"], strict=True))
    planned = {e.code: e.label for e in plan.endpoints if e.code in recorded} if plan else {}
    order = [*planned, *(code for code in recorded if code not in planned)]
    return {code: planned.get(code) or recorded[code] or code for code in order}


def usual_analysis(endpoint: str, like: SurvivalAnalysis) -> SurvivalAnalysis:
    """Another endpoint, of the same subjects and arms, as it is analysed by default."""
    shown = replace(
        like,
        endpoint=endpoint,
        analysis_set=usual_set(endpoint),
        arm=like.arm if like.groups else usual_role(endpoint),
        strata=usual_strata(endpoint),
        weight=usual_weight(endpoint),
        landmarks=(),
    )
    return shown if endpoint != like.endpoint else replace(like, landmarks=())


def usual_set(endpoint: str) -> str | None:
    """The flag whose subjects are analysed; None for all subjects."""
    planned = _planned(endpoint)
    wanted = planned.analysis_set if planned else "SAFFL" if _is_safety_dataset() else None
    return wanted if wanted in FLAGS and wanted in state.store().columns else None


def usual_role(endpoint: str) -> ArmRole:
    """Planned arms for efficacy, actual arms for safety."""
    planned = _planned(endpoint)
    actual = planned.arm == "actual" if planned else _is_safety_dataset()
    return "actual" if actual and not state.store().pooled else "planned"


def usual_strata(endpoint: str) -> tuple[str, ...]:
    """The planned stratification factors that the snapshot has."""
    here = state.store().columns
    return tuple(n for n in planned_strata(state.study().plan, endpoint) if n in here)


def missing_strata(endpoint: str) -> tuple[str, ...]:
    """Planned factors that the snapshot does not carry, which nobody must overlook."""
    wanted = planned_strata(state.study().plan, endpoint)
    return tuple(name for name in wanted if name not in state.store().columns)


def usual_weight(endpoint: str) -> Weight:
    """The planned member of the log-rank family."""
    return planned_weight(_planned(endpoint)) or LOG_RANK


def usual_landmarks(endpoint: str, unit: str, landmark_day: int | None) -> tuple[float, ...]:
    """Round times, four at most, at which survival is stated: those that somebody reached."""
    recorded = recorded_unit(state.store(), endpoint)
    table = state.ask("endpoints")
    longest = float(table.loc[table["endpoint"] == endpoint, "longest"].max())
    horizon = (longest * DAYS[recorded] - (landmark_day or 0)) / DAYS[unit]
    return tuple(float(time) for time in _LANDMARKS[unit] if time <= horizon)[-4:]


def _planned(endpoint: str) -> PlannedEndpoint | None:
    return planned_endpoint(state.study().plan, endpoint)


def _is_safety_dataset() -> bool:
    """Whether ADTTE carries the safety flag and no other set's, as safety endpoints do."""
    columns = state.store().datasets.get("adtte", {})
    return "SAFFL" in columns and "ITTFL" not in columns
