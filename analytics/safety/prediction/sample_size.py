"""How many subjects a prediction model needs, and how many parameters a study supports."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered

NAGELKERKE = 0.15  # what may be expected when nothing is known (Riley and others 2020)
SHRINKAGE = 0.9
OPTIMISM = 0.05
MARGIN = 0.05
_NORMAL = 1.96  # as in the paper


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSize:
    """The smallest sample on which to develop a model of a risk.

    Three criteria: coefficients need to be shrunk by a factor of no less than `shrinkage`; the
    apparent Nagelkerke R-squared is at most `optimism` above the true one; and the overall risk
    is known to within `margin`. Parameters are those of all candidate predictors, whether they
    are kept or not. Penalised models are not excused: the penalty itself is estimated from
    the same sample.

    Parameters
    ----------
    parameters : int
        Of candidate predictors, 1 or more; the baseline does not count.
    risk : float
        Share that has the event by the day of the question, between 0 and 1.
    nagelkerke : float
        Share of the outcome's variation that the model will explain, between 0 and 1.
    shrinkage, optimism, margin : float
        The three criteria; in the paper 0.9, 0.05 and 0.05.

    References
    ----------
    Riley, Snell, Ensor and others (2019), Statistics in Medicine 38:1276-1296; Riley, Ensor,
    Snell and others (2020), BMJ 368:m441; van Calster and others (2020), Statistical Methods in
    Medical Research 29:3166-3178 (penalties are no excuse).

    Examples
    --------
    >>> SampleSize(parameters=10, risk=0.365).subjects
    770
    >>> SampleSize(parameters=10, risk=0.365).events
    282
    """

    parameters: int
    risk: float
    nagelkerke: float = NAGELKERKE
    shrinkage: float = SHRINKAGE
    optimism: float = OPTIMISM
    margin: float = MARGIN

    def __post_init__(self) -> None:
        require(self.parameters >= 1, "parameters >= 1", parameters=self.parameters)
        for field in ("risk", "nagelkerke", "shrinkage", "optimism", "margin"):
            value = getattr(self, field)
            require(0 < value < 1, f"0 < {field} < 1", **{field: value})
        feasible = self.cox_snell < self.shrinkage
        require(feasible, "Cox-Snell R-squared < shrinkage", cox_snell=self.cox_snell)

    @property
    def cox_snell(self) -> float:
        """Cox–Snell R-squared of the model."""
        return self.nagelkerke * largest_cox_snell(self.risk)

    @property
    def for_shrinkage(self) -> int:
        """Subjects needed for the first criterion."""
        return _rounded_up(self.parameters * self._each(self.shrinkage))

    @property
    def for_optimism(self) -> int:
        """Subjects needed for the second."""
        return _rounded_up(self.parameters * self._each(self._shrinkage_for_optimism))

    @property
    def for_overall_risk(self) -> int:
        """Subjects needed for the third."""
        return _rounded_up((_NORMAL / self.margin) ** 2 * self.risk * (1 - self.risk))

    @property
    def subjects(self) -> int:
        """Subjects needed for all three."""
        return max(self.for_shrinkage, self.for_optimism, self.for_overall_risk)

    @property
    def events(self) -> int:
        """Events by the day among so many subjects."""
        return _rounded_up(self.subjects * self.risk)

    @property
    def subjects_per_parameter(self) -> float:
        """What one parameter costs: the larger of the first two criteria."""
        return max(self._each(self.shrinkage), self._each(self._shrinkage_for_optimism))

    @property
    def _shrinkage_for_optimism(self) -> float:
        return self.nagelkerke / (self.nagelkerke + self.optimism)

    def _each(self, shrinkage: float) -> float:
        return 1 / ((shrinkage - 1) * log(1 - self.cox_snell / shrinkage))


def largest_cox_snell(risk: float) -> float:
    """The Cox–Snell R-squared of a model that foretells a binary outcome perfectly.

    Examples
    --------
    >>> round(largest_cox_snell(0.5), 12)
    0.75
    """
    require(0 < risk < 1, "0 < risk < 1", risk=risk)
    return 1 - float((risk**risk * (1 - risk) ** (1 - risk)) ** 2)


def subjects_for_shrinkage(*, parameters: int, cox_snell: float, shrinkage: float) -> int:
    """The first criterion from a Cox–Snell R-squared that somebody has published.

    Examples
    --------
    >>> subjects_for_shrinkage(parameters=24, cox_snell=0.288, shrinkage=0.9)
    623
    """
    require(parameters >= 1, "parameters >= 1", parameters=parameters)
    require(0 < shrinkage < 1, "0 < shrinkage < 1", shrinkage=shrinkage)
    require(0 < cox_snell < shrinkage, "0 < cox_snell < shrinkage", cox_snell=cox_snell)
    return _rounded_up(parameters / ((shrinkage - 1) * log(1 - cox_snell / shrinkage)))


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SupportedParameters(Result):
    """How many parameters a study supports.

    Parameters
    ----------
    asked : int
        Parameters that were asked for.
    supported : int
        At most so many; 0: the study is too small for any.
    subjects, events : int
        Of the study; events by the day of the question.
    worth : float
        The complete follow-up that this is worth: subjects, or fewer where censoring hides events.
    risk : float
        Of the event by the day, among all.
    subjects_needed, events_needed : int
        For the number asked.
    margin : float
        Half-width of the 95 % interval of the overall risk; the criterion is 0.05.
    nagelkerke : float
        Assumed.
    """

    asked: int
    supported: int
    subjects: int
    events: int
    worth: float
    risk: float
    subjects_needed: int
    events_needed: int
    margin: float
    nagelkerke: float

    @property
    def enough(self) -> bool:
        """Whether the number asked is supported."""
        return self.supported >= self.asked

    @property
    def refused(self) -> bool:
        """Whether no model with predictors is supported."""
        return self.supported < 1

    @property
    def sentence(self) -> str:
        """What to tell the reader."""
        here = f"{self.subjects} subjects with {self.events} events by the day"
        need = f"{self.subjects_needed} subjects with {self.events_needed} events would be needed"
        asked = _counted(self.asked)
        if self.enough:
            return f"{here} support {asked}: {need}."
        fewer = "no model" if self.refused else f"at most {_counted(self.supported)}"
        return f"{here} are too few for {asked} ({need}); they support {fewer}."


def supported_parameters(
    *,
    subjects: int,
    events: int,
    asked: int,
    risk: float | None = None,
    nagelkerke: float = NAGELKERKE,
) -> SupportedParameters:
    """How many parameters a study of this size supports, and what the number asked would need.

    The cap comes from the criteria on shrinkage and optimism, to which parameters matter; how
    well the overall risk is known is told as `margin` and refuses nothing.

    Parameters
    ----------
    subjects, events : int
        At risk at the landmark; of them, seen to have the event by the day.
    asked : int
        Parameters of all candidate predictors (`parameter_counts`).
    risk : float, optional
        Cumulative incidence by the day. With it, censoring counts: the study is worth no more
        subjects than would have given so many events with complete follow-up. Without it, the
        share of subjects with the event.
    nagelkerke : float
        R-squared to expect.

    Raises
    ------
    NotEstimableError
        Without an event, or when everybody has it: nothing tells subjects apart.

    Examples
    --------
    >>> found = supported_parameters(subjects=254, events=100, asked=10)
    >>> found.supported, found.subjects_needed
    (3, 762)
    >>> print(found.sentence)  # doctest: +NORMALIZE_WHITESPACE
    254 subjects with 100 events by the day are too few for 10 parameters (762 subjects with 300
    events would be needed); they support at most 3 parameters.
    """
    require(0 <= events <= subjects, "0 <= events <= subjects", events=events, subjects=subjects)
    if events == 0:
        raise NotEstimableError(f"No model: none of the {subjects} subjects has the event.")
    share = events / subjects if risk is None else risk
    if share >= 1:
        raise NotEstimableError(f"No model: all of the {subjects} subjects have the event.")
    needed = SampleSize(parameters=asked, risk=share, nagelkerke=nagelkerke)
    worth = min(float(subjects), events / share)
    return SupportedParameters(
        asked=asked,
        supported=floor(worth / needed.subjects_per_parameter),
        subjects=subjects,
        events=events,
        worth=worth,
        risk=share,
        subjects_needed=needed.subjects,
        events_needed=needed.events,
        margin=_NORMAL * (share * (1 - share) / worth) ** 0.5,
        nagelkerke=nagelkerke,
    )


def _counted(parameters: int) -> str:
    return "1 parameter" if parameters == 1 else f"{parameters} parameters"


def _rounded_up(value: float) -> int:
    return ceil(value - 1e-9)  # what only rounding lifts above a whole number is that number
