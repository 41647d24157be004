"""Which columns of ADSL are offered as covariates, clusters and subgroups, and their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from dashboard import state
from dashboard.analyses.survival import subgroups
from dashboard.analyses.survival.regression import MOST_COVARIATES, MOST_LEVELS
from dashboard.views.compare.variables import offered_columns
from queries.blinding import reveals_by_name
from queries.cohorts.checking import column_kind
from queries.survival_rows import ROW_COLUMNS

_USUAL_SUBGROUPS = ("SEX", "AGEGR1", "RACE", "REGION1", "ETHNIC")
_FEW_CLUSTERS = 10  # below that, a variance by cluster is not to be trusted
_MOST_USUAL = 4


def baseline_columns() -> list[str]:
    """Columns that were known at baseline, tell subjects apart and do not stand for the arm."""
    late = state.store().schema.after_baseline
    return [
        name
        for name in offered_columns()
        if name not in late and name not in ROW_COLUMNS and not reveals_by_name(name)
    ]


def offered_covariates() -> list[str]:
    """Numbers, and factors with few enough levels."""
    profiles = state.profiles()
    return [
        name
        for name in baseline_columns()
        if is_numeric(name) or profiles[name].levels <= MOST_LEVELS
    ]


def usual_covariates() -> list[str]:
    """The plan's stratification factors, as far as the data have them."""
    plan, offered = state.study().plan, offered_covariates()
    known = [name for name in (plan.stratification if plan else ()) if name in offered]
    return known[:MOST_COVARIATES]


def offered_clusters() -> list[str]:
    """Columns that put subjects into many groups, the site first."""
    store, profiles = state.store(), state.profiles()
    site = [store.source_of("site")] if store.collected("site") else []
    groups = [
        name
        for name, profile in profiles.items()
        if profile.kind == "levels"
        and profile.levels >= _FEW_CLUSTERS
        and not profile.identifies
        and column_kind(store.columns[name]) == "text"
        and name not in store.schema.after_baseline
        and not reveals_by_name(name)
    ]
    return list(dict.fromkeys([*(name for name in site if name in groups), *groups]))


def offered_subgroups() -> list[str]:
    """The plan's factors first, then all others with few levels."""
    profiles, planned = state.profiles(), planned_subgroups()
    factors = {
        name: profiles[name].levels
        for name in baseline_columns()
        if profiles[name].kind == "levels" and profiles[name].levels <= subgroups.MOST_LEVELS
    }
    own = [name for name in planned if name in factors]
    others = [name for name, levels in factors.items() if levels <= subgroups.FEW_LEVELS]
    return list(dict.fromkeys([*own, *others]))


def planned_subgroups() -> tuple[str, ...]:
    """The factors that the plan names."""
    plan = state.study().plan
    return plan.subgroups if plan else ()


def usual_subgroups() -> list[str]:
    """The plan's subgroups; without any, the usual ones, and else the first that there are."""
    plan, offered = state.study().plan, offered_subgroups()
    if planned := [name for name in planned_subgroups() if name in offered]:
        return planned[: subgroups.MOST_FACTORS]
    wanted = (*(plan.stratification if plan else ()), *_USUAL_SUBGROUPS)
    usual = [name for name in dict.fromkeys(wanted) if name in offered]
    return usual or offered[:_MOST_USUAL]


def is_numeric(name: str) -> bool:
    """Whether a column holds numbers."""
    return column_kind(state.store().columns[name]) in ("number", "whole number")


def is_code(name: str) -> bool:
    """Whether a column of numbers has so few of them that each is a level."""
    return is_numeric(name) and state.profiles()[name].kind == "levels"


def labels_of(names: Iterable[str]) -> dict[str, str]:
    """What columns are called; with the name where another column is called the same."""
    labels, columns = state.labels(), state.store().columns
    twice = Counter(labels.get(one) or one for one in columns)
    called = {name: labels.get(name) or name for name in names}
    return {
        name: f"{label} ({name})" if twice[label] > 1 and label != name else label
        for name, label in called.items()
    }


def label_of(name: str) -> str:
    """What one column is called."""
    return labels_of([name])[name]
