"""The Protocol tab: the paragraph, and the design to take away."""

from __future__ import annotations

import streamlit as st

from dashboard import recording, results
from dashboard.analyses.designs.protocol import protocol_paragraphs
from dashboard.exports import tables
from dashboard.text import file_stem, plain
from dashboard.views.designs.answer import DesignAnswer, ProposalAnswer


def show(answer: DesignAnswer) -> None:
    """The paragraphs of a survival design, then files."""
    show_paragraphs(answer, protocol_paragraphs(answer.design, answer.evaluation, answer.assurance))


def show_paragraphs(answer: ProposalAnswer, said: list[str]) -> None:
    """Paragraphs, then files."""
    with st.container(border=True):
        for paragraph in said:
            st.markdown(plain(paragraph))
    stem = file_stem(answer.name)
    frame = answer.evaluation.to_frame()
    with st.container(horizontal=True, gap="small"):
        _file("Paragraph as text", "\n\n".join(said), f"{stem}.txt", "text/plain")
        _file("Design as JSON", answer.proposal.to_json(), f"{stem}.json", "application/json")
        _file("Python", answer.code, f"{stem}.py", "text/x-python")
        _file("Looks as CSV", tables.to_csv(frame, answer.notes()), f"{stem}.csv", "text/csv")
    with st.expander("Python that rebuilds it", icon=":material/code:"):
        st.code(answer.code, language="python")


def _file(label: str, data: str | bytes, name: str, mime: str) -> None:
    results.download(
        label,
        data=recording.taken(data, what=name.rpartition(".")[0], ending=name.rpartition(".")[2]),
        file_name=name,
        mime=mime,
        key=f"download design {name}",
        icon=":material/download:",
        on_click="ignore",
    )
