"""Names out of the data are drawn, and said at the pointer, as they are: never as markup."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics.survival import SurvivalCounts, fit_kaplan_meier
from analytics.survival.regression import (
    CoxRegression,
    Factor,
    FollowUp,
    adjust_curves,
    check_proportional_hazards,
    fit_cox,
    subgroup_hazard_ratios,
)
from dashboard.charts.balance import draw_love
from dashboard.charts.baseline import draw_age
from dashboard.charts.disposition import draw_disposition
from dashboard.charts.distributions import draw_boxes, draw_shares
from dashboard.charts.enrolment import draw_enrolment
from dashboard.charts.flow import ArmFlow, CohortStep, Flow, Losses, draw_flow
from dashboard.charts.maturity import draw_maturity
from dashboard.charts.overlap import draw_overlap
from dashboard.charts.sites import draw_sites
from dashboard.charts.survival.adjusted import AdjustedOptions, draw_adjusted
from dashboard.charts.survival.forest import draw_forest
from dashboard.charts.survival.forest_rows import ForestOptions
from dashboard.charts.survival.kaplan_meier import draw_kaplan_meier
from dashboard.charts.survival.residuals import (
    HazardsOptions,
    ResidualOptions,
    draw_hazards_check,
    draw_residuals,
)
from dashboard.charts.theme import LIGHT, alt_text, arm_styles
from dashboard.charts.timeline import draw_labs, draw_timeline
from tests.dashboard.charts.drawing import LayOut

BAD = f"<a href='x'>%{{x}}</a> {LIGHT.text} $a$ &lt;"
STYLES = arm_styles([BAD, "B"])
DAY = pd.Timestamp(2024, 1, 10)
_NOT_DRAWN = {"meta", "legendgroup", "shapes", "template"}


def _frame(columns: str, *rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split())


def _survival() -> go.Figure:
    counts = SurvivalCounts.from_subjects([2.0, 5.0, 7.0], [1, 0, 1], arms=[BAD, BAD, "B"])
    return draw_kaplan_meier(fit_kaplan_meier(counts))


def _flow() -> go.Figure:
    gone = Losses.by_reason({BAD: 1})
    arm = ArmFlow(arm=BAD, allocated=2, received=2, lost=gone, analysed=1, not_analysed=gone)
    steps = (CohortStep(rule=BAD, left_out=1, remaining=1),)
    return draw_flow(Flow(screened=3, excluded=gone, randomised=2, arms=(arm,), cohort=steps))


def _timeline() -> go.Figure:
    return draw_timeline(
        events=_frame(
            "term grade start_day end_day serious related",
            (BAD, 2, 1, 9, True, None),
            (BAD, 2, None, 9, True, None),
        ),
        exposure=_frame("start_day end_day dose unit treatment", (1, 9, 5, BAD, BAD)),
        visits=_frame("day name", (1, BAD), (None, BAD)),
        milestones=_frame("day name kind", (1, BAD, "cut"), (None, BAD, "cut")),
        subject=BAD,
    )


def _model() -> tuple[FollowUp, CoxRegression]:
    frame = pd.DataFrame(
        {
            "time": [6, 7, 10, 15, 19, 25, 1, 2, 3, 8, 12, 20],
            "event": [1] * 12,
            "arm": [BAD] * 6 + ["B"] * 6,
            BAD: [f"{BAD} x", "M"] * 6,
        }
    )
    follow_up = FollowUp(frame=frame, time="time", event="event")
    return follow_up, fit_cox(follow_up, [Factor("arm", reference="B"), Factor(BAD)])


def _forest() -> go.Figure:
    follow_up, _ = _model()
    found = subgroup_hazard_ratios(
        follow_up, arm=Factor("arm", reference="B"), subgroups=[BAD], adjust=[]
    )
    options = ForestOptions(arm=BAD, reference="B", endpoint=BAD, labels={BAD: BAD}, planned=[BAD])
    return draw_forest(found, options=options, styles=STYLES)


def _hazards_check() -> go.Figure:
    follow_up, fit = _model()
    options = HazardsOptions(
        covariate=fit.table["covariate"].iloc[1], label=BAD, estimate=0.0, unit=BAD
    )
    return draw_hazards_check(check_proportional_hazards(fit, follow_up), options=options)


def _adjusted() -> go.Figure:
    follow_up, fit = _model()
    counts = SurvivalCounts.from_subjects(
        follow_up.frame["time"], follow_up.frame["event"], arms=follow_up.frame["arm"].tolist()
    )
    return draw_adjusted(
        adjust_curves(fit, follow_up, arm="arm"),
        fit_kaplan_meier(counts),
        styles=STYLES,
        options=AdjustedOptions(endpoint=BAD, origin=BAD),
    )


FIGURES: dict[str, Callable[[], go.Figure]] = {
    "survival": _survival,
    "forest": _forest,
    "hazards check": _hazards_check,
    "adjusted": _adjusted,
    "residuals": lambda: draw_residuals(
        _frame("subject event against residual", (BAD, True, 1.0, 0.5), ("B", False, 2.0, -0.5)),
        _frame("against estimate", (1.0, 0.0), (2.0, 0.1)),
        options=ResidualOptions(residual=BAD, against=BAD),
    ),
    "flow": _flow,
    "timeline": _timeline,
    "labs": lambda: draw_labs(_frame("test unit day value low high", (BAD, BAD, 1, 5, 1, 4))),
    "age": lambda: draw_age(
        _frame("arm age_from subjects", (BAD, 60, 1), ("B", 60, 1)), styles=STYLES
    ),
    "boxes": lambda: draw_boxes(
        _frame("group minimum q1 median q3 maximum mean n missing", (BAD, 1, 2, 3, 4, 5, 3, 9, 1)),
        styles=STYLES,
        label=BAD,
    ),
    "shares": lambda: draw_shares(
        _frame("group level subjects", (BAD, BAD, 1), ("B", "M", 2)), styles=STYLES, label=BAD
    ),
    "love": lambda: draw_love(
        _frame("variable group reference difference reason", (BAD, BAD, "B", 0.2, ""))
    ),
    "love without estimate": lambda: draw_love(
        _frame("variable group reference difference reason", (BAD, BAD, BAD, None, BAD))
    ),
    "overlap": lambda: draw_overlap(
        _frame("pattern subjects", ("10", 5), ("11", 2)), names=[BAD, "B"], styles=STYLES
    ),
    "disposition": lambda: draw_disposition(
        _frame("arm status reason subjects", (BAD, "DISCONTINUED", BAD, 5)), arms=[BAD]
    ),
    "enrolment": lambda: draw_enrolment(
        _frame("arm enrolled_on subjects", (BAD, DAY, 5), ("B", DAY, 5)), styles=STYLES
    ),
    "maturity": lambda: draw_maturity(_frame("endpoint label subjects events", (BAD, BAD, 9, 5))),
    "sites": lambda: draw_sites(_frame("site country subjects", (BAD, BAD, 9))),
}


def _drawn(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in _NOT_DRAWN:
                yield from _drawn(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _drawn(item)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("name", FIGURES)
def test_names_are_drawn_as_they_are(name: str) -> None:
    figure = FIGURES[name]()
    texts = list(_drawn(figure.to_plotly_json()))
    assert any("&#60;" in text for text in texts), "the name is nowhere"
    for sign in ("<a", "%{x}</a", f" {LIGHT.text} ", "$a", "&lt;"):
        assert not [text for text in texts if sign in text]


@pytest.mark.parametrize("name", FIGURES)
def test_texts_at_the_pointer_are_there_for_each_point(name: str) -> None:
    # Plotly fills a template from lists only; from one text for all points it shows "-".
    for trace in FIGURES[name]().data:
        for variable in ("hovertext", "customdata"):
            if f"%{{{variable}" in (trace.hovertemplate or ""):
                assert len(trace[variable]) == len(trace.x)


@pytest.mark.browser
@pytest.mark.parametrize("name", FIGURES)
def test_no_name_becomes_a_link(name: str, lay_out: LayOut) -> None:
    assert lay_out(FIGURES[name](), 1400).links == 0


@pytest.mark.parametrize("name", [name for name in FIGURES if name not in ("enrolment", "sites")])
def test_descriptions_hold_names_as_they_are(name: str) -> None:
    text = alt_text(FIGURES[name]())
    assert BAD in text or BAD.lower() in text.lower()
