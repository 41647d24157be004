"""The acts that a filter lets through, newest first; one of them in full; all of them as a file."""

from __future__ import annotations

import json
from functools import partial
from math import ceil

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.exports.acts import detail_of, is_withheld
from dashboard.text import plain
from dashboard.trail_files import record_taking, taken_trail
from dashboard.views.audit.wording import in_short, value, visible
from queries.workspace import ActFilter, ChainedAct, Workspace

ROWS = 25
_WITHHELD = "Made by arm: shown when the study shows its arms."


def show(wanted: ActFilter) -> None:
    """Draw the list, its pages, and the act that is chosen."""
    room = state.workspace().audit
    found = room.count(wanted)
    if not found:
        st.info("No act is found. Change the filters.", icon=":material/search_off:")
        return
    pages = ceil(found / ROWS)
    page = _page(wanted, pages)
    acts = room.acts(wanted, start=(page - 1) * ROWS, rows=ROWS, newest=True)
    chosen = _table(acts)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{(page - 1) * ROWS + 1:,} to {min(page * ROWS, found):,} of {found:,}")
        _take_away(wanted)
    if chosen is None:
        st.caption("Select a row for all that was recorded.")
    else:
        _in_full(chosen)


def _page(wanted: ActFilter, pages: int) -> int:
    if pages == 1:
        return 1
    # Another filter is another widget: it starts at the first page.
    return min(int(st.pagination(pages, key=f"audit page {wanted!r}") or 1), pages)


def _blinded() -> frozenset[str]:
    """The studies whose arms this reader is not shown, whoever else is."""
    known, reader = state.workspace().studies(), state.person()
    return frozenset(study.code for study in known if reader.is_blinded(study))


def _table(acts: tuple[ChainedAct, ...]) -> ChainedAct | None:
    blinded = _blinded()
    rows = [
        {
            "Number": act.number,
            "When": f"{act.at:%Y-%m-%d %H:%M:%S}",
            "Who": visible(act.person),
            "Act": visible(act.act),
            "Study": visible(act.study or ""),
            "About": _WITHHELD if is_withheld(act, blinded) else in_short(detail_of(act)),
        }
        for act in (one.activity for one in acts)
    ]
    chosen = st.dataframe(
        pd.DataFrame(rows),
        key=f"audit acts {acts[0].activity.number} {acts[-1].activity.number} {len(acts)}",
        hide_index=True,
        height="content",
        on_select="rerun",
        selection_mode="single-row",
        alt="Acts of the workspace, the latest first: number, when, who, act, study, what about",
        column_config={
            "Number": st.column_config.NumberColumn(format="localized", width=70),
            "When": st.column_config.TextColumn("When, UTC", width=150),
            "Who": st.column_config.TextColumn(width=250),
            "Act": st.column_config.TextColumn(width=170),
            "Study": st.column_config.TextColumn(width=90),
            "About": st.column_config.TextColumn(width="large"),
        },
    )
    picked = chosen["selection"]["rows"]
    return acts[picked[0]] if picked and picked[0] < len(acts) else None


def _in_full(one: ChainedAct) -> None:
    act = one.activity
    with st.container(border=True):
        st.subheader(f"Act {act.number:,}", anchor=False)
        facts = {
            "When": f"{act.at:%Y-%m-%d %H:%M:%S.%f} UTC",
            "Who": act.person,
            "Act": act.act,
            "Study": act.study or "–",
        }
        if is_withheld(act, _blinded()):
            st.table(_as_it_is(facts), border="horizontal")
            st.info(_WITHHELD, icon=":material/visibility_off:")
        else:
            if detail_of(act) and act.reason:
                facts["Reason"] = act.reason
            st.table(_as_it_is(facts), border="horizontal")
            _detail(one)
        hashes = f"previous  {one.previous}\nhash      {one.hash or 'none'}"
        st.code(visible_lines(hashes), language=None)


def _as_it_is(facts: dict[str, str]) -> dict[str, str]:
    return {name: plain(visible(said)) for name, said in facts.items()}


def _detail(one: ChainedAct) -> None:
    detail = detail_of(one.activity)
    changes = one.activity.changes if detail else {}
    if changes:
        table = pd.DataFrame(
            [
                {"Changed": name, "Old value": value(old), "New value": value(new)}
                for name, (old, new) in changes.items()
            ]
        )
        st.table(results.as_it_is(table.map(visible)), hide_index=True, border="horizontal")
    rest = {name: said for name, said in detail.items() if name not in {*changes, "reason"}}
    if rest:
        text = json.dumps(rest, indent=2, ensure_ascii=False)
        st.code(visible_lines(text), language="json", wrap_lines=True)
    elif not detail and one.activity.detail_json != "{}":
        st.code(visible_lines(one.activity.detail_json), language=None, wrap_lines=True)


def visible_lines(text: str) -> str:
    """Text of which every character shows, with its line breaks."""
    return "\n".join(visible(line) for line in text.split("\n"))


def _take_away(wanted: ActFilter) -> None:
    for label, format_, mime in (("JSON", "json", "application/json"), ("CSV", "csv", "text/csv")):
        st.download_button(
            label,
            data=partial(
                _file, state.workspace(), wanted, format_, state.acting("audit"), _blinded()
            ),
            file_name=f"audit-trail.{format_}",
            mime=mime,
            key=f"audit as {format_}",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            help="All acts found, with what it takes to verify them without Equipoise."
            if format_ == "json"
            else "All acts found, as a table.",
        )


def _file(
    workspace: Workspace, wanted: ActFilter, format_: str, person: str, blinded: frozenset[str]
) -> bytes:
    data, acts = taken_trail(workspace, wanted, format_, blinded=blinded)
    record_taking(workspace, person=person, format_=format_, acts=acts, wanted=wanted)
    return data
