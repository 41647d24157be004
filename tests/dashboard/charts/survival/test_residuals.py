"""Residual plots and adjusted curves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.survival import SurvivalCounts, fit_kaplan_meier
from analytics.survival.regression import (
    Factor,
    FollowUp,
    Numeric,
    adjust_curves,
    check_proportional_hazards,
    fit_cox,
)
from dashboard.charts.survival.adjusted import AdjustedOptions, draw_adjusted
from dashboard.charts.survival.residuals import (
    HazardsOptions,
    ResidualOptions,
    draw_hazards_check,
    draw_residuals,
)
from dashboard.charts.theme import alt_text, arm_styles
from tests.dashboard.charts.drawing import LayOut

NO_LINE = pd.DataFrame({"against": [], "estimate": []})
OPTIONS = ResidualOptions(residual="Martingale residual", against="Age (years)")


@pytest.fixture(scope="module")
def follow_up() -> FollowUp:
    rng = np.random.default_rng(3)
    n = 120
    frame = pd.DataFrame(
        {
            "time": rng.exponential(12, n) + 0.01,
            "event": rng.random(n) < 0.7,
            "arm": rng.choice(["A", "B"], n),
            "age": rng.normal(60, 9, n),
        }
    )
    return FollowUp(frame=frame, time="time", event="event", time_unit="months")


def residuals(subjects: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "subject": [f"S{n}" for n in range(subjects)],
            "event": rng.random(subjects) < 0.5,
            "against": rng.normal(60, 9, subjects),
            "residual": rng.normal(0, 1, subjects),
        }
    )


def test_events_and_censorings_are_told_apart() -> None:
    table = residuals(50)
    figure = draw_residuals(table, NO_LINE, options=OPTIONS)
    events, censored = figure.data
    assert (events.name, censored.name) == ("Event", "Censored")
    assert len(events.x) == table["event"].sum()
    assert events.marker.symbol != censored.marker.symbol
    assert events.hovertext[0].startswith("<b>S")


def test_many_points_are_thinned_and_it_is_said() -> None:
    table = residuals(20_000)
    figure = draw_residuals(table, NO_LINE, options=OPTIONS)
    drawn = np.concatenate([trace.y for trace in figure.data])
    assert drawn.size <= 3000
    assert np.abs(drawn).max() == table["residual"].abs().max()
    assert "of 20,000 points are drawn" in figure.layout.annotations[0].text


def test_the_extreme_subject_is_named_in_the_description() -> None:
    table = residuals(30)
    worst = table.loc[table["residual"].abs().idxmax(), "subject"]
    assert f"the largest that of {worst}." in alt_text(
        draw_residuals(table, NO_LINE, options=OPTIONS)
    )


def test_nobody_is_said() -> None:
    figure = draw_residuals(residuals(0), NO_LINE, options=OPTIONS)
    assert figure.layout.annotations[0].text == "No subject is in the model."


def test_schoenfeld_residuals_stand_on_the_scale_of_the_test(follow_up: FollowUp) -> None:
    fit = fit_cox(follow_up, [Factor("arm"), Numeric("age")])
    check = check_proportional_hazards(fit, follow_up)
    estimate = float(fit.coefficients[1])
    options = HazardsOptions(covariate="age", label="Age", estimate=estimate)
    figure = draw_hazards_check(check, options=options)
    points = next(trace for trace in figure.data if trace.meta["part"] == "residuals")
    assert len(points.x) == fit.events
    assert 0 <= min(points.x) < max(points.x) <= 1
    times = [float(text) for text in figure.layout.xaxis.ticktext]
    assert times == sorted(times)
    assert f"level at {estimate:.2f}" in alt_text(figure)
    unknown = draw_hazards_check(
        check, options=HazardsOptions(covariate="x", label="x", estimate=0.0)
    )
    assert "no such coefficient" in alt_text(unknown)


def adjusted_figure(follow_up: FollowUp):
    fit = fit_cox(follow_up, [Factor("arm"), Numeric("age")])
    frame = follow_up.frame
    counts = SurvivalCounts.from_subjects(
        frame["time"], frame["event"], arms=frame["arm"].tolist(), time_unit="months"
    )
    return draw_adjusted(
        adjust_curves(fit, follow_up, arm="arm"),
        fit_kaplan_meier(counts),
        styles=arm_styles(["A", "B"]),
        options=AdjustedOptions(endpoint="OS"),
    )


def test_both_kinds_of_curves_are_drawn_and_named(follow_up: FollowUp) -> None:
    figure = adjusted_figure(follow_up)
    parts = [trace.meta["part"] for trace in figure.data]
    assert parts.count("adjusted") == parts.count("unadjusted") == 2
    listed = [trace.name for trace in figure.data if trace.showlegend is not False]
    assert listed == ["A, adjusted", "B, adjusted", "Unadjusted (Kaplan–Meier)"]
    assert "adjusted and" in alt_text(figure)


@pytest.mark.browser
@pytest.mark.parametrize("width", [469, 1000])
def test_nothing_is_crowded(follow_up: FollowUp, lay_out: LayOut, width: int) -> None:
    fit = fit_cox(follow_up, [Factor("arm"), Numeric("age")])
    check = check_proportional_hazards(fit, follow_up)
    options = HazardsOptions(covariate="age", label="Age at consent, per unit", estimate=0.0)
    for figure in (
        adjusted_figure(follow_up),
        draw_hazards_check(check, options=options),
        draw_residuals(residuals(50), NO_LINE, options=OPTIONS),
    ):
        drawing = lay_out(figure, width)
        assert drawing.crowded() == []
        assert drawing.clipped() == []
