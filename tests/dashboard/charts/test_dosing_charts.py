"""Charts of dose escalation: what they draw, say and survive."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.dosing.efficacy_toxicity import JointOutcomes, conduct_boin12
from analytics.dosing.escalation import Outcomes
from analytics.dosing.late_toxicity import TrialCourse, conduct_tite
from dashboard.analyses.dosing import FAMILIES, usual_dosing
from dashboard.charts.dosing.characteristics import draw_designs, draw_scenario_heat
from dashboard.charts.dosing.conduct import draw_conduct
from dashboard.charts.dosing.efficacy_toxicity import draw_joint_conduct, draw_joint_posterior
from dashboard.charts.dosing.follow_up import draw_follow_up
from dashboard.charts.dosing.held_out import draw_held_out
from dashboard.charts.dosing.posterior import draw_dose_posterior
from dashboard.charts.theme import alt_text, themed

SEEN = Outcomes.parse("1NNN 2NNT 4NTT", doses=5)
HOSTILE = ("<b>1</b>", "%{x}", "$5$", "4", "#FFFFFF")
CELLS = pd.DataFrame(
    {
        "design": ["3+3", "BOIN", "3+3", "BOIN"],
        "scenario": ["A", "A", "B", "B"],
        "value": [0.4, 0.6, 0.5, 0.7],
        "se": [0.0, 0.01, 0.0, 0.02],
    }
)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_posterior_has_every_dose_and_the_target(family: str) -> None:
    found = usual_dosing().design(family).recommend(SEEN)
    figure = draw_dose_posterior(found.table, names=HOSTILE, target=0.25, level=found.level)
    estimates, observed, target = figure.data
    assert np.allclose(estimates.y, found.table["estimate"], equal_nan=True)
    upper = np.array(estimates.y, dtype=float) + np.array(estimates.error_y.array, dtype=float)
    assert np.allclose(upper, found.table["upper"], equal_nan=True)
    assert list(observed.y) == pytest.approx([0, 1 / 3, 2 / 3])
    assert set(target.y) == {0.25}
    assert "2 of 3 seen" in alt_text(figure)
    assert "<b>1" not in "".join([*figure.layout.xaxis.ticktext, *estimates.hovertext])
    assert themed(figure, "dark").layout.xaxis.ticktext == figure.layout.xaxis.ticktext


def test_conduct_draws_every_patient_once_and_shades_deviations() -> None:
    figure = draw_conduct(SEEN, names=HOSTILE, deviating=(3,))
    without, with_toxicity = figure.data
    assert sorted([*without.x, *with_toxicity.x]) == list(range(1, 10))
    assert list(with_toxicity.y) == [2, 4, 4]
    assert without.marker.symbol == "circle-open"
    assert with_toxicity.marker.symbol == "circle"
    [band] = [one for one in figure.layout.shapes if one.type == "rect"]
    assert (band.x0, band.x1) == (6.5, 9.5)
    assert "cohort 3 at 4: 2 of 3 with a toxicity" in alt_text(figure)


def test_conduct_before_the_first_patient_says_so() -> None:
    figure = draw_conduct(Outcomes(doses=2), names=("a", "b"))
    assert alt_text(figure) == "No patient has been entered yet."


def test_bars_keep_the_colours_of_families_and_mark_the_bound() -> None:
    bound = pd.DataFrame({"scenario": ["A", "B"], "value": [0.7, 0.8]})
    figure = draw_designs(
        CELLS, measure="Correct selection", share=True, order=FAMILIES, benchmark=bound
    )
    first, second, benchmark = figure.data
    assert list(second.x) == [60.0, 70.0]
    assert list(second.error_x.array) == pytest.approx([1.96, 3.92])
    assert not first.error_x.visible
    assert list(benchmark.x) == [70.0, 80.0]
    alone = draw_designs(
        CELLS[CELLS["design"] == "BOIN"], measure="x", share=True, order=FAMILIES
    ).data[0]
    assert alone.marker.color == second.marker.color
    assert "benchmark, B: 80.0%" in alt_text(figure)


def test_the_heat_map_leaves_out_what_is_not_known() -> None:
    cells = pd.concat([CELLS, pd.DataFrame([("Benchmark", "A", 0.9, 0.0)], columns=CELLS.columns)])
    figure = draw_scenario_heat(cells, measure="Correct selection", share=True)
    [trace] = figure.data
    assert list(trace.z[0]) == [40.0, 60.0, 90.0]
    assert np.isnan(trace.z[1][2])
    assert trace.text[1][2] == ""


def test_axes_hold_the_largest_number() -> None:
    table = CELLS.assign(value=[3.0, 20.0, 5.0, 30.0], se=0.0)
    figure = draw_designs(table, measure="Patients", share=False, order=FAMILIES)
    assert figure.layout.xaxis.range[1] > 30
    assert figure.layout.xaxis.title.text == "Patients"


def test_follow_up_has_a_bar_for_each_patient_and_the_window_behind() -> None:
    course = TrialCourse.parse("1@0 1@7 2@14T25 5@21", doses=5, today=30)
    found = conduct_tite(usual_dosing().tite_crm(), course)
    figure = draw_follow_up(found, names=HOSTILE, window=30.0)
    window, followed, toxicity = figure.data
    assert list(window.x) == [30.0] * 4
    assert list(followed.base) == [0, 7, 14, 21]
    assert list(followed.x) == [30.0, 23.0, 11.0, 9.0]
    assert (list(toxicity.x), list(toxicity.y)) == ([25], [3])
    bands = [one for one in figure.layout.shapes if one.type == "rect"]
    assert [(one.y0 + one.y1) / 2 for one in bands] == list(found.deviating)
    assert "patient 3 at %{x} from day 14, followed 11 days, toxicity on day 25" in alt_text(figure)
    assert "<b>1" not in "".join([*figure.layout.yaxis.ticktext, *followed.hovertext])


def test_both_outcomes_are_told_apart_by_symbol_and_colour() -> None:
    seen = JointOutcomes.parse("1NEE 2ETB", doses=5)
    figure = draw_joint_conduct(seen, names=HOSTILE, deviating=(2,))
    assert sorted(x for one in figure.data for x in one.x) == list(range(1, 7))
    assert len({one.marker.symbol for one in figure.data}) == 4
    assert "cohort 2 at %{x}: 0 with neither, 1 with efficacy alone" in alt_text(figure)
    found = conduct_boin12(usual_dosing().boin12(), seen).posterior
    drawn = draw_joint_posterior(found, names=HOSTILE, limits=(0.35, 0.25), level=0.9)
    toxicity, most, efficacy, least = drawn.data
    assert list(toxicity.y) == found["toxicity"].tolist()
    assert (set(most.y), set(least.y)) == ({0.35}, {0.25})
    upper = np.array(efficacy.y) + np.array(efficacy.error_y.array)
    assert np.allclose(upper, found["efficacy_upper"])
    assert toxicity.marker.symbol[2] == "diamond-open"
    for empty in (
        draw_joint_conduct(JointOutcomes(doses=2), names=("a", "b")),
        draw_follow_up(
            conduct_tite(usual_dosing().tite_crm(), TrialCourse(doses=5, today=0)),
            names=HOSTILE,
            window=30.0,
        ),
    ):
        assert alt_text(empty) == "No patient has been entered yet."


def test_held_out_designs_at_one_place_share_a_mark_and_the_chosen_one_is_large() -> None:
    front = pd.DataFrame({"design": [3, 8], "across": [20.0, 24.0], "up": [0.5, 0.6]})
    others = pd.DataFrame(
        {
            "design": ["BOIN", "Keyboard", "<b>3+3</b>", "Endless"],
            "across": [25.0, 25.0, 14.0, np.nan],
            "up": [0.55, 0.55, 0.4, np.nan],
        }
    )
    figure = draw_held_out(
        front, others, chosen=8, across="Patients", up="Correct", percent=(False, True)
    )
    drawn, *marks = figure.data
    assert list(drawn.customdata) == [3, 8]
    assert drawn.marker.size[1] > drawn.marker.size[0]
    assert [one.name for one in marks] == ["BOIN, Keyboard", "&#60;b&#62;3+3&#60;/b&#62;"]
    assert marks[0].marker.symbol != marks[1].marker.symbol
    assert "BOIN, Keyboard 25 and 0.55" in alt_text(figure)
