"""Hazard ratios by subgroup, and whether they differ: what a forest plot shows.

There are no p-values within subgroups: a small subgroup's p-value says how small it is. The
question whether the effect differs between subgroups is answered by the interaction test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.regression.columns import Columns, Flags, Floats, Ints
from analytics.survival.regression.cox import fit_cox, fit_rows
from analytics.survival.regression.follow_up import FollowUp
from analytics.survival.regression.model_rows import ModelRows, model_rows
from analytics.survival.regression.terms import Factor, Interaction, Term

SUBGROUP_COLUMNS = (
    "subgroup", "level", "arm", "reference", "subjects", "events", "subjects_reference",
    "events_reference", "hazard_ratio", "lower", "upper", "note",
)  # fmt: skip
INTERACTION_COLUMNS = (
    "subgroup", "statistic", "degrees_of_freedom", "p_value", "wald_statistic", "wald_p_value",
    "missing", "note",
)  # fmt: skip
MOST_SUBGROUPS = 50
_SUBGROUP = 1  # the place of the factor among the terms of the interaction model
_SAME = 1e-10  # share of a column's variation that is not explained by the columns before it


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubgroupHazardRatios(Result):
    """Hazard ratios of each arm in each subgroup.

    Parameters
    ----------
    table : DataFrame
        `subgroup` and `level` ("" and "" for all subjects), `arm`, `reference`, `subjects` and
        `events` in the arm, the same in the reference, `hazard_ratio` (below 1 favours the arm
        when the event is bad), `lower`, `upper`; NaN with the reason in `note` where there is no
        hazard ratio.
    interactions : DataFrame
        One row per subgroup factor: that the hazard ratio is the same at all its levels.
        `statistic` (likelihood ratio), `degrees_of_freedom`, `p_value`, `wald_statistic`,
        `wald_p_value`, `missing` (rows without the factor), `note`.
    method : str
        For footnotes.
    confidence_level : float
        Coverage of the limits.
    """

    table: pd.DataFrame
    interactions: pd.DataFrame
    method: str
    confidence_level: float

    def __post_init__(self) -> None:
        require_columns(self.table, SUBGROUP_COLUMNS, "a table of subgroups")
        require_columns(self.interactions, INTERACTION_COLUMNS, "a table of interaction tests")

    def to_frame(self) -> pd.DataFrame:
        """One row per subgroup, level and arm."""
        return self.table.copy()


def subgroup_hazard_ratios(
    follow_up: FollowUp,
    *,
    arm: Factor,
    subgroups: Sequence[str],
    adjust: Sequence[Term] = (),
    ties: str = "efron",
    confidence_level: float = 0.95,
) -> SubgroupHazardRatios:
    """Hazard ratios of the arms within subgroups, and a test of interaction for each factor.

    Each level of each factor is fitted on its own. The interaction test compares the model
    arm + factor with arm + factor + arm x factor by likelihood ratio, on the rows that have the
    factor; with clusters, look at the Wald test, which is robust. Levels without subjects in
    some arm take no part in it; the degrees of freedom say so.

    Parameters
    ----------
    follow_up : FollowUp
        Stratified as the analysis is.
    arm : Factor
        Column of the arm, with its reference.
    subgroups : sequence of str
        Columns with labels, or few different numbers.
    adjust : sequence of terms
        In every model.
    ties : {"efron", "breslow"}
        As in `fit_cox`.
    confidence_level : float
        Coverage of the Wald intervals.

    References
    ----------
    Wang, Lagakos, Ware, Hunter and Drazen (2007), NEJM 357:2189-2194.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "days": [6, 7, 10, 15, 19, 25, 1, 2, 3, 8, 12, 20], "died": [1] * 12,
    ...     "arm": ["A"] * 6 + ["B"] * 6, "sex": ["F", "M"] * 6,
    ... })
    >>> follow_up = FollowUp(frame=frame, time="days", event="died")
    >>> found = subgroup_hazard_ratios(follow_up, arm=Factor("arm"), subgroups=["sex"])
    >>> found.table[["subgroup", "level", "hazard_ratio"]].round(2)
      subgroup level  hazard_ratio
    0                         1.89
    1      sex     F          2.36
    2      sex     M          1.88
    >>> found.interactions[["subgroup", "statistic", "p_value"]].round(3)
      subgroup  statistic  p_value
    0      sex      0.009    0.925
    """
    require(isinstance(arm, Factor), "arm is a Factor", arm=arm)
    require(not isinstance(subgroups, str), "subgroups is a list of columns", subgroups=subgroups)
    columns = Columns(frame=follow_up.frame)
    arm = arm.resolved(columns)
    every = np.ones(len(columns), dtype=bool)
    models = _Models(follow_up=follow_up, arm=arm, adjust=tuple(adjust), ties=ties)
    rows = models.level("", "", every, confidence_level)
    tests = []
    for name in subgroups:
        require(name != arm.column, "a subgroup is not the arm", subgroup=name)
        codes, found = columns.labels(name)
        rule = f"a subgroup factor has 1 to {MOST_SUBGROUPS} levels"
        require(0 < len(found) <= MOST_SUBGROUPS, rule, subgroup=name, levels=len(found))
        for place, level in enumerate(found):
            rows += models.level(name, level, codes == place, confidence_level)
        tests.append(models.interaction(name, int((codes < 0).sum())))
    return SubgroupHazardRatios(
        table=pd.DataFrame(rows, columns=list(SUBGROUP_COLUMNS)),
        interactions=pd.DataFrame(tests, columns=list(INTERACTION_COLUMNS)),
        method=_method(follow_up, adjust, ties),
        confidence_level=confidence_level,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Models:
    follow_up: FollowUp
    arm: Factor
    adjust: tuple[Term, ...]
    ties: str

    def level(
        self, subgroup: str, level: str, inside: Flags, confidence_level: float
    ) -> list[tuple[object, ...]]:
        """One line of the forest plot for each arm but the reference."""
        part = replace(self.follow_up, frame=self.follow_up.frame[inside])
        counts = self._counts(part)
        reference = self.arm.reference or ""
        lines: list[tuple[object, ...]] = []
        for arm in (one for one in self.arm.levels or () if one != reference):
            ratio, note = self._ratio(part, arm, counts, confidence_level)
            numbers = (*counts[arm], *counts[reference])
            lines.append((subgroup, level, arm, reference, *numbers, *ratio, note))
        return lines

    def interaction(self, subgroup: str, missing: int) -> tuple[object, ...]:
        """Does the hazard ratio differ between the levels?"""
        factor = Factor(subgroup)
        terms: list[Term] = [self.arm, factor, *self.adjust, Interaction(self.arm, factor)]
        none = (float("nan"), 0, float("nan"), float("nan"), float("nan"), missing)
        try:
            larger, extra = _comparable(model_rows(self.follow_up, terms))
            if not extra.size:
                return (subgroup, *none, "No two levels have subjects in two arms.")
            smaller = _columns(larger, np.setdiff1d(np.arange(larger.design.term_of.size), extra))
            plain = fit_rows(smaller, self.follow_up, self.ties)
            full = fit_rows(larger, self.follow_up, self.ties)
        except NotEstimableError as error:
            return (subgroup, *none, str(error))
        ratio = max(2 * (full.log_likelihood - plain.log_likelihood), 0.0)
        part = full.coefficients[extra]
        wald = float(part @ np.linalg.solve(full.covariance[np.ix_(extra, extra)], part))
        freedom = int(extra.size)
        p_values = (float(chdtrc(freedom, ratio)), wald, float(chdtrc(freedom, wald)))
        return (subgroup, ratio, freedom, *p_values, missing, "")

    def _counts(self, part: FollowUp) -> dict[str, tuple[int, int]]:
        columns = Columns(frame=part.frame)
        codes, found = columns.labels(self.arm.column)
        event = columns.numbers(part.event) == 1
        counts = dict.fromkeys(self.arm.levels or (), (0, 0))
        for place, label in enumerate(found):
            own = codes == place
            counts[label] = (int(own.sum()), int(event[own].sum()))
        return counts

    def _ratio(
        self, part: FollowUp, arm: str, counts: dict[str, tuple[int, int]], confidence_level: float
    ) -> tuple[tuple[float, float, float], str]:
        none = (float("nan"), float("nan"), float("nan"))
        for one in (arm, self.arm.reference or ""):
            if counts[one][0] == 0:
                return none, f"There are no subjects in {one!r}."
        try:
            fit = fit_cox(
                part, [self.arm, *self.adjust], ties=self.ties, confidence_level=confidence_level
            )
        except NotEstimableError as error:
            return none, str(error)
        row = fit.table[(fit.table["term"] == self.arm.name) & (fit.table["level"] == arm)].iloc[0]
        return (float(row["hazard_ratio"]), float(row["lower"]), float(row["upper"])), ""


def _comparable(rows: ModelRows) -> tuple[ModelRows, Ints]:
    """Rows without what other columns determine, and where the interaction is in the rest.

    A level without subjects in an arm makes its column of the interaction empty, or the same as
    another. The main effect of a factor is in the baseline hazards already as far as the strata
    determine it: all of a factor that is a stratum, some of one that is nested in strata.
    """
    term_of = rows.design.term_of
    interaction = len(rows.design.terms) - 1
    cross = _within_strata(rows)
    chosen = np.flatnonzero((term_of != _SUBGROUP) & (term_of != interaction)).tolist()
    main = _informative(cross, chosen, np.flatnonzero(term_of == _SUBGROUP))
    extra = _informative(cross, [*chosen, *main], np.flatnonzero(term_of == interaction))
    kept = np.array([*chosen, *main, *extra], dtype=np.int64)
    return _columns(rows, kept), len(chosen) + len(main) + np.arange(len(extra))


def _within_strata(rows: ModelRows) -> Floats:
    """Cross products of the columns about their means in the strata that have events."""
    matrix, stratum = rows.design.matrix, rows.stratum
    size = np.linalg.norm(matrix - matrix.mean(axis=0), axis=0)
    scaled = matrix / np.where(size > 0, size, 1.0)
    centred = np.zeros_like(scaled)
    for one in np.unique(stratum[rows.event] if rows.event.any() else stratum):
        own = stratum == one
        centred[own] = scaled[own] - scaled[own].mean(axis=0)
    return np.asarray(centred.T @ centred)


def _informative(cross: Floats, before: list[int], places: Ints) -> list[int]:
    """The columns that those before them do not determine."""
    kept: list[int] = []
    rank = _rank(cross, before)
    for place in places.tolist():
        if (larger := _rank(cross, [*before, *kept, place])) > rank:
            kept.append(place)
            rank = larger
    return kept


def _rank(cross: Floats, chosen: list[int]) -> int:
    part = cross[np.ix_(chosen, chosen)]
    return int(np.linalg.matrix_rank(part, tol=_SAME, hermitian=True)) if chosen else 0


def _columns(rows: ModelRows, chosen: Ints) -> ModelRows:
    design = rows.design
    return replace(
        rows,
        design=replace(
            design,
            labels=tuple(design.labels[place] for place in chosen),
            term_of=design.term_of[chosen],
            matrix=np.asfortranarray(design.matrix[:, chosen]),
        ),
    )


def _method(follow_up: FollowUp, adjust: Sequence[Term], ties: str) -> str:
    start = "Stratified Cox" if follow_up.strata else "Cox"
    names = ", ".join(term.name for term in adjust)
    adjusted = f", adjusted for {names}" if names else ""
    return (
        f"{start} regression within each subgroup, {ties.capitalize()} ties{adjusted}; "
        "interaction by likelihood ratio"
    )
