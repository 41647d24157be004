"""The What-if tab: sites added, closed, delayed or faster; before beside after."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from analytics.checks import InputError
from analytics.enrolment import Sites
from dashboard import results, state
from dashboard.analyses.enrolment import (
    RecruitmentAnalysis,
    RecruitmentAnswer,
    SiteChange,
    WhatIfAnalysis,
    WhatIfAnswer,
)
from dashboard.analyses.enrolment.what_if import CHANGES, MOST_ADDED, MOST_CHANGES, Change
from dashboard.charts.forecast.fan import Forecast, draw_forecasts
from dashboard.disclosure import AGGREGATE
from dashboard.jobs.requests import read_request, write_request
from dashboard.scripts import Made, made_by
from dashboard.text import number, percent, plain
from dashboard.views.enrolment.forecast import shown_day
from dashboard.views.enrolment.inputs import choose_day, own, site_plan
from dashboard.views.enrolment.notes import named, notes
from queries.errors import DataError

_KINDS: Mapping[Change, str] = {
    "add": "Add sites",
    "close": "Close sites",
    "delay": "Delay sites not open yet",
    "pace": "Change the pace of sites",
}
_ANY, _ALL, _SOME = "Anywhere", "All sites", "Chosen sites"
_NEW = (
    "New sites are as fast as sites of this study are, with all the uncertainty of that; nothing "
    "is known of their countries. They cost what sites with stated costs do on average."
)


def show(asked: RecruitmentAnalysis) -> None:
    """The changes, and what they do."""
    before = state.answered(asked)
    with st.container(border=True):
        _enter(before)
    kept = _kept()
    _listed(kept)
    if not kept:
        st.info(
            "No change yet. Enter one above, such as five more sites from next month on, to see "
            "the forecast before and after.",
            icon=":material/add_location_alt:",
        )
        return
    wanted = WhatIfAnalysis(recruitment=asked, changes=kept)
    _show(wanted, state.made(wanted))


# Changes ------------------------------------------------------------------------------


def _kept() -> tuple[SiteChange, ...]:
    texts = st.session_state.get(own("changes")) or []
    try:
        return tuple(read_request(text, SiteChange) for text in texts)
    except (InputError, DataError):
        st.warning("The changes of this link cannot be read; there are none.")
        return ()


def _keep(changes: tuple[SiteChange, ...]) -> None:
    state.remember(own("changes"), [])
    st.session_state[own("changes")] = [write_request(one) for one in changes]


def _listed(kept: tuple[SiteChange, ...]) -> None:
    for place, one in enumerate(kept):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{place + 1}\\. {plain(one.sentence)}", width="stretch")
            st.button(
                "Remove",
                key=f"enrolment_change_remove_{place}",
                icon=":material/close:",
                type="tertiary",
                on_click=_keep,
                args=(kept[:place] + kept[place + 1 :],),
            )


def _enter(before: RecruitmentAnswer) -> None:
    sites = before.model.sites
    with st.grid(4, min_column_width=150):
        kind = st.selectbox(
            "Change",
            CHANGES,
            key=state.choice("enrolment_change_kind", CHANGES, "add"),
            persist_state="session",
            format_func=_KINDS.__getitem__,
        )
        which, country = _where(kind, sites)
        change = _change(kind, which, country, before)
    kept = _kept()
    st.button(
        "Add the change",
        key="enrolment_change_add",
        type="primary",
        icon=":material/add:",
        on_click=_keep,
        args=((*kept, change),) if change else (kept,),
        disabled=change is None or len(kept) >= MOST_CHANGES,
    )


def _where(kind: Change, sites: Sites) -> tuple[tuple[str, ...], str | None]:
    """Chosen sites, or a country, or neither for all."""
    countries = [one for one in sites.countries if one]
    first = _ANY if kind == "add" else _ALL
    options = [first, *countries] if kind == "add" else [first, *countries, _SOME]
    chosen = st.selectbox(
        "Where",
        options,
        key=state.choice(own(f"where_{kind}"), options, first),
        persist_state="session",
    )
    if chosen != _SOME or kind == "add":
        return (), chosen if chosen in countries else None
    names = _choosable(kind, sites)
    picked = st.multiselect(
        "Sites",
        names,
        key=state.choices(own(f"which_{kind}"), names, []),
        persist_state="session",
        placeholder="Choose one or more",
    )
    return tuple(picked), None


def _choosable(kind: Change, sites: Sites) -> list[str]:
    """A site that is open cannot be delayed."""
    if kind != "delay":
        return list(sites.names)
    return [str(one) for one in sites.table.loc[sites.table["activated_month"].isna(), "site"]]


def _change(
    kind: Change, which: tuple[str, ...], country: str | None, before: RecruitmentAnswer
) -> SiteChange | None:
    """The change that is entered; None while no site is chosen."""
    if kind in ("close", "delay", "pace") and _chosen_none(kind, which):
        return None
    number_of, day, months, factor = 1, None, 0.0, 1.0
    if kind == "add":
        number_of = int(_number("New sites", "number", 5, 1, MOST_ADDED, 1))
    if kind in ("add", "close"):
        least = before.known_on + datetime.timedelta(days=1)
        day = choose_day(
            "They open on" if kind == "add" else "They close on",
            name=f"change_{kind}_on",
            first=least + datetime.timedelta(days=30),
            least=least,
            most=least + datetime.timedelta(days=1825),
        )
    elif kind == "delay":
        months = float(_number("Months later", "months", 2.0, -24.0, 24.0, 1.0))
    else:
        factor = float(_number("Times as fast", "factor", 1.2, 0.1, 10.0, 0.1))
    return SiteChange(
        kind=kind, sites=which, country=country, number=number_of, day=day, months=months,
        factor=factor,
    )  # fmt: skip


def _chosen_none(kind: Change, which: tuple[str, ...]) -> bool:
    return st.session_state.get(own(f"where_{kind}")) == _SOME and not which


def _number(label: str, name: str, first: float, low: float, high: float, step: float) -> float:
    return st.number_input(
        label,
        min_value=low,
        max_value=high,
        step=step,
        key=state.remember(f"enrolment_change_{name}", first),
        persist_state="session",
    )


# What they do -------------------------------------------------------------------------


def _show(wanted: WhatIfAnalysis, made: Made[WhatIfAnswer]) -> None:
    answer = made.value
    _tiles(answer)
    before = answer.before
    said = ["Median and 90% band, before and after the changes.", *answer.changes]
    if any(one.kind == "add" for one in wanted.changes):
        said.append(_NEW)
    bands = {
        name: made.part(name.lower()).call("to_frame").named(name.lower())
        for name, _ in _both(answer)
    }
    results.figure(
        made.part("before")
        .call("course")
        .then(
            draw_forecasts,
            [made_by(Forecast, name=name, bands=one) for name, one in bands.items()],
            known_on=before.known_on,
            target=before.target,
        ),
        name=named("enrolment what-if"),
        notes=notes(before, said),
        data=made_by(
            pd.concat,
            [one.call("assign", which=name) for name, one in bands.items()],
            ignore_index=True,
        ),
        disclosure=AGGREGATE,
    )
    results.table(
        _shown(answer),
        raw=made.call("to_frame"),
        name=named("enrolment before and after"),
        notes=notes(before, [*said, _NO_CLOCK]),
        disclosure=AGGREGATE,
    )
    st.caption(_NO_CLOCK)


_NO_CLOCK = (
    "Both forecasts rest on the same distribution of rates, that of the sites before the changes."
)


def _both(answer: WhatIfAnswer) -> tuple[tuple[str, RecruitmentAnswer], ...]:
    return ("Before", answer.before), ("After", answer.after)


def _tiles(answer: WhatIfAnswer) -> None:
    before, after = (one.target_day(0.5) for _, one in _both(answer))
    with st.grid(3, min_column_width=210):
        results.tile("Target reached, before", shown_day(before), _span(answer.before))
        results.tile("After", shown_day(after), _span(answer.after))
        results.tile("Difference of the medians", _sooner(before, after))


def _span(answer: RecruitmentAnswer) -> str:
    return f"90%: {shown_day(answer.target_day(0.05))} – {shown_day(answer.target_day(0.95))}"


def _sooner(before: datetime.date | None, after: datetime.date | None) -> str:
    if before is None or after is None:
        return "–"
    days = (after - before).days
    if days == 0:
        return "none"
    return f"{abs(days):,} days {'later' if days > 0 else 'sooner'}"


def _shown(answer: WhatIfAnswer) -> pd.DataFrame:
    table, plan = answer.to_frame(), site_plan()
    currency = next((one.currency for one in plan.sites if one.currency), "") if plan else ""
    finish = st.session_state.get(own("finish_by"))
    rows = []
    for (name, one), (_, row) in zip(_both(answer), table.iterrows(), strict=True):
        shown = {
            "Forecast": name,
            "Sites": number(row["sites"], 0),
            "Target reached, median": shown_day(row["median"]),
            "90% from": shown_day(row["early"]),
            "to": shown_day(row["late"]),
        }
        if isinstance(finish, datetime.date) and finish >= one.known_on:
            shown[f"Finished by {shown_day(finish)}"] = percent(one.probability_by(finish))
        if table["cost"].notna().any():
            shown[f"Expected cost until then, {currency}"] = number(row["cost"], 0)
        rows.append(shown)
    return pd.DataFrame(rows)
