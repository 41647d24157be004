"""The Kaplan–Meier figure shows the numbers of the estimate, and only those."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.survival import KaplanMeier, SurvivalCounts, fit_kaplan_meier
from dashboard.charts.steps import MOST_POINTS, step_index
from dashboard.charts.survival.kaplan_meier import SurvivalOptions, draw_kaplan_meier
from dashboard.charts.theme import alt_text, arm_styles, themed


def _estimate(arms: dict[str, int], *, digits: int = 1, seed: int = 3) -> KaplanMeier:
    rng = np.random.default_rng(seed)
    names = [arm for arm, n in arms.items() for _ in range(n)]
    event, censoring = rng.exponential(14, len(names)), rng.uniform(2, 36, len(names))
    times = np.round(np.minimum(event, censoring) + 0.05, digits)
    counts = SurvivalCounts.from_subjects(
        times, (event <= censoring).astype(int), arms=names, time_unit="months"
    )
    return fit_kaplan_meier(counts)


@pytest.fixture(scope="module")
def result() -> KaplanMeier:
    return _estimate({"Control": 120, "Experimental": 118})


def _parts(figure, part: str) -> dict:
    return {t.legendgroup: t for t in figure.data if t.meta["part"] == part}


def test_curves_and_bands_carry_the_numbers_of_the_estimate(result: KaplanMeier) -> None:
    figure = draw_kaplan_meier(result)
    for curve in result.curves:
        table = curve.table
        times = table["time"].to_numpy()
        for part, column in (("curve", "survival"), ("lower", "lower"), ("upper", "upper")):
            trace = _parts(figure, part)[curve.arm]
            assert trace.line.shape == "hv"
            known = table[column].notna().to_numpy() & (times >= trace.x[0])
            drawn = trace.y[step_index(trace.x, times[known])]
            np.testing.assert_array_equal(drawn, table[column].to_numpy()[known])


def test_each_censored_time_has_a_mark_on_the_curve(result: KaplanMeier) -> None:
    marks = _parts(draw_kaplan_meier(result), "censored")
    for curve in result.curves:
        rows = curve.table[curve.table["censored"] > 0]
        np.testing.assert_array_equal(marks[curve.arm].x, rows["time"])
        np.testing.assert_array_equal(marks[curve.arm].y, rows["survival"])


def test_numbers_at_risk_stand_on_the_ticks_of_the_axis(result: KaplanMeier) -> None:
    figure = draw_kaplan_meier(result)
    ticks = list(figure.layout.xaxis.tickvals)
    assert figure.layout.xaxis2.matches == "x"
    at_risk = result.at_risk(np.array(ticks))
    for arm, trace in _parts(figure, "at risk").items():
        assert list(trace.x) == ticks
        expected = at_risk.loc[at_risk["arm"] == arm, "at_risk"]
        assert list(trace.text) == [f"{n:,}" for n in expected]
        assert trace.textfont.color == arm_styles(["Control", "Experimental"])[arm].ink


def test_hover_answers_for_all_arms_at_one_time(result: KaplanMeier) -> None:
    hover = _parts(draw_kaplan_meier(result), "hover")
    control, experimental = hover["Control"], hover["Experimental"]
    shared = min(len(control.x), len(experimental.x))
    np.testing.assert_array_equal(control.x[:shared], experimental.x[:shared])
    place = 40
    row = result.landmark(float(control.x[place])).set_index("arm").loc["Control"]
    assert control.y[place] == pytest.approx(row["survival"])
    assert control.text[place] == (
        f"{row['survival']:.1%} ({100 * row['lower']:.1f}–{100 * row['upper']:.1f})"
        f" · {row['at_risk']:.0f} at risk"
    )


def test_hover_is_silent_beyond_an_arms_last_time(result: KaplanMeier) -> None:
    hover = _parts(draw_kaplan_meier(result), "hover")
    for curve in result.curves:
        assert hover[curve.arm].x.max() <= curve.table["time"].iloc[-1]


def test_axes_have_titles_with_units(result: KaplanMeier) -> None:
    days = draw_kaplan_meier(result, options=SurvivalOptions(unit="days", origin="first dose"))
    assert days.layout.xaxis.title.text == "Days since first dose"
    assert days.layout.yaxis.title.text == "Survival probability"
    assert days.layout.yaxis.tickformat == ".0%"


def test_description_says_events_and_medians(result: KaplanMeier) -> None:
    text = alt_text(draw_kaplan_meier(result, options=SurvivalOptions(endpoint="OS")))
    medians = result.quantile(0.5).set_index("arm")["estimate"]
    assert text.startswith("Kaplan–Meier curves of OS: Control ")
    for curve in result.curves:
        assert f"{curve.events} events in {curve.subjects} subjects" in text
        assert f"median {medians[curve.arm]:.1f} months" in text


def test_median_guides_end_at_the_medians(result: KaplanMeier) -> None:
    figure = draw_kaplan_meier(result, options=SurvivalOptions(medians=True))
    drawn = {shape.name: shape.x0 for shape in figure.layout.shapes if shape.name}
    medians = result.quantile(0.5).set_index("arm")["estimate"]
    assert drawn == pytest.approx(medians.dropna().to_dict())


def test_large_curves_are_thinned_and_drawn_as_svg() -> None:
    figure = draw_kaplan_meier(_estimate({"A": 30_000, "B": 30_000}, digits=4))
    assert {trace.type for trace in figure.data} == {"scatter"}
    assert max(len(trace.x) for trace in figure.data) <= MOST_POINTS
    assert len(figure.layout.xaxis.tickvals) <= 6


def test_crowded_figures_leave_out_what_could_not_be_read_and_say_so() -> None:
    many_arms = draw_kaplan_meier(_estimate({f"Arm {n}": 20 for n in range(5)}))
    assert not _parts(many_arms, "lower")
    many_marks = draw_kaplan_meier(_estimate({"A": 5_000}, digits=3))
    assert not _parts(many_marks, "censored")
    assert "Censored times not marked" in {note.text for note in many_marks.layout.annotations}
    asked = SurvivalOptions(band=True, censor_marks=True)
    assert _parts(draw_kaplan_meier(_estimate({"A": 5_000}, digits=3), options=asked), "censored")


def test_horizon_cuts_every_part(result: KaplanMeier) -> None:
    figure = draw_kaplan_meier(result, options=SurvivalOptions(horizon=12))
    assert max(float(np.max(trace.x)) for trace in figure.data) <= 12
    assert figure.layout.xaxis.range[1] == pytest.approx(12 * 1.02)


def test_arms_hide_together_with_their_numbers(result: KaplanMeier) -> None:
    groups = {trace.legendgroup for trace in draw_kaplan_meier(result).data}
    assert groups == {"Control", "Experimental"}


@pytest.mark.parametrize(
    ("times", "events"),
    [
        ([5.0], [0]),
        ([5.0], [1]),
        ([0.0], [1]),
        ([0.0, 0.0], [0, 1]),
        ([3.0, 4.0, 9.0], [0, 0, 0]),
        ([2.0, 2.0, 2.0], [1, 1, 1]),
    ],
)
def test_degenerate_estimates_are_drawn(times: list[float], events: list[int]) -> None:
    counts = SurvivalCounts.from_subjects(times, events, arms=["Only"] * len(times))
    options = SurvivalOptions(medians=True)
    figure = draw_kaplan_meier(fit_kaplan_meier(counts), options=options)
    assert figure.layout.showlegend is False
    assert _parts(figure, "at risk")["Only"].text[0] == str(len(times))
    assert themed(figure, "dark").to_json()


def test_eight_arms_have_eight_looks() -> None:
    figure = draw_kaplan_meier(_estimate({f"Dose level {n} mg": 20 for n in range(8)}))
    looks = {(t.line.color, t.line.dash) for t in _parts(figure, "curve").values()}
    assert len(looks) == 8


def test_nobody_left_is_a_sentence() -> None:
    class Nobody:
        curves = ()

    assert "No subject" in alt_text(draw_kaplan_meier(Nobody()))  # type: ignore[arg-type]
