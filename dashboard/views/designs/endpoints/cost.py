"""The Cost tab of a binary or continuous design."""

from __future__ import annotations

import streamlit as st

from dashboard.views.designs.cost import is_priced, show_courses
from dashboard.views.designs.endpoints.answer import EndpointAnswer


def show(answer: EndpointAnswer) -> None:
    """A hint until prices and enrolment are stated."""
    if answer.design.accrual is None:
        st.info(
            "Cost and duration need enrolment: state it under Time.", icon=":material/schedule:"
        )
        return
    if is_priced(answer.proposal.costs):
        show_courses(answer)
