"""A simulation as a job: its request, its title, its answer, and that it can be stopped."""

from __future__ import annotations

import pytest

from analytics.checks import InputError
from analytics.design.simulation import SimulatedTrials, TrialSimulation
from dashboard.analyses.designs import usual_proposal
from dashboard.jobs.kinds import TRIAL_SIMULATION
from dashboard.jobs.requests import read_request, write_request

ASKED = TrialSimulation(design=usual_proposal().design(), replications=2000, seed=7)


def test_it_goes_through_a_job_and_gives_what_a_direct_run_gives() -> None:
    asked = read_request(write_request(ASKED), TRIAL_SIMULATION.request)
    assert asked == ASKED
    found = SimulatedTrials.from_json(asked.run().to_json())
    assert found.by_look.equals(ASKED.run().by_look)
    assert TRIAL_SIMULATION.title(asked) == "2,000 trials of 500 subjects: log-rank"


def test_progress_is_told_and_may_stop_it() -> None:
    told: list[float] = []

    def stop(share: float, sentence: str) -> None:
        told.append(share)
        raise RuntimeError(sentence)

    with pytest.raises(RuntimeError, match="Simulated"):
        ASKED.run(stop)
    assert told


@pytest.mark.parametrize("text", ["", "{}", write_request(usual_proposal()), '{"kind": "x"}'])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_request(text, TrialSimulation)
