"""What BOIN12 is told beyond doses, cohorts and size."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.dosing.efficacy_toxicity import Boin12
from analytics.results import Result, registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class EfficacyToxicitySettings(Result):
    """Of BOIN12, as in `Boin12`; those to begin with are of its paper.

    Parameters
    ----------
    toxicity_limit, least_efficacy : float
        Highest toxicity and lowest efficacy probability that are acceptable.
    neither, both : float
        Utilities, where efficacy alone has 100 and toxicity alone 0.
    toxicity_cutoff, efficacy_cutoff : float
        A dose is left out when it is too toxic, or not effective enough, with more than this
        probability.
    explore_until : int
        Patients at a dose up to which the one above is considered whatever its toxicity.
    patients_at_dose : int or None
        The trial stops when one dose has so many.
    extra_exploration : int or None
        The dose above, if never given, follows when the current one has so many.
    """

    toxicity_limit: float = 0.35
    least_efficacy: float = 0.25
    neither: float = 40.0
    both: float = 60.0
    toxicity_cutoff: float = 0.95
    efficacy_cutoff: float = 0.9
    explore_until: int = 6
    patients_at_dose: int | None = 12
    extra_exploration: int | None = None

    def design(self, *, doses: int, most_patients: int, cohort: int, start: int) -> Boin12:
        """The design.

        Examples
        --------
        >>> made = EfficacyToxicitySettings().design(doses=5, most_patients=36, cohort=3, start=1)
        >>> made == Boin12(doses=5, toxicity_limit=0.35, least_efficacy=0.25)
        True
        """
        return Boin12(
            doses=doses,
            toxicity_limit=self.toxicity_limit,
            least_efficacy=self.least_efficacy,
            neither=self.neither,
            both=self.both,
            explore_until=self.explore_until,
            toxicity_cutoff=self.toxicity_cutoff,
            efficacy_cutoff=self.efficacy_cutoff,
            most_patients=most_patients,
            cohort=cohort,
            patients_at_dose=self.patients_at_dose,
            extra_exploration=self.extra_exploration,
            start=start,
        )
