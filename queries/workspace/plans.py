"""The plan of a study: what its protocol says about subjects, accrual and endpoints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd

from queries.errors import DataError
from queries.workspace.plan_checks import (
    as_date,
    as_names,
    as_number,
    as_numbers,
    as_text,
    as_whole,
    one_of,
    read_object,
    without_unknown,
)

STATUSES = ("ongoing", "complete")
ROLES = ("primary", "secondary", "safety")
ARM_ROLES = ("planned", "actual")
DAYS_PER_MONTH = 30.4375
MAX_PLAN_CHARACTERS = 24 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class AccrualPeriod:
    """A stretch of months with one planned rate of enrolment.

    Parameters
    ----------
    from_month, to_month : float
        Months since accrual started; the period runs from the first up to the second.
    subjects_per_month : float
        Planned rate, 0 or more.

    Examples
    --------
    >>> AccrualPeriod(from_month=0, to_month=2, subjects_per_month=10).subjects(1.5)
    15.0
    """

    from_month: float
    to_month: float
    subjects_per_month: float

    def __post_init__(self) -> None:
        as_number(self.from_month, "from_month", low=0, high=600)
        as_number(self.to_month, "to_month", low=0, high=600)
        as_number(self.subjects_per_month, "subjects_per_month", low=0, high=1e9)
        if self.from_month >= self.to_month:
            got = f"{self.from_month} to {self.to_month}"
            raise DataError("a period of accrual ends after it starts", got=got)

    def subjects(self, months: float) -> float:
        """Subjects planned within this period, `months` after accrual started."""
        elapsed = min(months, self.to_month) - self.from_month
        return float(max(0.0, elapsed) * self.subjects_per_month)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEndpoint:
    """What the protocol plans for one endpoint.

    Parameters
    ----------
    code : str
        Its PARAMCD.
    label, role : str or None
        Label; "primary", "secondary" or "safety".
    analysis_set : str or None
        Flag column of ADSL ("ITTFL").
    arm : str
        "planned" or "actual": by which arm subjects are analysed. When the plan does not say:
        actual for a safety endpoint, planned for any other.
    events : int or None
        Events planned at the final analysis.
    looks : tuple of float
        Information fractions of the analyses, rising, at most 1.
    spending, test : str or None
        Names of the spending function and of the test.
    alpha : float or None
        Share of the type I error, above 0 and below 1.
    treatment, intercurrent_events, censoring : str or None
        Of its estimand (ICH E9(R1)), in the protocol's own words: the conditions compared, how
        events that interrupt treatment or its effect are handled, and when a time is censored.

    Examples
    --------
    >>> PlannedEndpoint.from_plain({"code": "TTDE", "role": "safety"}).arm
    'actual'
    """

    code: str
    label: str | None = None
    role: str | None = None
    analysis_set: str | None = None
    arm: str = "planned"
    events: int | None = None
    looks: tuple[float, ...] = ()
    spending: str | None = None
    alpha: float | None = None
    test: str | None = None
    treatment: str | None = None
    intercurrent_events: str | None = None
    censoring: str | None = None

    def __post_init__(self) -> None:
        as_text(self.code, "code")
        for name in ("label", "analysis_set", "spending", "test"):
            as_text(getattr(self, name), name, needed=False)
        for name in ("treatment", "intercurrent_events", "censoring"):
            as_text(getattr(self, name), name, longest=1000, needed=False)
        one_of(self.role, "role", (*ROLES, None))
        one_of(self.arm, "arm", ARM_ROLES)
        as_whole(self.events, "events", needed=False)
        as_number(self.alpha, "alpha", low=0, high=1, inside=True, needed=False)
        looks = as_numbers(self.looks, "looks", low=0, high=1)
        object.__setattr__(self, "looks", looks)
        if any(later <= earlier for earlier, later in pairwise((0.0, *looks))):
            raise DataError("the looks of an endpoint rise from above 0", got=looks)

    @classmethod
    def from_plain(cls, plain: object) -> PlannedEndpoint:
        """The endpoint that a JSON object describes."""
        given = without_unknown(plain, "an endpoint of a plan", _names(cls))
        if "code" not in given:
            raise DataError("an endpoint of a plan has a code", got=", ".join(given) or "nothing")
        arm = "actual" if given.get("role") == "safety" else "planned"
        return cls(**{"arm": arm, **given})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the protocol of a study says, as far as it was given.

    Parameters
    ----------
    study, title, status : str
        Code, title, and "ongoing" or "complete"; everything else may be absent.
    phase : str or None
        Phase of development ("3", "2b").
    data_cut : date or None
        The stated date of the data cut.
    arms : tuple of str
        In their order on screen; the first is the reference.
    allocation : tuple of float
        One ratio per arm.
    subjects, sites : int or None
        Planned numbers, all arms together.
    alpha : float or None
        Type I error of the whole trial, above 0 and below 1; `sides` says whether 1 or 2.
    accrual_start : date or None
        When month 0 of the accrual begins.
    accrual : tuple of AccrualPeriod
        In order, not overlapping.
    stratification : tuple of str
        Columns of ADSL.
    subgroups : tuple of str
        Columns of ADSL whose levels the protocol names as subgroups.
    endpoints : tuple of PlannedEndpoint
        Each code once.

    Examples
    --------
    >>> period = AccrualPeriod(from_month=0, to_month=12, subjects_per_month=10)
    >>> plan = Plan(study="EQX-301", title="EQX-301", status="ongoing", accrual=(period,))
    >>> plan.planned_subjects(6)
    60.0
    >>> Plan.from_json(plan.to_json()) == plan
    True
    """

    study: str
    title: str
    status: str
    phase: str | None = None
    data_cut: date | None = None
    arms: tuple[str, ...] = ()
    allocation: tuple[float, ...] = ()
    subjects: int | None = None
    alpha: float | None = None
    sides: int | None = None
    accrual_start: date | None = None
    accrual: tuple[AccrualPeriod, ...] = ()
    stratification: tuple[str, ...] = ()
    subgroups: tuple[str, ...] = ()
    sites: int | None = None
    endpoints: tuple[PlannedEndpoint, ...] = ()

    def __post_init__(self) -> None:
        self._check_facts()
        self._check_lists()
        if self.allocation and len(self.allocation) != len(self.arms):
            raise DataError("`allocation` has one ratio per arm", got=self.allocation)
        if any(later.from_month < earlier.to_month for earlier, later in pairwise(self.accrual)):
            raise DataError("the periods of accrual follow one another without overlap")
        codes = [endpoint.code for endpoint in self.endpoints]
        if len(set(codes)) < len(codes):
            raise DataError("a plan names each endpoint once", got=", ".join(codes))
        if len(self.to_json()) > MAX_PLAN_CHARACTERS:
            raise DataError(f"a plan takes at most {MAX_PLAN_CHARACTERS} characters of JSON")

    def _check_facts(self) -> None:
        as_text(self.study, "study", longest=64)
        as_text(self.title, "title", longest=500)
        one_of(self.status, "status", STATUSES)
        as_text(self.phase, "phase", needed=False)
        as_date(self.data_cut, "data_cut")
        as_date(self.accrual_start, "accrual_start")
        as_whole(self.subjects, "subjects", needed=False)
        as_whole(self.sites, "sites", needed=False)
        as_number(self.alpha, "alpha", low=0, high=1, inside=True, needed=False)
        one_of(self.sides, "sides", (1, 2, None))

    def _check_lists(self) -> None:
        _check_members(self.accrual, "accrual", AccrualPeriod)
        _check_members(self.endpoints, "endpoints", PlannedEndpoint)
        checked: dict[str, tuple[object, ...]] = {
            "arms": as_names(self.arms, "arms"),
            "stratification": as_names(self.stratification, "stratification"),
            "subgroups": as_names(self.subgroups, "subgroups"),
            "allocation": as_numbers(self.allocation, "allocation", low=0, high=1e6, inside=True),
            "accrual": tuple(self.accrual),
            "endpoints": tuple(self.endpoints),
        }
        for name, values in checked.items():
            object.__setattr__(self, name, values)

    def planned_subjects(self, months: float) -> float:
        """Subjects planned to be enrolled `months` after accrual started, at most `subjects`.

        Examples
        --------
        >>> period = AccrualPeriod(from_month=0, to_month=12, subjects_per_month=10)
        >>> Plan(study="A", title="A", status="ongoing", subjects=100,
        ...      accrual=(period,)).planned_subjects(11)
        100.0
        """
        planned = sum((period.subjects(months) for period in self.accrual), 0.0)
        return planned if self.subjects is None else min(planned, float(self.subjects))

    def planned_enrolment(self) -> pd.DataFrame:
        """The planned cumulative enrolment by date.

        Returns
        -------
        DataFrame
            Columns `date` (datetime64) and `subjects` (float), one row per month (of 30.4375
            days) and per change of rate, up to the end of accrual. Empty when the plan does
            not state when accrual starts, or its rates.

        Examples
        --------
        >>> period = AccrualPeriod(from_month=0, to_month=2, subjects_per_month=10)
        >>> plan = Plan(study="A", title="A", status="ongoing", accrual=(period,),
        ...             accrual_start=date(2024, 2, 1))
        >>> plan.planned_enrolment()["subjects"].tolist()
        [0.0, 10.0, 20.0]
        """
        months = self._corner_months() if self.accrual_start and self.accrual else []
        start = self.accrual_start or date.min
        dates = [start + timedelta(days=round(month * DAYS_PER_MONTH)) for month in months]
        return pd.DataFrame(
            {
                "date": pd.Series(
                    pd.to_datetime(pd.Series(dates, dtype=object)), dtype="datetime64[ns]"
                ),
                "subjects": pd.Series(map(self.planned_subjects, months), dtype=float),
            }
        )

    def _corner_months(self) -> list[float]:
        """Months at which the planned curve has a point, in order."""
        end = self.accrual[-1].to_month
        months = {float(month) for month in range(int(end) + 1)} | {float(end)}
        months |= {float(period.from_month) for period in self.accrual}
        months |= {float(period.to_month) for period in self.accrual}
        if self.subjects is not None:
            months |= self._months_to_target(self.subjects)
            reached = [m for m in months if self.planned_subjects(m) >= self.subjects]
            months = {m for m in months if m <= min(reached, default=end)}
        return sorted(months)

    def _months_to_target(self, subjects: int) -> set[float]:
        """The month in which the planned number is reached; empty when it is not."""
        for period in self.accrual:
            missing = subjects - self.planned_subjects(period.from_month)
            if 0 <= missing <= period.subjects(period.to_month) and period.subjects_per_month:
                return {period.from_month + missing / period.subjects_per_month}
        return set()

    def to_plain(self) -> dict[str, Any]:
        """The plan as dictionaries and lists that JSON can hold, without what is absent."""
        plain = asdict(self)
        for name in ("data_cut", "accrual_start"):
            plain[name] = plain[name].isoformat() if plain[name] else None
        plain["endpoints"] = tuple(map(_without_absent, plain["endpoints"]))
        return _without_absent(plain)

    def to_json(self) -> str:
        """The plan as JSON, always the same text for the same plan."""
        return json.dumps(self.to_plain(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_plain(cls, plain: object) -> Plan:
        """The plan that a JSON object describes.

        Examples
        --------
        >>> Plan.from_plain({"study": "A", "title": "A", "status": "paused"})
        Traceback (most recent call last):
            ...
        queries.errors.DataError: `status` of a plan is one of ongoing, complete, but got 'paused'.
        """
        given = without_unknown(plain, "a plan", _names(cls))
        if absent := [name for name in ("study", "title", "status") if name not in given]:
            raise DataError("a plan states its study, title and status", got=f"no {absent[0]}")
        for name in ("data_cut", "accrual_start"):
            given[name] = _date_from(given.get(name), name)
        given["accrual"] = tuple(_period_from(part) for part in _list(given, "accrual"))
        parts = _list(given, "endpoints")
        given["endpoints"] = tuple(PlannedEndpoint.from_plain(part) for part in parts)
        return cls(**given)

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """The plan in a JSON text, such as `plan.json` beside the data.

        Raises
        ------
        DataError
            Naming the key and what was wrong with it.

        Examples
        --------
        >>> Plan.from_json('{"study": "A", "title": "A", "status": "ongoing", "sites": 64}').sites
        64
        """
        return cls.from_plain(read_object(text, "a plan", longest=MAX_PLAN_CHARACTERS * 4))


def _names(cls: type[Plan] | type[PlannedEndpoint] | type[AccrualPeriod]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


def _check_members(values: object, name: str, kind: type) -> None:
    if not isinstance(values, (list, tuple)) or not all(isinstance(one, kind) for one in values):
        raise DataError(f"`{name}` of a plan is a list of {kind.__name__}")


def _without_absent(plain: Mapping[str, Any]) -> dict[str, Any]:
    stated = {name: value for name, value in plain.items() if value is not None and value != ()}
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in stated.items()
    }


def _list(given: Mapping[str, Any], name: str) -> list[object]:
    values = given.get(name, [])
    if not isinstance(values, list):
        raise DataError(f"`{name}` of a plan is a list", got=type(values).__name__)
    return values


def _period_from(plain: object) -> AccrualPeriod:
    names = _names(AccrualPeriod)
    given = without_unknown(plain, "a period of accrual", names)
    if absent := [name for name in names if name not in given]:
        raise DataError(f"a period of accrual has {', '.join(names)}", got=f"no {absent[0]}")
    return AccrualPeriod(**given)


def _date_from(value: object, name: str) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]  # the TypeError is the check
    except (TypeError, ValueError):
        raise DataError(
            f"`{name}` of a plan is an ISO date such as 2026-03-31", got=value
        ) from None
