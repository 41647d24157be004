"""Beginning with a template: its pages are drawn as a job, then its results are added."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.cards import Card
from dashboard.jobs.kinds import REPORT_TEMPLATE
from dashboard.reports import current
from dashboard.reports.filling import FilledTemplate, TemplateFilling
from dashboard.reports.templates import TEMPLATES, template_of
from dashboard.text import plain
from dashboard.views import jobs
from queries.workspace import Report


def show(report: Report | None) -> None:
    """The choice of a template, its filling, and the button that adds what it gave."""
    with st.container(border=True):
        st.markdown("**Templates**")
        names = [template.name for template in TEMPLATES]
        name = st.selectbox(
            "Template",
            names,
            key=state.choice("report_template", names, names[0]),
            persist_state="session",
            format_func=lambda one: template_of(one).title,
        )
        template = template_of(name)
        st.caption(plain(template.about))
        st.caption(", ".join(plain(section.heading) for section in template.sections) + ".")
        asked = TemplateFilling(
            template=name, study=state.study().code, cohort=state.current_cohort()
        )
        filled = jobs.answer(state.job(REPORT_TEMPLATE, asked), label="Fill the template")
        if filled is not None:
            _offer(filled, report, template.title)


def _offer(filled: FilledTemplate, report: Report | None, title: str) -> None:
    for said in filled.missing:
        st.caption(f":material/do_not_disturb_on: {plain(said)}")
    number = len(filled.cards)

    def add() -> None:
        if report is None or current.cards_of(report):
            current.begin(f"{title} of {state.study().code}")
        before = ""
        for heading, text in zip(filled.headings, filled.cards, strict=True):
            section = heading if heading != before else ""
            current.add(Card.from_json(text), section=section, quietly=True)
            before = heading
        st.toast(f"Added {number:,} results", icon=":material/note_add:")

    st.button(
        f"Add {number:,} results",
        key="report_add_template",
        type="primary",
        icon=":material/playlist_add:",
        on_click=add,
        disabled=number == 0,
    )
