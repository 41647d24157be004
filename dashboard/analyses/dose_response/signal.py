"""Whether the response depends on the dose: contrast tests on the estimates of a study."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.dosing.response import Candidates, ContrastTest, Shape, test_contrasts
from analytics.results import Result, registered
from dashboard.analyses.dose_response.response import ResponseAnalysis, ResponseAnswer
from queries.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalAnalysis:
    """Contrast tests of the response for some candidate shapes.

    Parameters
    ----------
    response : ResponseAnalysis
    shapes : tuple of Shape
        In the unit of the doses; chosen before the data are seen.
    alpha : float
        One-sided, over all candidates.
    """

    response: ResponseAnalysis
    shapes: tuple[Shape, ...]
    alpha: float = 0.025

    def run(self, store: Store) -> SignalAnswer:
        """Ask the store and test."""
        answer = self.response.run(store)
        estimates = answer.estimable()
        candidates = Candidates(
            doses=estimates.doses, shapes=self.shapes, direction=self.response.endpoint.benefit
        )
        test = test_contrasts(estimates, candidates, alpha=self.alpha)
        return SignalAnswer(response=answer, test=test)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SignalAnswer(Result):
    """The test and the response that it is about.

    Parameters
    ----------
    response : ResponseAnswer
    test : ContrastTest
    """

    response: ResponseAnswer
    test: ContrastTest

    def to_frame(self) -> pd.DataFrame:
        """One row per candidate: its statistic and p-values."""
        return self.test.to_frame()

    @property
    def all_against(self) -> bool:
        """Whether every contrast points away from the benefit."""
        return bool((self.test.table["statistic"] < 0).all())
