"""How far the incidences of two arms are apart: differences, ratios and odds ratios of a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.results import Result, registered, require_columns
from analytics.safety.incidence.cells import Floats, Ints
from analytics.safety.incidence.conditional import fisher_test
from analytics.safety.incidence.counts import IncidenceCounts
from analytics.safety.incidence.measures import MEASURES, TESTS, Contrast, reasons
from analytics.safety.incidence.score_test import score_test
from analytics.safety.incidence.stratified import stratified_difference

CONTRAST_COLUMNS = ("estimate", "lower", "upper", "p_value", "strata", "reason")
TEST_COLUMNS = ("fisher", "score")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IncidenceContrasts(Result):
    """Each arm against the reference, term by term.

    Parameters
    ----------
    table : DataFrame
        One row per term and arm: the keys, `arm`, `reference`, `with_event`, `subjects` and the
        same of the reference (`reference_with_event`, …; patient-years instead of subjects for
        rates), `estimate`, `lower`, `upper`, `p_value`, `strata` (how many have both arms; 1 when
        they were added up) and `reason`: why an estimate is NaN, not estimable; else "".
        A difference is above 0, and a ratio above 1, when the arm has more events than the
        reference. A ratio to none is infinite.
    keys : tuple of str
        The columns that name a term.
    measure : {"risk difference", "risk ratio", "odds ratio", "rate ratio"}
    interval : str
        The method of the limits.
    test : str
        The method of the p-value, unadjusted for the number of terms.
    weights : str
        Of the strata; "" when they were added up.
    confidence_level : float
        Two-sided coverage.
    endpoint : str
        Which events.
    """

    table: pd.DataFrame
    keys: tuple[str, ...]
    measure: str
    interval: str
    test: str
    weights: str
    confidence_level: float
    endpoint: str

    def __post_init__(self) -> None:
        size = "patient_years" if self.measure == "rate ratio" else "subjects"
        expected = (*self.keys, *_cell_columns(size), *CONTRAST_COLUMNS)
        require_columns(self.table, expected, "a table of contrasts")

    def to_frame(self) -> pd.DataFrame:
        """One row per term and arm."""
        return self.table.copy()


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IncidenceTests(Result):
    """Tests of equal proportions in each arm and the reference, term by term.

    Parameters
    ----------
    table : DataFrame
        One row per term and arm: the keys, `arm`, `reference`, the counts, and two-sided p-values
        `fisher` (exact) and `score` (Miettinen and Nurminen), unadjusted for the number of terms.
    keys : tuple of str
        The columns that name a term.
    endpoint : str
        Which events.
    """

    table: pd.DataFrame
    keys: tuple[str, ...]
    endpoint: str

    def __post_init__(self) -> None:
        expected = (*self.keys, *_cell_columns("subjects"), *TEST_COLUMNS)
        require_columns(self.table, expected, "a table of tests")

    def to_frame(self) -> pd.DataFrame:
        """One row per term and arm."""
        return self.table.copy()


def compare_incidence(
    counts: IncidenceCounts,
    *,
    measure: str = "risk difference",
    interval: str | None = None,
    confidence_level: float = 0.95,
) -> IncidenceContrasts:
    """Each arm against the reference, strata added up.

    Parameters
    ----------
    counts : IncidenceCounts
        Two arms or more; with patient-years for rates.
    measure : {"risk difference", "risk ratio", "odds ratio", "rate ratio"}
    interval : str, optional
        The first of: for differences "miettinen-nurminen", "newcombe", "mee"; for risk ratios
        "miettinen-nurminen", "koopman"; for odds ratios "miettinen-nurminen", "cornfield",
        "exact" (then the estimate is the conditional one); for rates of first events "exact",
        "score".
    confidence_level : float
        Two-sided coverage.

    Raises
    ------
    NotEstimableError
        With one arm.

    References
    ----------
    As in `score_difference`, `newcombe_difference`, `score_ratio`, `score_odds_ratio`,
    `exact_odds_ratio`, `exact_rate_ratio` and `score_rate_ratio`.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"term": "Rash", "arm": ["A", "B"], "with_event": [3, 13], "subjects": [132, 148]}
    ... )
    >>> counts = IncidenceCounts(frame=frame, arms=("A", "B"))
    >>> compare_incidence(counts).table[["arm", "estimate", "lower", "upper", "p_value"]].round(4)
      arm  estimate   lower  upper  p_value
    0   B    0.0651  0.0122  0.125   0.0193
    """
    require(measure in MEASURES, f"measure in {tuple(MEASURES)}", measure=measure)
    known = tuple(MEASURES[measure])
    method = known[0] if interval is None else interval
    require(method in known, f"interval of a {measure} in {known}", interval=interval)
    counts.require_comparison()
    size = "patient_years" if measure == "rate ratio" else "subjects"
    rule = "rates are compared with the column patient_years"
    require(counts.has(size), rule, columns=list(counts.frame.columns))
    table = _pairs(counts, size)
    found = MEASURES[measure][method](*_cells(table), confidence_level)
    return IncidenceContrasts(
        table=_with_contrast(table, found, np.ones(len(table), dtype=np.int64), measure),
        keys=counts.keys,
        measure=measure,
        interval=method,
        test=TESTS[measure][method],
        weights="",
        confidence_level=confidence_level,
        endpoint=counts.endpoint,
    )


def compare_incidence_by_stratum(
    counts: IncidenceCounts, *, weights: str = "mantel-haenszel", confidence_level: float = 0.95
) -> IncidenceContrasts:
    """The risk difference common to the strata of each arm and the reference.

    The counts shown are totals; strata in which one of the two arms has no subjects are left out
    of the difference, and `strata` says how many are in it.

    Parameters
    ----------
    counts : IncidenceCounts
        Two arms or more, in strata.
    weights : {"mantel-haenszel", "miettinen-nurminen"}
        As in `stratified_difference`.
    confidence_level : float
        Two-sided coverage.

    Raises
    ------
    NotEstimableError
        With one arm.

    References
    ----------
    As in `stratified_difference`.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"term": "Rash", "arm": list("AABB"), "stratum": ["x", "y"] * 2,
    ...      "with_event": [3, 5, 6, 7], "subjects": [30, 20, 30, 20]}
    ... )
    >>> counts = IncidenceCounts(frame=frame, arms=("A", "B"))
    >>> compare_incidence_by_stratum(counts).table[["estimate", "lower", "upper"]].round(4)
       estimate   lower   upper
    0       0.1 -0.0611  0.2605
    """
    counts.require_comparison()
    x, n = counts.cells("with_event"), counts.cells("subjects")
    common = stratified_difference(
        *(x[:, 1:], n[:, 1:], x[:, :1], n[:, :1]),
        weights=weights,
        confidence_level=confidence_level,
    )
    values = (common.estimate, common.lower, common.upper, common.p_value)
    found = Contrast(*(one.ravel() for one in values))
    table = _pairs(counts, "subjects")
    return IncidenceContrasts(
        table=_with_contrast(table, found, common.strata.ravel(), "risk difference"),
        keys=counts.keys,
        measure="risk difference",
        interval="miettinen-nurminen",
        test="Cochran–Mantel–Haenszel",
        weights=weights,
        confidence_level=confidence_level,
        endpoint=counts.endpoint,
    )


def test_incidence(counts: IncidenceCounts) -> IncidenceTests:
    """P-values of equal proportions in each arm and the reference, strata added up.

    Raises
    ------
    NotEstimableError
        With one arm.

    References
    ----------
    As in `fisher_test` and `score_test`.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"term": "Rash", "arm": ["A", "B"], "with_event": [3, 13], "subjects": [132, 148]}
    ... )
    >>> counts = IncidenceCounts(frame=frame, arms=("A", "B"))
    >>> test_incidence(counts).table[["fisher", "score"]].round(4)
       fisher   score
    0  0.0209  0.0193
    """
    counts.require_comparison()
    table = _pairs(counts, "subjects")
    cells = _cells(table)
    table = table.assign(fisher=fisher_test(*cells), score=score_test(*cells))
    return IncidenceTests(table=table, keys=counts.keys, endpoint=counts.endpoint)


test_incidence.__test__ = False  # type: ignore[attr-defined]


def _cell_columns(size: str) -> tuple[str, ...]:
    reference = ("reference_with_event", f"reference_{size}")
    return ("arm", "reference", "with_event", size, *reference)


def _pairs(counts: IncidenceCounts, size: str) -> pd.DataFrame:
    """Each arm beside the reference: one row per term and arm."""
    others = len(counts.arms) - 1
    terms = counts.terms
    table = terms.loc[terms.index.repeat(others)].reset_index(drop=True)
    table["arm"] = np.tile(np.array(counts.arms[1:], dtype=object), len(terms))
    table["reference"] = np.full(len(table), counts.arms[0], dtype=object)
    for prefix, own in (("", slice(1, None)), ("reference_", slice(0, 1))):
        for name in ("with_event", size):
            values = np.repeat(counts.totals(name)[:, own], others if prefix else 1, axis=1)
            whole = name != "patient_years"
            table[f"{prefix}{name}"] = values.ravel().astype(np.int64 if whole else np.float64)
    return table


def _cells(table: pd.DataFrame) -> tuple[Floats, Floats, Floats, Floats]:
    """The last four columns of a table of pairs."""
    x1, size1, x2, size2 = table.iloc[:, -4:].to_numpy(dtype=np.float64).T
    return x1, size1, x2, size2


def _with_contrast(
    table: pd.DataFrame, found: Contrast, strata: Ints, measure: str
) -> pd.DataFrame:
    why = reasons(measure, *_cells(table))
    return table.assign(
        estimate=found.estimate,
        lower=found.lower,
        upper=found.upper,
        p_value=found.p_value,
        strata=strata,
        reason=np.where(np.isnan(found.estimate), why, "").astype(object),
    )
