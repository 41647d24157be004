"""Tables of the Liver tab: the candidates one by one, and how many reached which multiple."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analytics.safety.liver import STATUSES
from dashboard import results, state
from dashboard.analyses.measurements.liver import LiverAnswer
from dashboard.charts.axes import amount
from dashboard.disclosure import AGGREGATE, SUBJECTS
from dashboard.scripts import Made
from dashboard.text import number, percent, plain
from dashboard.views.measurements import liver_behind, liver_course, liver_notes
from dashboard.views.safety import marks

_PEAKS = (("alt", "ALT"), ("ast", "AST"), ("tbl", "Bilirubin"), ("alp", "ALP"))


def candidates(made: Made[LiverAnswer]) -> None:
    """Who is in the Hy's law quadrant, and which rule excludes whom."""
    answer = made.value
    st.header("In the Hy's law range", anchor=False)
    raw = made.part("candidates").call("to_frame")
    own = raw.value[raw.value["status"] != ""]
    said = liver_notes.notes(answer, [liver_notes.candidate_said(answer), *_methods()])
    if own.empty:
        st.caption("No subject is in the Hy's law range with these cuts.")
        st.caption(" ".join(plain(one) for one in said))
        return
    ids = own["subject"].tolist()
    shown = pd.DataFrame([_row(answer, row) for row in own.to_dict("records")])
    key = "liver_candidates"

    def take() -> None:
        picked = st.session_state[key]["selection"]["rows"]
        if picked and picked[0] < len(ids):
            liver_course.choose(ids[picked[0]])

    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height=460 if len(shown) > 12 else "content",
        on_select=take,
        selection_mode="single-row",
        alt="Subjects in the Hy's law range: peaks, R, days between, ALP and what became of them",
        column_config={"Subject": st.column_config.TextColumn(pinned=True)},
    )
    st.caption("Select a row for the course of the subject.")
    st.caption(" ".join(plain(one) for one in said))
    results.offer(
        shown,
        raw=raw,
        name=f"{state.study().code} Hy's law candidates",
        notes=said,
        disclosure=SUBJECTS,
    )


def _methods() -> list[str]:
    return [
        "R is the highest ALT over the ALP of that time (7 days at most apart), both × ULN: at "
        "least 5 hepatocellular, at most 2 cholestatic, else mixed; nR takes the higher of ALT "
        "and AST. Days between: from the ALT or AST elevation that counts to elevated bilirubin; "
        "ALP then: × ULN at that elevation. Tests: highest value × ULN, and its day."
    ]


def _row(answer: LiverAnswer, row: dict[str, object]) -> dict[str, object]:
    shown: dict[str, object] = {"Subject": row["subject"]}
    if len(answer.arms) > 1:
        shown["Arm"] = row["arm"]
    shown["Result"] = STATUSES[str(row["status"])]
    shown["R"] = _ratio(row["r"], row["r_class"])
    shown["nR"] = "NE" if pd.isna(row["nr"]) else number(_float(row["nr"]), 1)
    shown["Days between"] = number(_float(row["days_between"]), 0)
    alp = row["alp_at_elevation"]
    shown["ALP then"] = "unknown" if pd.isna(alp) else amount(_float(alp))
    for test, name in _PEAKS:
        shown[f"{name} (day)"] = _peak(row[test], row[f"{test}_day"])
    return shown


def _peak(multiple: object, day: object) -> str:
    return "–" if pd.isna(multiple) else f"{amount(_float(multiple))} ({_float(day):,.0f})"


def _ratio(r: object, kind: object) -> str:
    return "NE" if pd.isna(r) else f"{number(_float(r), 1)}, {kind}"


def _float(value: object) -> float:
    return float(str(value))


def elevations(made: Made[LiverAnswer]) -> None:
    """How many of each arm reached which multiple, and the subjects behind a cell."""
    answer, every = made.value, made.part("found").part("elevations").call("to_frame")
    st.header("Elevations by arm", anchor=False)
    raw = every.value
    names = list(dict.fromkeys(raw["elevation"]))
    shown = pd.DataFrame({_FIRST: names})
    for arm in answer.arms:
        own = raw[raw["arm"] == arm]
        shown[arm] = [
            f"{n:,}/{of:,} ({percent(n / of if of else float('nan'), 1)})"
            for n, of in zip(own["subjects"], own["measured"], strict=True)
        ]
    key = "liver_elevations"

    def take() -> None:
        cells = st.session_state[key]["selection"]["cells"]
        marks.choose(MARK, _meant(cells[0], names, answer.arms) if cells else None)

    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height="content",
        on_select=take,
        selection_mode="single-cell",
        alt="Subjects whose liver tests reached a multiple of the upper limit, by arm",
        column_config={_FIRST: st.column_config.TextColumn(width=380, pinned=True)},
    )
    st.caption("Select a cell for the subjects behind it.")
    liver_behind.show(answer, MARK)
    said = [
        "Subjects over those with a result after baseline of every test that the row looks at. "
        "Combinations are of the highest values, whenever they were."
    ]
    notes = liver_notes.notes(answer, said)
    st.caption(" ".join(plain(one) for one in notes))
    results.offer(
        shown,
        raw=every,
        name=f"{state.study().code} liver elevations",
        notes=notes,
        disclosure=AGGREGATE,
    )


_FIRST = "Highest value after baseline"
MARK = "liver_elevation"


def _meant(cell: Sequence[object], names: Sequence[str], arms: Sequence[str]) -> list[str]:
    """The elevation and arm of a cell; the name of a row means all arms."""
    row, column = int(str(cell[0])), str(cell[1])
    return [names[row], column if column in arms else ""]
