"""Simon's two-stage designs: optimal, minimax, and those between them."""

from __future__ import annotations

import streamlit as st


def show() -> None:
    """Inputs at the left, the designs at the right."""
    st.info("Soon.")
