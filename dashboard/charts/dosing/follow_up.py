"""The patients of a TITE-CRM trial: how long each has been followed, and how much of the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from analytics.dosing.late_toxicity import TiteConduct
from dashboard.charts.lettering import fitted, literal
from dashboard.charts.theme import ARM_PALETTE, LIGHT, empty_figure, new_figure

_FRAME, _ROW, _NAMES = 130, 24, 110  # pixels
_FOLLOWED, _TOXICITY = "Followed", "Toxicity"


def draw_follow_up(found: TiteConduct, *, names: Sequence[str], window: float) -> go.Figure:
    """A bar from each entry to the toxicity or today; a pale one to the end of the window.

    Parameters
    ----------
    found : TiteConduct
        Patients who were given another dose than recommended are shaded.
    names : sequence of str
        Of the doses.
    window : float
        In days.

    Examples
    --------
    >>> from analytics.dosing.escalation import Crm
    >>> from analytics.dosing.late_toxicity import TiteCrm, TrialCourse, conduct_tite
    >>> design = TiteCrm(method=Crm(skeleton=(0.1, 0.25), target=0.25), window=28.0,
    ...                  most_patients=12)
    >>> found = conduct_tite(design, TrialCourse.parse("1@0 1@7T20", doses=2, today=21))
    >>> figure = draw_follow_up(found, names=["10 mg", "20 mg"], window=28.0)
    >>> list(figure.data[1].x), list(figure.data[2].x)
    ([21.0, 13.0], [20])
    """
    frame, many = found.to_frame(), len(found.course.patients)
    if not many:
        return empty_figure("No patient has been entered yet.")
    ends = frame["entered"] + window
    return new_figure(
        _described(found, names),
        height=_FRAME + _ROW * many,
        data=_traces(found, names, window),
        barmode="overlay",
        bargap=0.35,
        shapes=[_now(found.course.today), *(_band(place) for place in found.deviating)],
        xaxis={
            "title": {"text": "Day of the trial"},
            "range": [0, 1.03 * max(float(ends.max()), float(found.course.today), 1.0)],
            "showgrid": True,
        },
        yaxis={
            "tickvals": list(range(1, many + 1)),
            "ticktext": [
                fitted(f"{one.patient}: {names[one.dose - 1]}", _NAMES, size=12, most=1)
                for one in frame.itertuples()
            ],
            "range": [many + 0.5, 0.5],
            "ticks": "",
            "showgrid": False,
        },
    )


def _traces(found: TiteConduct, names: Sequence[str], window: float) -> list[dict[str, Any]]:
    frame = found.to_frame()
    toxic = frame[frame["toxicity"].notna()]
    said = [
        f"Patient {one.patient}, {literal(names[one.dose - 1])}: followed {one.followed:g} days, "
        f"counts {one.weight:.2f}"
        for one in frame.itertuples()
    ]
    bar = {"type": "bar", "orientation": "h", "y": frame["patient"].tolist()}
    base = frame["entered"].tolist()
    return [
        {
            **bar,
            "name": "Assessment window",
            "x": [window] * len(frame),
            "base": base,
            "marker": {"color": LIGHT.track},
            "hoverinfo": "skip",
        },
        {
            **bar,
            "name": _FOLLOWED,
            "x": frame["followed"].tolist(),
            "base": base,
            "marker": {"color": LIGHT.accent},
            "hovertext": said,
            "hoverinfo": "text",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": _TOXICITY,
            "x": toxic["toxicity"].astype(int).tolist(),
            "y": toxic["patient"].tolist(),
            "marker": {"color": ARM_PALETTE[1], "size": 11, "symbol": "diamond"},
            "hovertext": [f"Toxicity on day {day}" for day in toxic["toxicity"]],
            "hoverinfo": "text",
        },
    ]


def _now(today: int) -> dict[str, Any]:
    line = {"color": LIGHT.muted, "width": 1.5, "dash": "6px,4px"}
    return {
        "type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": today, "x1": today, "line": line
    }  # fmt: skip


def _band(patient: int) -> dict[str, Any]:
    area = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "layer": "below"}
    more = {"fillcolor": LIGHT.accent_soft, "opacity": 0.35, "line": {"width": 0}}
    return {**area, "y0": patient - 0.5, "y1": patient + 0.5, **more}


def _described(found: TiteConduct, names: Sequence[str]) -> str:
    followed = found.to_frame()["followed"]
    parts = []
    for place, (one, days) in enumerate(zip(found.course.patients, followed, strict=True), start=1):
        end = "" if one.toxicity is None else f", toxicity on day {one.toxicity}"
        parts.append(
            f"patient {place} at {names[one.dose - 1]} from day {one.entered}, followed "
            f"{days:g} days{end}"
        )
    return f"Follow-up of patients on day {found.course.today}. {'; '.join(parts)}."
