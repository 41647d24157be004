"""What is left out, cut or rounded where estimates over time are drawn."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics.survival import SurvivalCounts, fit_kaplan_meier
from analytics.survival.kaplan_meier import KaplanMeier
from dashboard.charts.survival.over_time import OverTimeOptions, draw_over_time
from dashboard.charts.theme import arm_styles

ARMS = ("Placebo", "Active")
OPTIONS = OverTimeOptions(what="Difference of survival", estimate="Difference", level=0)


def rows(arms: tuple[str, ...] = ARMS) -> pd.DataFrame:
    times = [0.0, 3.0, 9.0, 30.0]
    return pd.concat(
        pd.DataFrame({"arm": arm, "time": times, "value": [0.0, 0.1, 0.2, 0.3 + place]}).assign(
            lower=lambda one: one["value"] - 0.05, upper=lambda one: one["value"] + 0.05
        )
        for place, arm in enumerate(arms)
    )


def curves() -> KaplanMeier:
    counts = SurvivalCounts.from_subjects(
        [1.0, 4, 8, 30, 2, 5, 9, 28],
        [1, 0, 1, 0, 1, 1, 0, 1],
        arms=[*["Placebo"] * 4, *["Active"] * 4],
    )
    return fit_kaplan_meier(counts)


def parts(figure: go.Figure, part: str) -> list[go.Scatter]:
    return [trace for trace in figure.data if (trace.meta or {}).get("part") == part]


def test_bands_of_many_arms_are_left_out() -> None:
    many = tuple(f"Dose {n}" for n in range(5))
    figure = draw_over_time(rows(many), styles=arm_styles(many), options=OPTIONS)
    assert len(parts(figure, "estimate")) == 5
    assert not parts(figure, "lower")


def test_a_logarithmic_axis_has_round_ticks_and_no_time_0() -> None:
    options = OverTimeOptions(what="log", estimate="log(-log S)", log_time=True)
    after = rows()[rows()["time"] > 0]
    figure = draw_over_time(after, styles=arm_styles(ARMS), options=options, curves=curves())
    assert figure.layout.xaxis.type == "log"
    assert list(figure.layout.xaxis.tickvals) == [5, 10, 20]
    assert not parts(figure, "at risk")


def test_a_wild_limit_does_not_squash_a_smooth_estimate() -> None:
    wild = rows(("Placebo",))
    wild.loc[3, "upper"] = 100.0
    options = OverTimeOptions(what="Hazard", estimate="Hazard", steps=False)
    figure = draw_over_time(wild, styles=arm_styles(["Placebo"]), options=options)
    assert figure.layout.yaxis.range[1] == pytest.approx(1.05 * 2 * 0.3)
