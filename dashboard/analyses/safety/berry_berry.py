"""Berry and Berry's model of all terms of an arm at once, fitted to adverse events."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.checks import NotEstimableError
from analytics.progress import Progress, part, unheard
from analytics.safety.multiplicity import BerryBerry, fit_berry_berry
from dashboard.analyses.safety.adverse_events import AdverseEvents
from queries.store import Store

_COUNTING = 0.05  # share of counting in counting and fitting


@dataclass(frozen=True, slots=True, kw_only=True)
class BerryBerryFit:
    """What an arm does to the odds of each term, terms of a class learning from each other.

    Takes seconds to minutes: on pages it runs as a job. `of` leaves out of the analysis what the
    model does not use, so that the same model is not fitted twice.

    Parameters
    ----------
    analysis : AdverseEvents
        Whose events, and which.
    arm : str
        The arm that is compared with the reference.
    draws, chains, warm_up, seed : int
        As in `fit_berry_berry`.
    credible_level : float
        Probability between the limits of the odds ratio.

    Examples
    --------
    >>> asked = AdverseEvents(measure="odds ratio", confidence_level=0.9)
    >>> BerryBerryFit.of(asked, arm="Active").analysis == AdverseEvents()
    True
    """

    analysis: AdverseEvents
    arm: str
    draws: int = 3000
    chains: int = 4
    warm_up: int = 500
    seed: int = 0
    credible_level: float = 0.95

    @classmethod
    def of(
        cls,
        analysis: AdverseEvents,
        *,
        arm: str,
        draws: int = 3000,
        chains: int = 4,
        seed: int = 0,
        credible_level: float = 0.95,
    ) -> BerryBerryFit:
        """The fit to the events of an analysis, whatever it measures and with what strata."""
        used = AdverseEvents(
            subjects=analysis.subjects, selection=analysis.selection, column=analysis.column
        )
        return cls(
            analysis=used,
            arm=arm,
            draws=draws,
            chains=chains,
            seed=seed,
            credible_level=credible_level,
        )

    def run(self, store: Store, progress: Progress = unheard) -> BerryBerry:
        """Count and fit.

        Raises
        ------
        NotEstimableError
            When arms are pooled or must not be compared, or nothing happened.
        """
        progress(0.0, "Counting events.")
        answer = self.analysis.run(store)
        if answer.refusal is not None:
            raise NotEstimableError(answer.refusal)
        found = answer.levels["term"]
        if found is None:
            raise NotEstimableError("No adverse event of this kind is recorded in this cohort.")
        return fit_berry_berry(
            found.counts,
            arm=self.arm,
            draws=self.draws,
            chains=self.chains,
            warm_up=self.warm_up,
            seed=self.seed,
            credible_level=self.credible_level,
            progress=part(progress, _COUNTING, 1.0),
        )
