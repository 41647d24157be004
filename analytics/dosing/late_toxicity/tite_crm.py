"""The time-to-event continual reassessment method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.dosing.escalation.counts import Floats
from analytics.dosing.escalation.crm import Crm
from analytics.dosing.escalation.nearest import nearest_sentences
from analytics.dosing.escalation.outcomes import MOST_PATIENTS
from analytics.dosing.late_toxicity.follow_up import (
    SCHEMES,
    FollowedPatient,
    Scheme,
    follow_up_weights,
)
from analytics.dosing.late_toxicity.tite_recommendation import TiteRecommendation
from analytics.dosing.late_toxicity.weighted_nodes import (
    NodesOfMethod,
    estimates_at,
    nearest_dose,
    node_weights,
    nodes_of,
    settle,
)
from analytics.results import Result, registered

Patients = tuple[FollowedPatient, ...]


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class TiteCrm(Result):
    """Each patient is given a dose on arrival; those still followed count in part.

    The likelihood of a patient without toxicity is 1 - w p with a weight w that rises from 0 to 1
    over the window; a patient with a toxicity counts in full.

    Parameters
    ----------
    method : Crm
        The curve, its prior and the target. With `overdose`, the trial stops without a dose when
        every dose is above the target with more than that probability.
    window : float
        How long a patient is followed for toxicity, above 0.
    most_patients : int
        1 to 500.
    start : int
        Dose of the first patient.
    scheme : {"linear", "adaptive"}
        Weights; see `follow_up_weights`.
    skips : bool
        Whether a dose may be skipped on the way up; otherwise the next dose is at most one above
        that of the last patient.

    References
    ----------
    Cheung and Chappell (2000), Biometrics 56:1177-1182.
    Cheung (2011), Dose finding by the continual reassessment method, chapter 11.

    Examples
    --------
    >>> design = TiteCrm(
    ...     method=Crm(skeleton=(0.05, 0.12, 0.25, 0.4, 0.55), target=0.25),
    ...     window=126.0, most_patients=24, start=3)
    >>> seen = tuple(FollowedPatient(dose=3, toxicity=False, followed=days)
    ...              for days in (73.0, 66.0, 35.0, 28.0))
    >>> design.recommend(seen).dose
    4
    """

    method: Crm
    window: float
    most_patients: int
    start: int = 1
    scheme: Scheme = "linear"
    skips: bool = False

    def __post_init__(self) -> None:
        require(0 < self.window < float("inf"), "window > 0 and finite", window=self.window)
        sound = 1 <= self.most_patients <= MOST_PATIENTS
        rule = f"1 <= most_patients <= {MOST_PATIENTS}"
        require(sound, rule, most_patients=self.most_patients)
        require(1 <= self.start <= self.doses, f"1 <= start <= {self.doses}", start=self.start)
        require(self.scheme in SCHEMES, f"scheme in {SCHEMES}", scheme=self.scheme)

    @property
    def doses(self) -> int:
        """Doses that may be given."""
        return self.method.doses

    @property
    def target(self) -> float:
        """The toxicity probability aimed at."""
        return self.method.target

    def weights(self, patients: Patients) -> Floats:
        """How much each patient counts, 0 to 1."""
        followed = np.array([one.followed for one in patients], dtype=np.float64)
        toxic = np.array([one.toxicity for one in patients], dtype=bool)
        return follow_up_weights(followed, toxic, window=self.window, scheme=self.scheme)

    def estimates(self, patients: Patients) -> Floats:
        """Toxicity probability of each dose, as the method estimates it."""
        found = self._nodes()
        return np.asarray(estimates_at(found.nodes, self._posterior(found, patients)))

    def moments(self, patients: Patients) -> tuple[float, float]:
        """Posterior mean and variance of b."""
        found = self._nodes()
        posterior, b = self._posterior(found, patients), found.nodes.b
        mean = float(posterior @ b)
        return mean, float(posterior @ (b - mean) ** 2)

    def recommend(self, patients: Patients, *, level: float = 0.9) -> TiteRecommendation:
        """The dose for the next patient, or the dose selected when all have been seen.

        Parameters
        ----------
        patients : tuple of FollowedPatient
            In the order in which they came.
        level : float
            Of the intervals, 0 < level < 1.
        """
        require(0 < level < 1, "0 < level < 1", level=level)
        for one in patients:
            require(one.dose <= self.doses, f"1 <= dose <= {self.doses}", dose=one.dose)
        many = len(patients)
        few = many <= self.most_patients
        require(few, f"at most {self.most_patients} patients", patients=many)
        stop, dose, reasons = self.next_dose(patients)
        return TiteRecommendation(
            patients=patients,
            weights=tuple(float(one) for one in self.weights(patients)),
            stop=stop,
            dose=dose or None,
            reasons=reasons,
            level=level,
            table=self._by_dose(patients, level),
        )

    def next_dose(self, patients: Patients) -> tuple[bool, int, tuple[str, ...]]:
        """Whether to stop, the dose (0 for none), and why."""
        if not patients:
            return False, self.start, (f"The first patient is given dose {self.start}.",)
        found = self._nodes()
        posterior = self._posterior(found, patients)
        wanted = int(nearest_dose(found.nodes, posterior))
        estimates = estimates_at(found.nodes, posterior)
        reasons = nearest_sentences(estimates, wanted, self.target, self.method.overdose)
        if wanted == 0:
            return True, 0, (*reasons, "The trial stops and no dose is selected.")
        followed = int((self.weights(patients) < 1).sum())
        if len(patients) == self.most_patients:
            if followed:
                said = f"All patients have come; {followed} of them are still followed."
                return False, wanted, (*reasons, said)
            return True, wanted, (*reasons, f"The trial stops and dose {wanted} is selected.")
        highest = self.doses if self.skips else patients[-1].dose + 1
        if wanted > highest:
            said = f"Dose {highest} and not {wanted}: no dose is skipped."
            return False, highest, (*reasons, said)
        return False, wanted, reasons

    def _nodes(self) -> NodesOfMethod:
        return nodes_of(self.method, self.most_patients, every=True)

    def _posterior(self, found: NodesOfMethod, patients: Patients) -> Floats:
        nodes, weights = found.nodes, self.weights(patients)
        settled, doses, parts = nodes.weight.copy(), [], []
        for one, weight in zip(patients, weights, strict=True):
            if one.toxicity:
                settle(settled, nodes.toxic[one.dose - 1])
            elif weight >= 1:
                settle(settled, nodes.free[one.dose - 1])
            else:
                doses.append(one.dose)
                parts.append(weight)
        pending = np.array(doses, dtype=np.int64), np.array(parts, dtype=np.float64)
        return np.asarray(node_weights(nodes, settled, *pending))

    def _by_dose(self, patients: Patients, level: float) -> pd.DataFrame:
        found, weights = self._nodes(), self.weights(patients)
        posterior, model = self._posterior(found, patients), self.method.model
        given = np.array([one.dose for one in patients], dtype=np.int64)
        toxic = np.array([one.toxicity for one in patients], dtype=bool)
        tail = (1 - level) / 2
        low, high = (
            np.exp(model.log_toxic(found.grid.quantiles_of(posterior[None, :], share)))[:, 0]
            for share in (1 - tail, tail)
        )

        def total(values: Floats) -> Floats:
            return np.bincount(given - 1, values, minlength=self.doses).astype(np.float64)

        ones = np.ones(len(patients))
        return pd.DataFrame(
            {
                "dose": range(1, self.doses + 1),
                "patients": total(ones).astype(int),
                "toxicities": total(ones * toxic).astype(int),
                "followed": total(ones * (weights < 1)).astype(int),
                "counted": total(weights),
                "estimate": estimates_at(found.nodes, posterior),
                "lower": low,
                "upper": high,
                "above_target": np.clip(found.nodes.over @ posterior, 0.0, 1.0),
            }
        )
