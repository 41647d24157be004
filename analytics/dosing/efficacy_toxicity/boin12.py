"""BOIN12: the dose with the best trade-off between efficacy and toxicity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betainc
from scipy.stats import rankdata

from analytics.checks import require
from analytics.dosing.efficacy_toxicity.joint_counts import JointCounts
from analytics.dosing.efficacy_toxicity.outcomes import JointOutcomes
from analytics.dosing.efficacy_toxicity.recommendation import OptimalDoseRecommendation
from analytics.dosing.efficacy_toxicity.scenarios import EfficacyToxicityScenario
from analytics.dosing.escalation.boin import Boin
from analytics.dosing.escalation.counts import Flags, Floats, Whole
from analytics.dosing.escalation.isotonic_regression import above, nearest_isotonic
from analytics.dosing.escalation.outcomes import MOST_DOSES, MOST_PATIENTS
from analytics.results import Result, registered

_ROUNDED = 12  # decimals, so that equal desirabilities tie
_STEPS = np.array([-1, 0, 1])


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Boin12(Result):
    """Doses are given to cohorts; the next is the most desirable neighbour that is safe.

    Utilities of a patient's outcome are 100 for efficacy without toxicity, 0 for toxicity without
    efficacy, and `neither` and `both`. Their mean at a dose has a quasi-binomial posterior under
    Beta(1, 1); the desirability of a dose is the probability that it is above the benchmark.

    With the share of toxicities at or above BOIN's boundary for de-escalation the dose below is
    next. Otherwise it is the most desirable of the current dose, the one below and, with a share
    at or below the boundary for escalation or fewer than `explore_until` patients, the one above;
    of equally desirable doses the lowest. Doses with Pr(toxicity > toxicity_limit) >
    toxicity_cutoff, and all above them, or with Pr(efficacy < least_efficacy) > efficacy_cutoff
    are not given; when none of those to choose from is left, the trial stops and selects none.

    At the end the dose is selected with the highest posterior mean utility, of those given and
    admissible up to the one whose isotonic estimate of toxicity is nearest to the limit. (The R
    package escalation selects by the desirability instead, which gives other results.)

    Parameters
    ----------
    doses : int
        1 to 30.
    toxicity_limit : float
        Highest acceptable toxicity probability, 0 < toxicity_limit < 0.7.
    least_efficacy : float
        Lowest acceptable efficacy probability, 0 < least_efficacy < 1.
    neither, both : float
        Utilities, 0 to 100.
    explore_until : int
        Patients at a dose up to which the one above is considered; N* of the paper.
    toxicity_cutoff, efficacy_cutoff : float
        Above 0.5, below 1.
    most_patients : int
        1 to 500.
    cohort : int
        Patients in a cohort, 1 to 20.
    patients_at_dose : int, optional
        The trial stops when one dose has so many patients.
    extra_exploration : int, optional
        With so many patients at the current dose, a share of toxicities below the boundary for
        de-escalation, and nobody at the dose above, that one is next.
    start : int
        Dose of the first cohort.

    References
    ----------
    Lin, Zhou, Yan, Li and Yuan (2020), JCO Precision Oncology 4:1393-1402.

    Examples
    --------
    >>> design = Boin12(doses=5, toxicity_limit=0.35, least_efficacy=0.25)
    >>> round(design.benchmark, 1)
    70.5
    >>> design.recommend(JointOutcomes.parse("1NNN 2NNB", doses=5)).dose
    3
    """

    doses: int
    toxicity_limit: float
    least_efficacy: float
    neither: float = 40.0
    both: float = 60.0
    explore_until: int = 6
    toxicity_cutoff: float = 0.95
    efficacy_cutoff: float = 0.9
    most_patients: int = 36
    cohort: int = 3
    patients_at_dose: int | None = 12
    extra_exploration: int | None = None
    start: int = 1

    def __post_init__(self) -> None:
        require(1 <= self.doses <= MOST_DOSES, f"1 <= doses <= {MOST_DOSES}", doses=self.doses)
        limit, least = self.toxicity_limit, self.least_efficacy
        require(0 < limit < 0.7, "0 < toxicity_limit < 0.7", toxicity_limit=limit)
        require(0 < least < 1, "0 < least_efficacy < 1", least_efficacy=least)
        for name in ("neither", "both"):
            value = getattr(self, name)
            require(0 <= value <= 100, f"0 <= {name} <= 100", **{name: value})
        for name in ("toxicity_cutoff", "efficacy_cutoff"):
            value = getattr(self, name)
            require(0.5 < value < 1, f"0.5 < {name} < 1", **{name: value})
        most = self.most_patients
        require(1 <= most <= MOST_PATIENTS, f"1 <= most_patients <= {MOST_PATIENTS}", got=most)
        require(1 <= self.cohort <= 20, "1 <= cohort <= 20", cohort=self.cohort)
        for name in ("explore_until", "patients_at_dose", "extra_exploration"):
            value = getattr(self, name)
            require(value is None or value >= 1, f"{name} >= 1", **{name: value})
        require(1 <= self.start <= self.doses, f"1 <= start <= {self.doses}", start=self.start)

    @property
    def boundaries(self) -> tuple[float, float]:
        """Shares of toxicities up to which to escalate, and from which to de-escalate."""
        boin = Boin(doses=self.doses, target=self.toxicity_limit)
        return boin.escalate_at, boin.deescalate_at

    @property
    def benchmark(self) -> float:
        """The utility halfway from the highest undesirable one to 100.

        The highest undesirable one is that of a dose with `toxicity_limit` and `least_efficacy`,
        independent of each other.
        """
        t, e = self.toxicity_limit, self.least_efficacy
        alone, none = e * (1 - t), (1 - e) * (1 - t)
        return (100 * alone + self.neither * none + self.both * e * t + 100) / 2

    def desirability(self, counts: JointCounts) -> Floats:
        """Probability of each dose that its utility is above the benchmark."""
        seen = counts.utilities(neither=self.neither, both=self.both)
        above_it = 1 - betainc(1 + seen, 1 + counts.patients - seen, self.benchmark / 100)
        return np.asarray(np.round(above_it, _ROUNDED))

    def utility(self, counts: JointCounts) -> Floats:
        """Posterior mean utility of each dose, 0 to 100."""
        seen = counts.utilities(neither=self.neither, both=self.both)
        return np.asarray(100 * (1 + seen) / (2 + counts.patients))

    def too_toxic(self, counts: JointCounts) -> Floats:
        """Pr(toxicity > toxicity_limit) of each dose under Beta(1, 1)."""
        return above(self.toxicity_limit, counts.toxic)

    def futile(self, counts: JointCounts) -> Floats:
        """Pr(efficacy < least_efficacy) of each dose under Beta(1, 1)."""
        return above(1 - self.least_efficacy, counts.without_efficacy)

    def safe(self, counts: JointCounts) -> Flags:
        """Doses below all that are too toxic."""
        toxic = self.too_toxic(counts) > self.toxicity_cutoff
        return np.asarray(~np.logical_or.accumulate(toxic, axis=1))

    def admissible(self, counts: JointCounts) -> Flags:
        """Doses that may be given: safe, and not futile."""
        return np.asarray(self.safe(counts) & (self.futile(counts) <= self.efficacy_cutoff))

    def next_doses(self, counts: JointCounts, current: Whole) -> Whole:
        """The dose after each cohort; 0 to stop.

        Parameters
        ----------
        counts : JointCounts
        current : array
            The dose of the last cohort of each row.
        """
        rows = np.arange(len(current))
        n, t = (of[rows, current - 1] for of in (counts.patients, counts.toxicities))
        low, high = self.boundaries
        down, up = t >= high * n, (t <= low * n) | (n < self.explore_until)
        options = current[:, None] + _STEPS
        place = np.clip(options, 1, counts.doses) - 1
        wanted = np.stack([current > 1, ~down | (current == 1), up & ~down], axis=1)
        wanted[:, 2] &= current < counts.doses
        allowed = wanted & self.admissible(counts)[rows[:, None], place]
        scores = np.where(allowed, self.desirability(counts)[rows[:, None], place], -1.0)
        chosen = np.where(allowed.any(axis=1), options[rows, scores.argmax(axis=1)], 0)
        return self._explored(counts, current, n, down, chosen)

    def _explored(
        self,
        counts: JointCounts,
        current: Whole,
        n: Whole,
        down: Flags,
        chosen: Whole,
    ) -> Whole:
        """With extra exploration: the untried dose above, after enough patients."""
        if self.extra_exploration is None:
            return chosen
        over = np.minimum(current, counts.doses - 1)
        rows = np.arange(len(current))
        untried = (current < counts.doses) & (counts.patients[rows, over] == 0)
        open_ = untried & self.admissible(counts)[rows, over] & (chosen > 0)
        return np.where(open_ & ~down & (n >= self.extra_exploration), current + 1, chosen)

    def decide(self, counts: JointCounts, current: Whole) -> tuple[Whole, Whole]:
        """The dose after each cohort, 0 where the trial ends, and the dose then selected.

        Parameters
        ----------
        counts : JointCounts
        current : array
            The dose of the last cohort of each row.
        """
        chosen = self.next_doses(counts, current)
        ends = (chosen == 0) | (counts.patients.sum(axis=1) >= self.most_patients)
        if self.patients_at_dose is not None:
            ends |= counts.patients.max(axis=1) >= self.patients_at_dose
        chooses = ends & (chosen > 0)
        selected = np.zeros_like(chosen)
        selected[chooses] = self.selected(counts.take(chooses))
        return np.where(ends, 0, chosen), selected

    def selected(self, counts: JointCounts) -> Whole:
        """The dose selected when a trial with these counts has seen enough; 0 for none."""
        highest = nearest_isotonic(counts.toxic, self.safe(counts), self.toxicity_limit)
        doses = np.arange(1, counts.doses + 1)
        fit = self.admissible(counts) & (counts.patients > 0) & (doses <= highest[:, None])
        utility = np.where(fit, np.round(self.utility(counts), _ROUNDED), -1.0)
        return np.where(fit.any(axis=1), utility.argmax(axis=1) + 1, 0)

    def best_doses(self, truth: EfficacyToxicityScenario) -> tuple[int, ...]:
        """The doses that are right to select in a scenario; none when it is right to stop."""
        return truth.best(
            toxicity_limit=self.toxicity_limit,
            least_efficacy=self.least_efficacy,
            neither=self.neither,
            both=self.both,
        )

    def desirability_table(self, sizes: tuple[int, ...] = (0, 3, 6, 9, 12)) -> pd.DataFrame:
        """Rank-based desirability scores by `patients`, `toxicities`, `efficacies`.

        The higher `score` is the more desirable; equal ones have the mean of their ranks; NaN for
        outcomes after which a dose is not given. Needs neither + both = 100, without which the
        utility depends on how many patients have both.

        Parameters
        ----------
        sizes : tuple of int
            Numbers of patients at a dose, each once, 0 to 60. Scores rank outcomes of these sizes.

        Examples
        --------
        >>> design = Boin12(doses=5, toxicity_limit=0.35, least_efficacy=0.25)
        >>> design.desirability_table((0, 3)).tail(1).to_numpy().tolist()
        [[3.0, 3.0, 3.0, nan]]
        """
        total = self.neither + self.both
        require(abs(total - 100) < 1e-9, "neither + both = 100", neither=self.neither)
        sound = len(set(sizes)) == len(sizes) and all(0 <= one <= 60 for one in sizes)
        require(sound, "each size once, 0 to 60", sizes=sizes)
        rows = [(n, t, e) for n in sizes for t in range(n + 1) for e in range(n + 1)]
        n, t, e = np.array(rows, dtype=np.int64).T[:, :, None]
        counts = JointCounts(patients=n, toxicities=t, efficacies=e, both=np.maximum(t + e - n, 0))
        kept = self.admissible(counts)[:, 0]
        score = np.full(len(rows), np.nan)
        score[kept] = rankdata(self.desirability(counts)[kept, 0])
        frame = pd.DataFrame(rows, columns=["patients", "toxicities", "efficacies"])
        return frame.assign(score=score)

    def recommend(self, outcomes: JointOutcomes) -> OptimalDoseRecommendation:
        """What the design recommends after these outcomes."""
        same = outcomes.doses == self.doses
        require(same, f"outcomes of {self.doses} doses", doses=outcomes.doses)
        stop, dose, reasons = self._next(outcomes)
        left = self.most_patients - int(outcomes.counts.patients.sum())
        return OptimalDoseRecommendation(
            outcomes=outcomes,
            stop=stop,
            dose=dose or None,
            patients=0 if stop else min(self.cohort, left),
            reasons=reasons,
            table=self._by_dose(outcomes.counts),
        )

    def _next(self, outcomes: JointOutcomes) -> tuple[bool, int, tuple[str, ...]]:
        """Whether to stop, the dose, and why."""
        if not outcomes.cohorts:
            return False, self.start, (f"The first cohort is given dose {self.start}.",)
        counts, dose = outcomes.counts, outcomes.cohorts[-1].dose
        chosen = self.next_doses(counts, np.array([dose]))
        n, t = int(counts.patients[0, dose - 1]), int(counts.toxicities[0, dose - 1])
        low, high = self.boundaries
        seen = f"{t} of {n} patients at dose {dose} had a toxicity"
        said = [f"{seen}; BOIN's boundaries are {low:.3f} and {high:.3f}."]
        if chosen[0] == 0:
            said.append("No dose to choose from is safe and effective enough.")
        else:
            score = self.desirability(counts)[0, chosen[0] - 1]
            words = "its utility is above the benchmark with probability"
            said.append(f"Dose {chosen[0]} is the one to go on with: {words} {score:.3f}.")
        dose_after, selected = self.decide(counts, np.array([dose]))
        if dose_after[0]:
            return False, int(dose_after[0]), tuple(said)
        best = int(selected[0])
        ending = f"dose {best} is selected" if best else "no dose is selected"
        return True, best, (*said, f"The trial stops and {ending}.")

    def _by_dose(self, counts: JointCounts) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "dose": range(1, self.doses + 1),
                "patients": counts.patients[0],
                "toxicities": counts.toxicities[0],
                "efficacies": counts.efficacies[0],
                "utility": self.utility(counts)[0],
                "desirability": self.desirability(counts)[0],
                "too_toxic": self.too_toxic(counts)[0],
                "futile": self.futile(counts)[0],
                "admissible": self.admissible(counts)[0],
            }
        )
