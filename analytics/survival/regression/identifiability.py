"""Why a coefficient has no estimate, in words that name the covariate."""

from __future__ import annotations

import numpy as np

from analytics.checks import NotEstimableError
from analytics.survival.regression.columns import Flags, Floats
from analytics.survival.regression.cox_likelihood import CoxLikelihood

_SAME = 1e-10  # share of a column's variation that is not explained by the columns before it
_NEGLIGIBLE = 1e-3  # parts of a direction below this share of its largest part are rounding


def require_varying(matrix: Floats, covariates: tuple[str, ...]) -> None:
    """Raise `NotEstimableError` that names the columns with one value only.

    Examples
    --------
    >>> require_varying(np.array([[1.0, 0.0], [1.0, 1.0]]), ("site=9", "arm=B"))
    Traceback (most recent call last):
        ...
    analytics.checks.NotEstimableError: No estimate for 'site=9': it has the same value in all rows.
    """
    same = [
        name
        for name, column in zip(covariates, matrix.T, strict=True)
        if column.size == 0 or (column == column[0]).all()
    ]
    if same:
        verb = "it has" if len(same) == 1 else "each has"
        raise NotEstimableError(
            f"No estimate for {_named(same)}: {verb} the same value in all rows."
        )


def require_independent(information: Floats, covariates: tuple[str, ...], where: str) -> None:
    """Raise `NotEstimableError` that names the first column the others determine.

    Parameters
    ----------
    information : array
        Cross products of the standardised columns, from any likelihood.
    covariates : tuple of str
        Their names.
    where : str
        What "the same" refers to, for the sentence.

    Examples
    --------
    >>> column = np.array([[-1.0, 0.0, 1.0]])
    >>> cross = np.vstack((column, 2 * column)) @ np.vstack((column, 2 * column)).T
    >>> require_independent(cross, ("age", "age in months"), "in the data")
    Traceback (most recent call last):
        ...
    analytics.checks.NotEstimableError: No estimate for 'age in months': it is determined by \
'age' in the data.
    """
    if _all_independent(information):
        return
    total = float(np.trace(information)) / len(covariates)
    for last, name in enumerate(covariates):
        before, cross = information[:last, :last], information[:last, last]
        weights = np.linalg.solve(before, cross) if last else np.zeros(0)
        own = information[last, last]
        if own <= _SAME * total:
            raise NotEstimableError(f"No estimate for {name!r}: it does not vary {where}.")
        if own - cross @ weights <= _SAME * own:
            parts = np.abs(weights) > _NEGLIGIBLE * np.abs(weights).max()
            others = [one for one, part in zip(covariates, parts, strict=False) if part]
            sentence = f"it is determined by {_named(others, 'and')} {where}"
            raise NotEstimableError(f"No estimate for {name!r}: {sentence}.")


def _all_independent(information: Floats) -> bool:
    own = np.diag(information)
    try:
        left = np.diag(np.linalg.cholesky(information)) ** 2
    except np.linalg.LinAlgError:
        return False
    return bool((left > _SAME * own).all() and (own > _SAME * own.mean()).all())


def require_no_monotone_direction(
    likelihood: CoxLikelihood, covariates: tuple[str, ...], move: Floats
) -> None:
    """Raise `NotEstimableError` if the likelihood rises for ever in the direction of a move.

    It does if and only if, at every event, the subject who has it scores highest among all at
    risk, the score being the covariates weighted by the move (Jacobsen 1989, Scandinavian Journal
    of Statistics 16:335-349; Heinze and Schemper 2001, Biometrics 57:114-119).

    Parameters
    ----------
    likelihood : CoxLikelihood
        Rows and risk sets.
    covariates : tuple of str
        Names of the columns.
    move : array
        A direction, in standardised coefficients.
    """
    parts = np.abs(move) > _NEGLIGIBLE * np.abs(move).max()
    for direction, slack in ((np.where(parts, move, 0.0), 1e-9), (move, 1e-5)):
        score = direction @ likelihood.covariates
        behind = (
            likelihood.grid.highest(score)[likelihood.grid.point] - score[likelihood.grid.death]
        )
        if (behind <= slack * np.ptp(score)).all():
            raise NotEstimableError(_monotone(covariates, direction, parts))


def _monotone(covariates: tuple[str, ...], direction: Floats, parts: Flags) -> str:
    limits = [
        f"{name!r} goes to {'infinity' if slope > 0 else '0'}"
        for name, slope, part in zip(covariates, direction, parts, strict=True)
        if part
    ]
    who = "scores highest on them"
    if len(limits) == 1:
        who = f"has the {'highest' if direction[parts][0] > 0 else 'lowest'} value of it"
    return (
        f"No hazard ratio: the likelihood keeps rising as that of {' and that of '.join(limits)}, "
        f"because at every event the subject concerned {who} among all at risk."
    )


def _named(names: list[str], joint: str = "or") -> str:
    return f" {joint} ".join(map(repr, names))
