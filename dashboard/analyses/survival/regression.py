"""Cox's regression of one endpoint on the arm and on columns of ADSL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.survival.regression import (
    Concordance,
    CoxRegression,
    Factor,
    FollowUp,
    Interaction,
    Numeric,
    concordance,
)
from analytics.survival.regression.cox import fit_rows
from analytics.survival.regression.model_rows import ModelRows, model_rows
from analytics.survival.regression.terms import Term
from dashboard.analyses.survival.analysis import SurvivalAnalysis, or_reason
from dashboard.analyses.survival.follow_up import ARM, follow_up_of
from dashboard.analyses.survival.immortal_time import immortal_time
from queries.store import Store

MOST_LEVELS = 30
"""Levels of a factor; a column of more is a stratum or a cluster, if anything."""

MOST_COVARIATES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariate:
    """A column of ADSL as a covariate.

    Parameters
    ----------
    column : str
    kind : {"factor", "number"}
        Whether each level has a hazard ratio of its own, or the hazard ratio is per unit.
    reference : str, optional
        The level that the others are compared with; the first unless given, or where the
        subjects do not have it.
    """

    column: str
    kind: Literal["factor", "number"] = "number"
    reference: str | None = None

    def __post_init__(self) -> None:
        require(self.kind in ("factor", "number"), "kind is factor or number", kind=self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionAnalysis:
    """A Cox model: of whom, on what, with which variance.

    Parameters
    ----------
    analysis : SurvivalAnalysis
        Subjects, endpoint, arms or groups, strata, landmark and unit. The arm is a covariate
        wherever there is more than one.
    covariates : tuple of Covariate
        Each column once, none of them a stratum.
    ties : {"efron", "breslow"}
        How events at the same time are ordered.
    robust : bool
        Whether the variance is robust to a wrong model (Lin and Wei 1989).
    cluster : str, optional
        The column of ADSL whose subjects are dependent; the variance then is robust to that.
    interaction : str, optional
        The covariate with which the hazard ratio of the arm may change.
    """

    analysis: SurvivalAnalysis
    covariates: tuple[Covariate, ...] = ()
    ties: Literal["efron", "breslow"] = "efron"
    robust: bool = False
    cluster: str | None = None
    interaction: str | None = None

    def __post_init__(self) -> None:
        columns = self.columns
        most = f"a model has at most {MOST_COVARIATES} covariates"
        require(len(columns) <= MOST_COVARIATES, most, covariates=len(columns))
        require(len(set(columns)) == len(columns), "each covariate is given once", given=columns)
        both = tuple(name for name in columns if name in self.analysis.strata)
        require(not both, "a column is a covariate or a stratum, not both", both=both)
        known = self.interaction is None or self.interaction in columns
        require(known, "the interaction is with a covariate", interaction=self.interaction)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the covariates."""
        return tuple(covariate.column for covariate in self.covariates)

    def run(self, store: Store) -> RegressionAnswer:
        """Ask the store and fit.

        Raises
        ------
        NotEstimableError
            When no subject of the cohort has a time for this endpoint.
        """
        refusal = immortal_time(store, self.analysis)
        model = or_reason(lambda: self.fitted(store), refusal)
        return RegressionAnswer(analysis=self, model=model)

    def fitted(self, store: Store) -> FittedModel:
        """The model with its rows.

        Raises
        ------
        NotEstimableError
            Without events or covariates; for a covariate that does not vary, has too many
            levels, is determined by others, or whose hazard ratio is 0 or infinite.
        """
        follow_up, lacking = follow_up_of(store, self.analysis, self.columns, cluster=self.cluster)
        terms = self._terms(follow_up.frame)
        rows = model_rows(follow_up, terms)
        _require_coefficients(rows)
        level = self.analysis.confidence_level
        robust = True if self.robust else None
        fit = fit_rows(rows, follow_up, self.ties, robust, level)
        return FittedModel(
            fit=fit,
            follow_up=follow_up,
            concordance=concordance(fit, follow_up, confidence_level=level),
            levels=_levels(rows, follow_up),
            dropped={**lacking, **dict(fit.dropped.itertuples(index=False))},
        )

    def _terms(self, frame: pd.DataFrame) -> list[Term]:
        mains = [_term(covariate, frame) for covariate in self.covariates]
        if len(frame[ARM].cat.categories) < 2:
            if not mains:
                raise NotEstimableError("There is one arm and no covariate; choose a covariate.")
            return [*mains]
        arm = Factor(ARM)
        crossed = [Interaction(arm, term) for term in mains if term.column == self.interaction]
        return [arm, *mains, *crossed]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedModel:
    """A Cox model with what it was fitted to.

    Parameters
    ----------
    fit : CoxRegression
    follow_up : FollowUp
        All subjects, those that were left out among them.
    concordance : Concordance
    levels : DataFrame
        `term`, `level`, `subjects`, `events` of each level of each factor among those used.
    dropped : dict of str to int
        Subjects left out, by the reason why.
    """

    fit: CoxRegression
    follow_up: FollowUp
    concordance: Concordance
    levels: pd.DataFrame
    dropped: dict[str, int]

    @property
    def has_arm(self) -> bool:
        """Whether the arm is in the model."""
        return any(term.name == ARM for term in self.fit.terms)

    def coefficient(self, covariate: str) -> float:
        """The log hazard ratio of one coefficient, by the name that the fit gives it."""
        return float(self.fit.table.set_index("covariate").loc[covariate, "coefficient"])

    def tests_table(self) -> pd.DataFrame:
        """Tests of the model and, by Wald, of each of its terms.

        Returns
        -------
        DataFrame
            `test`, `of` ("model" or the name of a term), `statistic`, `degrees_of_freedom`,
            `p_value`.
        """
        terms = self.fit.term_tests().rename(columns={"term": "of"}).assign(test="Wald")
        both = [self.fit.tests.assign(of="model"), terms]
        columns = ["test", "of", "statistic", "degrees_of_freedom", "p_value"]
        return pd.concat(both, ignore_index=True)[columns]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegressionAnswer:
    """The model; where it has no estimate, the sentence that says why stands in its place."""

    analysis: RegressionAnalysis
    model: FittedModel | str


def _term(covariate: Covariate, frame: pd.DataFrame) -> Numeric | Factor:
    if covariate.kind == "number":
        return Numeric(covariate.column)
    column = frame[covariate.column]
    if column.nunique() > MOST_LEVELS:
        raise NotEstimableError(
            f"No estimate for {covariate.column!r}: it has {column.nunique():,} levels, and a "
            f"covariate has at most {MOST_LEVELS}. Take it as a stratum or as clusters instead."
        )
    held = {str(level) for level in column.dropna().unique()}
    known = covariate.reference in held
    return Factor(covariate.column, reference=covariate.reference if known else None)


def _require_coefficients(rows: ModelRows) -> None:
    """A factor with one level makes no column, and so no complaint of the fit."""
    for place, term in enumerate(rows.design.terms):
        if not (rows.design.term_of == place).any():
            named = ARM if term.name == ARM else term.name
            raise NotEstimableError(
                f"No estimate for {named!r}: it has the same value in all rows that are complete."
            )


def _levels(rows: ModelRows, follow_up: FollowUp) -> pd.DataFrame:
    used = follow_up.frame.iloc[rows.design.row]
    pieces = [
        (term.name, level, int(own.sum()), int(used.loc[own, "event"].sum()))
        for term in rows.design.terms
        if isinstance(term, Factor)
        for level in term.levels or ()
        for own in [_is_level(used[term.column], level)]
    ]
    return pd.DataFrame(pieces, columns=["term", "level", "subjects", "events"])


def _is_level(column: pd.Series, level: str) -> pd.Series:
    if column.dtype.kind == "f":
        return column == float(level)
    return column.astype(str) == level
