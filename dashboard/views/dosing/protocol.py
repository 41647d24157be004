"""The Protocol tab: the paragraphs, and the design to take away."""

from __future__ import annotations

import streamlit as st

from dashboard import recording, results, state
from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.protocol import protocol_paragraphs, rebuilding_code
from dashboard.text import file_stem, plain


def show(proposal: DosingProposal) -> None:
    """Paragraphs, then files."""
    said, code = protocol_paragraphs(proposal), rebuilding_code(proposal)
    with st.container(border=True):
        for paragraph in said:
            st.markdown(plain(paragraph))
    stem = file_stem(f"{state.study().code} dosing")
    with st.container(horizontal=True, gap="small"):
        _file("Paragraphs as text", "\n\n".join(said), f"{stem}.txt", "text/plain")
        _file("Design as JSON", proposal.to_json(), f"{stem}.json", "application/json")
        _file("Python", code, f"{stem}.py", "text/x-python")
    with st.expander("Python that rebuilds it", icon=":material/code:"):
        st.code(code, language="python")


def _file(label: str, data: str, name: str, mime: str) -> None:
    results.download(
        label,
        data=recording.taken(data, what=name.rpartition(".")[0], ending=name.rpartition(".")[2]),
        file_name=name,
        mime=mime,
        key=f"download dosing {name}",
        icon=":material/download:",
        on_click="ignore",
    )
