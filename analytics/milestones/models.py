"""What is believed of the hazards of an ongoing trial: one model, or several with their weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.design.assumptions.hazard import HazardAssumption, assumed_hazard
from analytics.milestones.follow_up import DROPOUT, EVENT, TrialFollowUp
from analytics.milestones.rates import GammaRates
from analytics.results import Result, registered
from analytics.survival.counts import DAYS
from analytics.survival.regression import FollowUp, fit_parametric

FAMILIES = ("exponential", "piecewise", "weibull", "loglogistic")
USUAL_FAMILIES = ("exponential", "piecewise", "weibull")
CRITERIA = ("bic", "aic", "equal")
DROPOUTS = ("pooled", "by arm", "none")
MOST_PIECES = 20
LEAST_PER_PIECE = 5
_SOON = 0.5  # days, at which an end of follow-up at time 0 counts in a Weibull's likelihood


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class EventModel(Result):
    """One family of hazards, fitted or stated, with its weight among others.

    Parameters
    ----------
    name : str
        Its family.
    hazards : tuple of GammaRates or HazardAssumption
        One per arm.
    weight : float
        Above 0; the weights of all models add up to 1.
    parameters : int
    log_likelihood : float or None
        None of a model that was stated and not fitted.

    Examples
    --------
    >>> EventModel(name="exponential", hazards=(GammaRates(events=(3,), exposure=(60,)),)).family
    'piecewise'
    """

    name: str
    hazards: tuple[GammaRates | HazardAssumption, ...]
    weight: float = 1.0
    parameters: int = 0
    log_likelihood: float | None = None

    def __post_init__(self) -> None:
        require(bool(self.hazards), "each arm has a hazard", hazards=0)
        require(0 < self.weight <= 1, "0 < weight <= 1", weight=self.weight)
        families = {_family(one) for one in self.hazards}
        known = len(families) == 1 and families <= set(FAMILIES)
        require(known, f"all arms have one family of {FAMILIES}", families=sorted(families))
        pieces = max(_pieces(one) for one in self.hazards)
        require(pieces <= MOST_PIECES, f"at most {MOST_PIECES} pieces", pieces=pieces)

    @property
    def family(self) -> str:
        """Of the hazards; a constant one is a "piecewise" one without cuts."""
        return _family(self.hazards[0])


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class EventModels(Result):
    """Hazards of the event by arm, averaged over models, and of dropout.

    Parameters
    ----------
    arms : tuple of str
    models : tuple of EventModel
    dropout : tuple of GammaRates or HazardAssumption
        Constant hazards of leaving without the event: one for all arms, or one per arm; () when
        nobody leaves.
    criterion : {"bic", "aic", "equal"}
        What the weights are made of.
    subjects : int
        That the fits rest on; 0 when stated.
    time_unit : str
    notes : tuple of str
        Which families have no fit, and why.

    Examples
    --------
    >>> constant = EventModel(
    ...     name="exponential", hazards=(GammaRates(events=(3,), exposure=(60,)),))
    >>> EventModels(arms=("All subjects",), models=(constant,)).to_frame()["family"].tolist()
    ['exponential']
    """

    arms: tuple[str, ...]
    models: tuple[EventModel, ...]
    dropout: tuple[GammaRates | HazardAssumption, ...] = ()
    criterion: str = "equal"
    subjects: int = 0
    time_unit: str = "months"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(bool(self.models), "there is at least one model", models=0)
        each = {len(one.hazards) for one in self.models} == {len(self.arms)}
        require(each, "each model has a hazard for each arm", arms=self.arms)
        total = sum(one.weight for one in self.models)
        require(abs(total - 1) < 1e-9, "the weights add up to 1", weights=total)
        sized = len(self.dropout) in (0, 1, len(self.arms))
        require(sized, "dropout is of all arms, or of each", dropout=len(self.dropout))
        constant = all(_family(one) == "piecewise" and not one.cuts for one in self.dropout)
        require(constant, "hazards of dropout are constant")
        stated = [
            one
            for one in (*self.dropout, *(h for model in self.models for h in model.hazards))
            if isinstance(one, HazardAssumption)
        ]
        units = {one.time_unit for one in stated} | {self.time_unit}
        require(len(units) == 1, "all hazards are in one unit of time", units=sorted(units))

    def only(self, name: str) -> EventModels:
        """One of the models alone, with all weight.

        Examples
        --------
        >>> known = TrialFollowUp.from_subjects(
        ...     entry=[0] * 12, time=range(1, 13), status=["event"] * 10 + ["at risk"] * 2, now=12)
        >>> fit_event_models(known).only("weibull").models[0].weight
        1.0
        """
        names = tuple(one.name for one in self.models)
        require(name in names, f"the model is one of {', '.join(names)}", name=name)
        one = self.models[names.index(name)]
        return replace(self, models=(replace(one, weight=1.0),))

    def to_frame(self) -> pd.DataFrame:
        """One row per model: `family`, `parameters`, `log_likelihood`, `aic`, `bic`, `weight`."""
        return pd.DataFrame(
            [
                {
                    "family": one.name,
                    "parameters": one.parameters,
                    "log_likelihood": one.log_likelihood,
                    "aic": _criterion("aic", one, self.subjects),
                    "bic": _criterion("bic", one, self.subjects),
                    "weight": one.weight,
                }
                for one in self.models
            ]
        )


def stated_models(
    arms: Sequence[str],
    hazards: Sequence[HazardAssumption],
    *,
    dropout: Sequence[HazardAssumption] = (),
) -> EventModels:
    """Hazards that were stated, with their uncertainty if they have any, as the only model.

    Examples
    --------
    >>> stated_models(["All subjects"], [HazardAssumption.exponential(median=12)]).time_unit
    'months'
    """
    require(bool(hazards), "each arm has a hazard", hazards=0)
    own = tuple(hazards)
    return EventModels(
        arms=tuple(arms),
        models=(EventModel(name=own[0].family, hazards=own),),
        dropout=tuple(dropout),
        time_unit=own[0].time_unit,
    )


def fit_event_models(
    follow_up: TrialFollowUp,
    *,
    families: Sequence[str] = USUAL_FAMILIES,
    criterion: str = "aic",
    pieces: int = 3,
    dropout: str = "pooled",
) -> EventModels:
    """Fit families of hazards to what is known at a cut-off, and weigh them.

    Constant and piecewise constant hazards have Gamma posteriors; Weibull and log-logistic ones
    a normal approximation at their maximum. All families are fitted to each arm by itself.

    Parameters
    ----------
    follow_up : TrialFollowUp
    families : sequence of {"exponential", "piecewise", "weibull", "loglogistic"}
    criterion : {"bic", "aic", "equal"}
        A model's weight is proportional to exp(-criterion / 2); the likelihood and the parameters
        are those of all arms together, the size is the number of subjects. By default AIC: with
        few events BIC leans on the constant hazard, and bands are too narrow where it is not.
    pieces : int
        Of the piecewise hazard, 2 to 20; cuts are at quantiles of all event times.
    dropout : {"pooled", "by arm", "none"}

    Raises
    ------
    NotEstimableError
        When there are no events, an arm has no time at risk, or no family has a fit.

    References
    ----------
    Bagiella and Heitjan (2001), Statistics in Medicine 20:2055-2063; Ying and Heitjan (2008),
    Pharmaceutical Statistics 7:107-120; Buckland, Burnham and Augustin (1997), Biometrics
    53:603-618, for the weights.

    Examples
    --------
    >>> known = TrialFollowUp.from_subjects(
    ...     entry=[0] * 12, time=range(1, 13), status=["event"] * 10 + ["at risk"] * 2, now=12)
    >>> models = fit_event_models(known, families=["exponential", "weibull"])
    >>> [(one.name, one.parameters, round(one.weight, 2)) for one in models.models]
    [('exponential', 1, 0.44), ('weibull', 2, 0.56)]
    """
    require(bool(families), "there is at least one family", families=tuple(families))
    strange = [one for one in families if one not in FAMILIES]
    require(not strange, f"families are among {FAMILIES}", families=strange)
    require(criterion in CRITERIA, f"criterion in {CRITERIA}", criterion=criterion)
    require(dropout in DROPOUTS, f"dropout in {DROPOUTS}", dropout=dropout)
    require(2 <= pieces <= MOST_PIECES, f"2 <= pieces <= {MOST_PIECES}", pieces=pieces)
    if not follow_up.events:
        raise NotEstimableError("No forecast from the data: there are no events yet.")
    models, notes = [], []
    for family in dict.fromkeys(families):
        try:
            models.append(_FITS[family](follow_up, pieces))
        except NotEstimableError as error:
            notes.append(f"{family}: {error}")
    if not models:
        raise NotEstimableError(f"No family has a fit. {' '.join(notes)}")
    subjects = len(follow_up.frame)
    return EventModels(
        arms=follow_up.arms,
        models=_weighted(models, criterion, subjects),
        dropout=_dropouts(follow_up, dropout),
        criterion=criterion,
        subjects=subjects,
        time_unit=follow_up.time_unit,
        notes=tuple(notes),
    )


def _constant(follow_up: TrialFollowUp, _: int) -> EventModel:
    return _of_rates("exponential", follow_up, ())


def _piecewise(follow_up: TrialFollowUp, pieces: int) -> EventModel:
    times = follow_up.frame.loc[follow_up.frame["status"] == EVENT, "time"].to_numpy()
    if times.size < LEAST_PER_PIECE * pieces:
        raise NotEstimableError(
            f"{pieces} pieces take {LEAST_PER_PIECE * pieces} events, and there are {times.size}."
        )
    found = np.unique(np.quantile(times, np.arange(1, pieces) / pieces))
    return _of_rates("piecewise", follow_up, tuple(found[found > 0].tolist()))


def _of_rates(name: str, follow_up: TrialFollowUp, cuts: tuple[float, ...]) -> EventModel:
    hazards = tuple(_rates_of(follow_up, (arm,), EVENT, cuts) for arm in follow_up.arms)
    return EventModel(
        name=name,
        hazards=hazards,
        parameters=len(hazards) * (len(cuts) + 1),
        log_likelihood=sum(one.log_likelihood for one in hazards),
    )


def _rates_of(
    follow_up: TrialFollowUp, arms: tuple[str, ...], status: str, cuts: tuple[float, ...] = ()
) -> GammaRates:
    own = follow_up.frame[follow_up.frame["arm"].isin(arms)]
    happened = (own["status"] == status).to_numpy(dtype=bool)
    return GammaRates.of(own["time"].to_numpy(dtype=np.float64), happened, cuts)


def _parametric(distribution: str) -> Callable[[TrialFollowUp, int], EventModel]:
    def fitted(follow_up: TrialFollowUp, _: int) -> EventModel:
        soon = _SOON / DAYS[follow_up.time_unit]
        rows = follow_up.frame.assign(
            time=follow_up.frame["time"].where(follow_up.frame["time"] > 0, soon),
            event=follow_up.frame["status"] == EVENT,
        )
        fits = [
            fit_parametric(
                FollowUp(
                    frame=rows[rows["arm"] == arm],
                    time="time",
                    event="event",
                    time_unit=follow_up.time_unit,
                ),
                distribution=distribution,
            )
            for arm in follow_up.arms
        ]
        return EventModel(
            name=distribution,
            hazards=tuple(assumed_hazard(one) for one in fits),
            parameters=sum(len(one.table) for one in fits),
            log_likelihood=sum(one.log_likelihood for one in fits),
        )

    return fitted


_FITS: Mapping[str, Callable[[TrialFollowUp, int], EventModel]] = {
    "exponential": _constant,
    "piecewise": _piecewise,
    "weibull": _parametric("weibull"),
    "loglogistic": _parametric("loglogistic"),
}


def _dropouts(follow_up: TrialFollowUp, how: str) -> tuple[GammaRates, ...]:
    if how == "none":
        return ()
    groups = [follow_up.arms] if how == "pooled" else [(arm,) for arm in follow_up.arms]
    return tuple(_rates_of(follow_up, arms, DROPOUT) for arms in groups)


def _weighted(models: list[EventModel], criterion: str, subjects: int) -> tuple[EventModel, ...]:
    found = [_criterion(criterion, one, subjects) or 0.0 for one in models]
    weights = np.exp(-(np.array(found) - min(found)) / 2)
    weights = np.maximum(weights / weights.sum(), 1e-300)
    return tuple(replace(m, weight=float(w)) for m, w in zip(models, weights, strict=True))


def _criterion(name: str, model: EventModel, subjects: int) -> float | None:
    if name == "equal" or model.log_likelihood is None:
        return None
    price = log(subjects) if name == "bic" else 2.0
    return price * model.parameters - 2 * model.log_likelihood


def _family(hazard: GammaRates | HazardAssumption) -> str:
    if isinstance(hazard, GammaRates):
        return "piecewise"
    return "piecewise" if hazard.family == "exponential" else hazard.family


def _pieces(hazard: GammaRates | HazardAssumption) -> int:
    return len(hazard.cuts) + 1
