"""The tests of a table of terms, adjusted for how many there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.results import Result, registered, require_columns
from analytics.safety.incidence import IncidenceTests
from analytics.safety.incidence.cells import Flags, Floats
from analytics.safety.multiplicity.double_fdr import DoubleFdr, double_fdr_2004, double_fdr_2012
from analytics.safety.multiplicity.false_discovery import (
    adjust_benjamini_hochberg,
    as_probabilities,
)

DOUBLE_FDR = {"double-fdr-2004": double_fdr_2004, "double-fdr-2012": double_fdr_2012}
METHODS = ("unadjusted", "benjamini-hochberg", *DOUBLE_FDR)
FAMILIES = (
    "Each arm against the reference is a family of its own: arms are not adjusted for one another."
)
COLUMNS = ("arm", "p_value", "class_adjusted", "adjusted", "flagged", "reason")
CLASS_COLUMNS = ("arm", "terms", "representative", "adjusted", "passes")
NO_TEST = "no p-value"
CLASS_FAILS = "its class does not pass"


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AdjustedTests(Result):
    """Tests of each term and arm, adjusted within each arm. Exploratory: flags, not proof.

    Parameters
    ----------
    table : DataFrame
        One row per term and arm, in the order of the tests: the keys, `arm`, `p_value` (raw),
        `class_adjusted` (of the term's class, under double FDR; else NaN), `adjusted`, `flagged`
        and `reason`. Flagged is a term with `adjusted` at most `alpha`; under double FDR its class
        must also have `class_adjusted` at most `class_alpha`. `reason` says why a term cannot be
        flagged whatever its adjusted p-value: there is no p-value, or its class does not pass
        (then the method of 2012 has no adjusted p-value); else "".
    classes : DataFrame
        Under double FDR one row per class and arm: the class, `arm`, `terms` (with a p-value),
        `representative` (the p-value that stands for the class), `adjusted`, `passes`. Else
        no rows.
    keys : tuple of str
        The columns that name a term; under double FDR the first names its class.
    method : {"unadjusted", "benjamini-hochberg", "double-fdr-2004", "double-fdr-2012"}
    test : str
        The column of the tests that was adjusted.
    alpha, class_alpha : float
        Levels of the terms and of the classes.
    families : str
        What is adjusted together, in words.
    endpoint : str
        Which events.
    """

    table: pd.DataFrame
    classes: pd.DataFrame
    keys: tuple[str, ...]
    method: str
    test: str
    alpha: float
    class_alpha: float
    families: str
    endpoint: str

    def __post_init__(self) -> None:
        require_columns(self.table, (*self.keys, *COLUMNS), "a table of adjusted tests")
        require_columns(self.classes, (self.keys[0], *CLASS_COLUMNS), "a table of classes")

    def to_frame(self) -> pd.DataFrame:
        """One row per term and arm."""
        return self.table.copy()


def adjust(
    tests: IncidenceTests | pd.DataFrame,
    *,
    method: str,
    p_value: str | None = None,
    keys: tuple[str, ...] | None = None,
    alpha: float = 0.05,
    class_alpha: float | None = None,
) -> AdjustedTests:
    """Adjust the tests of all terms, each arm by itself.

    Parameters
    ----------
    tests : IncidenceTests or DataFrame
        What `test_incidence` returns, or one row per term and arm with the columns of `keys`,
        `arm` and a p-value. NaN does not count as a hypothesis; a term without an event in either
        arm counts, with p = 1.
    method : {"unadjusted", "benjamini-hochberg", "double-fdr-2004", "double-fdr-2012"}
    p_value : str, optional
        The column to adjust: by default "fisher" of `IncidenceTests`, "p_value" of a frame.
    keys : tuple of str, optional
        The columns that name a term; by default those of `IncidenceTests`, and ("class", "term")
        of a frame. Double FDR takes the first as the class and needs another for the term.
    alpha : float
        Level at which a term is flagged.
    class_alpha : float, optional
        Of double FDR, the level at which a class passes; by default `alpha`.

    References
    ----------
    As in `adjust_benjamini_hochberg`, `double_fdr_2004` and `double_fdr_2012`.

    Examples
    --------
    >>> tests = pd.DataFrame(
    ...     {"class": ["Skin", "Skin", "Eye"], "term": ["Rash", "Itch", "Ache"], "arm": "B",
    ...      "p_value": [0.001, 0.04, 0.03]}
    ... )
    >>> adjusted = adjust(tests, method="double-fdr-2012")
    >>> adjusted.table[["term", "p_value", "class_adjusted", "adjusted", "flagged"]]
       term  p_value  class_adjusted  adjusted  flagged
    0  Rash    0.001           0.004     0.003     True
    1  Itch    0.040           0.004     0.040     True
    2  Ache    0.030           0.030     0.040     True
    """
    require(method in METHODS, f"method in {METHODS}", method=method)
    require(0 < alpha < 1, "0 < alpha < 1", alpha=alpha)
    double = method in DOUBLE_FDR
    own_level = double or class_alpha is None
    require(own_level, "class_alpha belongs to double FDR", class_alpha=class_alpha, method=method)
    names, test = _columns(tests, keys, p_value)
    require(not double or len(names) > 1, "double FDR needs a class and a term", keys=names)
    table = _tests(tests, names, test)
    parts = [
        _one_arm(own, names[0], method, alpha, class_alpha)
        for _, own in table.groupby("arm", sort=False)
    ]
    return AdjustedTests(
        table=_stacked([own for own, _ in parts], (*names, *COLUMNS)).sort_index(),
        classes=_stacked([own for _, own in parts], (names[0], *CLASS_COLUMNS), renumber=True),
        keys=names,
        method=method,
        test=test,
        alpha=float(alpha),
        class_alpha=float(alpha if class_alpha is None else class_alpha),
        families=FAMILIES,
        endpoint=tests.endpoint if isinstance(tests, IncidenceTests) else "",
    )


def _columns(
    tests: IncidenceTests | pd.DataFrame, keys: tuple[str, ...] | None, p_value: str | None
) -> tuple[tuple[str, ...], str]:
    """The keys and the column of p-values."""
    if isinstance(tests, IncidenceTests):
        return keys or tests.keys, p_value or "fisher"
    return keys or ("class", "term"), p_value or "p_value"


def _tests(
    tests: IncidenceTests | pd.DataFrame, keys: tuple[str, ...], p_value: str
) -> pd.DataFrame:
    """The keys, arm and p-value, one row per term and arm."""
    frame = tests.table if isinstance(tests, IncidenceTests) else tests
    needed = [*keys, "arm", p_value]
    require(len(set(needed)) == len(needed), "each column has a name of its own", columns=needed)
    missing = [name for name in needed if name not in frame.columns]
    require(not missing, f"the tests have the columns {', '.join(needed)}", missing=missing)
    names = frame[[*keys, "arm"]].reset_index(drop=True)
    unnamed = names.columns[names.isna().any()].tolist()
    require(not unnamed, "every row has a term and an arm", missing=unnamed)
    twice = names[names.duplicated()]
    rule = "there is one row for each term and arm"
    require(twice.empty, rule, twice=twice.iloc[:1].to_dict("records"))
    return names.assign(p_value=as_probabilities(frame[p_value].to_numpy()))


def _one_arm(
    table: pd.DataFrame, class_key: str, method: str, alpha: float, class_alpha: float | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of an arm with what was found, and its classes."""
    p = table["p_value"].to_numpy()
    if method not in DOUBLE_FDR:
        adjusted = p if method == "unadjusted" else adjust_benjamini_hochberg(p)
        everywhere = np.ones(p.size, dtype=bool)
        none = np.full(p.size, np.nan)
        return _found(table, none, adjusted, adjusted <= alpha, everywhere), pd.DataFrame()
    names = table[class_key].tolist()
    found = DOUBLE_FDR[method](p, names, alpha=alpha, class_alpha=class_alpha)
    of_term = found.class_of_term
    rows = _found(
        table,
        found.class_adjusted[of_term],
        found.adjusted,
        found.flagged,
        found.passes[of_term],
    )
    return rows, _classes(found, class_key, table["arm"].iloc[0], p)


def _found(
    table: pd.DataFrame, class_adjusted: Floats, adjusted: Floats, flagged: Flags, passes: Flags
) -> pd.DataFrame:
    reason = np.select([table["p_value"].isna(), ~passes], [NO_TEST, CLASS_FAILS], default="")
    return table.assign(
        class_adjusted=class_adjusted,
        adjusted=adjusted,
        flagged=flagged,
        reason=reason.astype(object),
    )


def _classes(found: DoubleFdr, class_key: str, arm: object, p: Floats) -> pd.DataFrame:
    tested = found.class_of_term[~np.isnan(p)]
    return pd.DataFrame(
        {
            class_key: np.array(found.classes, dtype=object),
            "arm": arm,
            "terms": np.bincount(tested, minlength=len(found.classes)),
            "representative": found.representative,
            "adjusted": found.class_adjusted,
            "passes": found.passes,
        }
    )


def _stacked(
    parts: list[pd.DataFrame], columns: tuple[str, ...], *, renumber: bool = False
) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    return pd.concat(filled, ignore_index=renumber)
