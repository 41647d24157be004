"""The Terms tab: classes and their terms, by arm, with cuts that leave out what is rare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.safety.adverse_events import AdverseEvents, AdverseEventsAnswer
from dashboard.analyses.safety.rows import of_classes
from dashboard.text import interval, p_value, percent, plain
from dashboard.views import disclosing
from dashboard.views.safety import behind, marks
from dashboard.views.safety.cuts import choose_cuts
from dashboard.views.safety.inputs import ADJUSTED_BY, interval_name
from dashboard.views.safety.notes import event_notes
from dashboard.views.safety.shown import choose_classes
from dashboard.views.safety.which import rule_of
from queries.events import EventTerms

_MARK = "term"
_ALL = "Any adverse event"
_INDENT = "\u2003"


def show(asked: AdverseEvents) -> None:
    """The table, and the subjects behind the row that is chosen."""
    cuts = choose_cuts()
    made = state.made(asked)
    answer = made.value
    classes = choose_classes(answer)
    raw = made.call("table", least_percent=cuts.percent, least_difference=cuts.difference)
    raw = raw.then(of_classes, classes) if classes else raw
    table = raw.value
    if table.empty:
        st.info("No adverse event of this kind is recorded in this cohort.", icon=_EMPTY)
        return
    if answer.refusal and not state.store().pooled:
        st.warning(plain(answer.refusal), icon=":material/do_not_disturb_on:")
    shown, rows = shown_table(table, answer)
    st.caption(_counted(table, answer))
    _draw(shown, rows)
    only = [f"Only of {', '.join(classes)}."] if classes else []
    said = event_notes(asked, [*methods(answer), *cuts.said(), *only])
    st.caption(" ".join(plain(one) for one in said))
    name = f"{state.study().code} adverse events by term"
    results.offer(
        shown,
        raw=raw,
        name=name,
        notes=said,
        disclosure=disclosing.event_terms(asked.subjects.cohort, asked.selection),
    )
    show_behind(asked, answer, marks.chosen(_MARK), key="terms_behind")


_EMPTY = ":material/health_and_safety:"


def _counted(table: pd.DataFrame, answer: AdverseEventsAnswer) -> str:
    terms, classes = (
        table.loc[table["level"] == level, ["class", "term"]].drop_duplicates().shape[0]
        for level in ("term", "class")
    )
    every = len(answer.incidence("term")) // max(1, len(answer.arms))
    return (
        f"{terms:,} of {every:,} terms in {classes:,} classes. Select a row for the subjects "
        "behind it."
    )


def shown_table(
    table: pd.DataFrame, answer: AdverseEventsAnswer
) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """The table as text, one row a term; and the class and term of each row."""
    keys = table[["level", "class", "term"]].drop_duplicates()
    by_arm = {arm: table[table["arm"] == arm] for arm in answer.arms}
    columns: dict[str, list[str]] = {"Class and term": _names(keys)}
    for arm, own in by_arm.items():
        size = int(own["subjects"].iloc[0])
        columns[f"{arm} (N = {size:,})"] = [
            f"{x:,} ({percent(share, 1)})"
            for x, share in zip(own["with_event"], own["proportion"], strict=True)
        ]
    for arm in answer.compared:
        columns |= _compared(by_arm[arm], arm, answer)
    for arm, own in by_arm.items():
        rates = own[["rate", "rate_lower", "rate_upper"]].to_numpy()
        columns[f"{arm}, per 100 years (95% CI)"] = [interval(*rate) for rate in rates]
    rows = list(zip(keys["class"], keys["term"], strict=True))
    return pd.DataFrame(columns), rows


def _names(keys: pd.DataFrame) -> list[str]:
    names = []
    for level, class_, term in keys.itertuples(index=False):
        names.append(_ALL if level == "overall" else class_ if level == "class" else _INDENT + term)
    return names


def _compared(own: pd.DataFrame, arm: str, answer: AdverseEventsAnswer) -> dict[str, list[str]]:
    factor = 100 if answer.asked.measure == "risk difference" else 1
    digits = 1 if factor == 100 else 2
    names = ("contrast_estimate", "contrast_lower", "contrast_upper")
    values = own[list(names)].to_numpy() * factor
    about = {
        "risk difference": "difference, points",
        "risk ratio": "risk ratio",
        "odds ratio": "odds ratio",
        "rate ratio": "rate ratio",
    }[answer.asked.measure]
    return {
        f"{arm}: {about} (95% CI)": [
            "NE" if estimate != estimate else interval(estimate, lower, upper, digits)
            for estimate, lower, upper in values
        ],
        f"{arm}: p": [p_value(p) for p in own["fisher"]],
        f"{arm}: p adjusted": [
            _adjusted(p, flagged)
            for p, flagged in zip(own["adjusted"], own["flagged"], strict=True)
        ],
    }


def _adjusted(p: float, flagged: object) -> str:
    """An adjusted p-value, marked where the term is flagged; a dash where its class is not."""
    shown = "–" if p != p else p_value(p)
    return f"{shown} *" if flagged is True or flagged == 1 else shown


def _draw(shown: pd.DataFrame, rows: Sequence[tuple[str, str]]) -> None:
    key = "safety_terms_rows"

    def take() -> None:
        picked = st.session_state[key]["selection"]["rows"]
        marks.choose(_MARK, rows[picked[0]] if picked and picked[0] < len(rows) else None)

    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height=560 if len(shown) > 14 else "content",
        on_select=take,
        selection_mode="single-row",
        alt="Adverse events by class and term: subjects, rates and differences by arm",
        column_config={
            "Class and term": st.column_config.TextColumn(width=260, pinned=True),
        },
    )


def methods(answer: AdverseEventsAnswer) -> list[str]:
    """How the numbers of a table of terms were estimated."""
    asked = answer.asked
    said = [
        "A subject counts once in each row. Rates are of first events per 100 patient-years, with "
        "exact intervals. "
        f"{asked.selection.follow_up()}"
    ]
    if not answer.compared:
        return said
    found = next(one for one in answer.levels.values() if one is not None and one.contrasts)
    contrasts = found.contrasts
    if contrasts is not None:
        weights = ", Mantel–Haenszel weights" if contrasts.weights else ""
        by = f", stratified by {', '.join(asked.strata)}" if asked.strata else ""
        said.append(
            f"{asked.measure.capitalize()} from {answer.arms[0]}{by} with "
            f"{interval_name(contrasts.interval)} {asked.confidence_level:.0%} interval{weights}; "
            f"p by Fisher's exact test, unadjusted and adjusted by {ADJUSTED_BY[asked.adjustment]} "
            f"for the number of terms of an arm; * flagged at {asked.alpha:g}. NE: not estimable."
        )
    return said


def show_behind(
    asked: AdverseEvents,
    answer: AdverseEventsAnswer,
    chosen: Sequence[str] | None,
    *,
    key: str,
) -> None:
    """The subjects with the events of a row, all arms or one."""
    if chosen is None:
        return
    class_, term, *arm = chosen
    of = EventTerms(classes=(class_,) if class_ else (), terms=(term,) if term else ())
    arms: Mapping[str, str] = {"": "All arms"} | {one: one for one in answer.arms}
    picked = arm[0] if arm and arm[0] in arms else ""
    if len(answer.arms) > 1 and not arm:
        options = list(arms)
        chosen_arm = st.radio(
            "Arm",
            options,
            key=state.choice(f"safety_{key}_arm", options, ""),
            persist_state="session",
            format_func=lambda one: plain(arms[one]),
            horizontal=True,
        )
        picked = chosen_arm or ""
    store = state.store()
    rules = asked.subjects.in_arm(store, picked) if picked else ()
    title = of.title() if not picked else f"{of.title()}, {picked}"
    behind.show(asked.subjects.chosen(*rules, rule_of(asked, of)), title, key=key)
