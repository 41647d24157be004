"""Fine–Gray regression: how covariates act on the cumulative incidence of a cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.competing.regression_rows import (
    RegressionRows,
    covariate_matrix,
    regression_rows,
)
from analytics.survival.competing.weighted_likelihood import Point, WeightedLikelihood
from analytics.survival.step_function import asked_times, step_at, step_from

Floats = NDArray[np.float64]

FINE_GRAY_COLUMNS = (
    "covariate", "mean", "hazard_ratio", "lower", "upper", "coefficient", "std_err", "z", "p_value",
)  # fmt: skip
VARIANCES = ("fine-gray", "cmprsk", "sandwich")
_NO_SPREAD = 1e-6  # of the model's standard error: what is left of a robust one by rounding
_MOST_STEPS = 50
_LONGEST_STEP = 20.0  # on the log scale, for any subject; far from the answer Newton can overshoot
_FARTHEST = 200.0  # likewise; hazard ratios of exp(200) only happen on the way to infinity
_CLOSE_ENOUGH = 1e-10  # in standard deviations of the covariates
_NO_INFORMATION = 1e-9  # on a covariate in standard deviations; what rounding leaves of none


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FineGray(Result):
    """A model of the subdistribution hazard of one cause.

    Parameters
    ----------
    cause : str
        The event; the others compete with it.
    table : DataFrame
        One row per covariate: `covariate`, its `mean`, `hazard_ratio` (of the subdistribution,
        per unit of the covariate: below 1 means a lower incidence), `lower`, `upper` (Wald),
        `coefficient` (its log), `std_err`, `z`, `p_value` (Wald, two-sided). NaN, but for the
        ratio and the coefficient, when every subject's share in the score is 0, as it can be with
        two or three subjects: then there is no spread from which to learn a width.
    covariance, model_covariance : DataFrame
        Of the coefficients: robust; and the inverse of the information, which takes subjects in
        the risk set by weight as if they were observed.
    log_likelihood, log_likelihood_null : float
        Weighted partial log-likelihood at the estimate, and without covariates.
    baseline : DataFrame
        `time` of each event of the cause and `cumulative_hazard` of the subdistribution from it
        on, for a subject whose covariates are at their means.
    last_time : float
        Until when anybody was followed.
    subjects, events, competing : int
        Subjects, those in whom the cause came first, and those in whom another did.
    variance, censoring_ties : str
        As asked for.
    confidence_level : float
        Coverage of `lower` and `upper`.
    """

    cause: str
    table: pd.DataFrame
    covariance: pd.DataFrame
    model_covariance: pd.DataFrame
    log_likelihood: float
    log_likelihood_null: float
    baseline: pd.DataFrame
    last_time: float
    subjects: int
    events: int
    competing: int
    variance: str
    censoring_ties: str
    confidence_level: float

    def __post_init__(self) -> None:
        require_columns(self.table, FINE_GRAY_COLUMNS, "the table of a Fine–Gray model")

    def predict(
        self, covariates: pd.DataFrame, times: Sequence[float] | Floats | None = None
    ) -> pd.DataFrame:
        """Cumulative incidence of the cause for given covariates.

        Parameters
        ----------
        covariates : DataFrame
            One row per prediction, the columns of the fit.
        times : sequence of float, optional
            The times of the events unless given.

        Returns
        -------
        DataFrame
            `row` (0, 1, ... as in `covariates`), `time`, `incidence`; NaN beyond `last_time`.

        Examples
        --------
        >>> covariates = pd.DataFrame({"age": [50, 60, 70, 40, 80, 65]})
        >>> fit = fit_fine_gray(
        ...     [1, 2, 3, 4, 5, 6], ["rash", "death", "rash", "", "rash", "death"], covariates,
        ...     cause="rash",
        ... )
        >>> fit.predict(pd.DataFrame({"age": [60]}), [3])["incidence"].round(3).tolist()
        [0.293]
        """
        names = tuple(self.table["covariate"])
        x = covariate_matrix(covariates, names) - self.table["mean"].to_numpy()
        steps = np.concatenate(([0.0], self.baseline["time"]))
        hazard = np.concatenate(([0.0], self.baseline["cumulative_hazard"]))
        when = steps[1:] if times is None else asked_times(times)
        known = hazard[step_at(steps, when)]
        known[step_from(np.array([self.last_time]), when) > 0] = np.nan
        ratio = np.exp(x @ self.table["coefficient"].to_numpy())
        return pd.DataFrame(
            {
                "row": np.repeat(np.arange(ratio.size), when.size),
                "time": np.tile(when, ratio.size),
                "incidence": -np.expm1(-np.outer(ratio, known)).ravel(),
            }
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per covariate."""
        return self.table.copy()


def fit_fine_gray(
    times: ArrayLike,
    causes: Sequence[str],
    covariates: pd.DataFrame,
    *,
    cause: str,
    numbers: ArrayLike | None = None,
    censoring_groups: Sequence[str] | None = None,
    variance: str = "fine-gray",
    censoring_ties: str = "with events",
    confidence_level: float = 0.95,
) -> FineGray:
    """Proportional-hazards regression for the subdistribution of a cause, tied events as Breslow.

    Parameters
    ----------
    times : array
        Time to the first event or to censoring, one per row.
    causes : sequence of str
        What happened first; "" for censored.
    covariates : DataFrame
        One row as in `times`, one column of numbers per covariate; none missing.
    cause : str
        The one that is modelled.
    numbers : array, optional
        How many subjects each row stands for; one unless given.
    censoring_groups : sequence of str, optional
        Groups within which censoring is estimated, such as the arms; one group unless given. The
        weights of a group end with its last observed time.
    variance : {"fine-gray", "cmprsk", "sandwich"}
        "fine-gray": robust, and allows for the weights being estimated (that of R's `cmprsk::crr`
        with one censoring group). "cmprsk": as `crr` has it with several groups, where for the
        weights it only looks at events of the subject's own group; to reproduce its numbers.
        "sandwich": robust, the weights taken as known (that of `finegray` with `coxph`).
    censoring_ties : {"with events", "after events"}
        Whether those with an event at a time could still have been censored at it: "with events"
        as in `crr`, "after events" as in `finegray`. Only matters when times are tied.
    confidence_level : float
        Two-sided coverage.

    Raises
    ------
    NotEstimableError
        Without events of the cause; when a covariate does not vary or repeats others; or when it
        separates the events so that its coefficient is infinite.

    References
    ----------
    Fine and Gray (1999), JASA 94:496-509; Geskus (2011), Biometrics 67:39-49.

    Examples
    --------
    >>> covariates = pd.DataFrame({"age": [50, 60, 70, 40, 80, 65]})
    >>> causes = ["rash", "death", "rash", "", "rash", "death"]
    >>> fit = fit_fine_gray([1, 2, 3, 4, 5, 6], causes, covariates, cause="rash")
    >>> fit.table[["covariate", "coefficient", "std_err"]].round(3)
      covariate  coefficient  std_err
    0       age        0.017    0.037
    """
    require(variance in VARIANCES, f"variance in {VARIANCES}", variance=variance)
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    rows = regression_rows(
        times, causes, covariates, cause=cause, numbers=numbers, censoring_groups=censoring_groups
    )
    if not rows.subjects.cause.any():
        raise NotEstimableError(f"A model of {cause!r} needs events of it, and there are none.")
    likelihood = WeightedLikelihood.of(rows.subjects, censoring_ties)
    null = likelihood.at(np.zeros(len(rows.names)))
    fit = _maximised(likelihood, null, rows.names)
    model = np.asarray(np.linalg.inv(fit.information), dtype=np.float64)
    robust = model @ _variance_of_score(likelihood, fit, variance) @ model
    given, per_unit = rows.subjects, 1 / np.outer(rows.spread, rows.spread)
    return FineGray(
        cause=cause,
        table=_table(rows, fit, np.sqrt(np.diag(robust)), confidence_level),
        covariance=pd.DataFrame(robust * per_unit, columns=list(rows.names)),
        model_covariance=pd.DataFrame(model * per_unit, columns=list(rows.names)),
        log_likelihood=fit.value,
        log_likelihood_null=null.value,
        baseline=pd.DataFrame(
            {"time": likelihood.event_times, "cumulative_hazard": np.cumsum(fit.hazard)}
        ),
        last_time=float(given.time[-1]),
        subjects=int(given.numbers.sum()),
        events=int(given.numbers[given.cause].sum()),
        competing=int(given.numbers[given.competing].sum()),
        variance=variance,
        censoring_ties=censoring_ties,
        confidence_level=confidence_level,
    )


def _maximised(likelihood: WeightedLikelihood, here: Point, names: tuple[str, ...]) -> Point:
    if np.linalg.eigvalsh(here.information)[0] < _NO_INFORMATION:
        raise NotEstimableError(
            f"No coefficients for {', '.join(map(repr, names))}: among those at risk some of them "
            "do not vary, or follow from others."
        )
    for _ in range(_MOST_STEPS):
        step = np.asarray(np.linalg.solve(here.information, here.score), dtype=np.float64)
        if float(np.abs(step).max()) < _CLOSE_ENOUGH:
            return here
        here = _uphill(likelihood, here, step)
        _require_finite(likelihood, here, names)
    raise NotEstimableError(f"The coefficients did not settle in {_MOST_STEPS} Newton steps.")


def _require_finite(likelihood: WeightedLikelihood, here: Point, names: tuple[str, ...]) -> None:
    farthest = float(np.abs(likelihood.subjects.covariates @ here.coefficients).max())
    if farthest > _FARTHEST or np.linalg.eigvalsh(here.information)[0] < _NO_INFORMATION:
        longest = names[int(np.abs(here.coefficients).argmax())]
        raise NotEstimableError(
            f"No finite coefficients: the covariates, above all {longest!r}, separate those who "
            "have the event from those at risk."
        )


def _uphill(likelihood: WeightedLikelihood, here: Point, step: Floats) -> Point:
    farthest = float(np.abs(likelihood.subjects.covariates @ step).max())
    step = step * min(1.0, _LONGEST_STEP / farthest)
    slack = 1e-12 * abs(here.value)  # rounding may make the last, tiny steps look downhill
    there = likelihood.at(here.coefficients + step)
    while not there.value >= here.value - slack:
        step = step / 2
        there = likelihood.at(here.coefficients + step)
    return there


def _variance_of_score(likelihood: WeightedLikelihood, fit: Point, variance: str) -> Floats:
    residual = likelihood.residuals(fit)
    if variance != "sandwich":
        residual = residual + likelihood.weight_residuals(fit, own_events_only=variance == "cmprsk")
    return (residual.T * likelihood.subjects.numbers) @ residual


def _table(
    rows: RegressionRows, fit: Point, std_err: Floats, confidence_level: float
) -> pd.DataFrame:
    model = np.sqrt(np.diag(np.linalg.inv(fit.information)))
    std_err = np.where(std_err > _NO_SPREAD * model, std_err, np.nan) / rows.spread
    coefficient = fit.coefficients / rows.spread
    reach = float(ndtri(0.5 + confidence_level / 2)) * std_err
    z = coefficient / std_err
    with np.errstate(over="ignore"):  # a unit may be a thousand standard deviations
        ratios = np.exp(np.array([coefficient, coefficient - reach, coefficient + reach]))
    columns = (
        np.array(rows.names, dtype=object),
        rows.mean,
        *ratios,
        coefficient,
        std_err,
        z,
        2 * ndtr(-np.abs(z)),
    )
    return pd.DataFrame(dict(zip(FINE_GRAY_COLUMNS, columns, strict=True)))
