"""The Model card tab: read here, taken away as HTML and JSON."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from analytics.safety.prediction.model_card import TRIPOD_ITEMS, ModelCard
from dashboard import recording, results, state
from dashboard.analyses.prediction.card import Provenance, make_card
from dashboard.analyses.prediction.fit import PredictionFit, PredictionReport
from dashboard.analyses.prediction.signatures import MEANINGS, sign, signatures
from dashboard.scripts import Made, given, made_by
from dashboard.text import file_stem, plain
from dashboard.views import heading
from dashboard.views.prediction.notes import prediction_notes
from dashboard.views.proving import ask_password, prove


def show(asked: PredictionFit, made: Made[PredictionReport]) -> None:
    """The card, section by section."""
    report = made.value
    about = Provenance(
        study=state.study().code,
        data_cut=state.facts().get("data_cut", "not stated"),
        snapshot_sha256=state.snapshot().content_sha256,
        cohort=heading.cohort_sentence(),
    )
    made_card = made_by(make_card, given(asked, name="fit"), made, about)
    card = made_card.value
    stem = file_stem(f"{state.study().code} model card")
    with st.container(horizontal=True, gap="small"):
        for label, ending, written, mime in (
            ("Card as HTML", "html", card.to_html, "text/html"),
            ("Card as JSON", "json", card.to_json, "application/json"),
        ):
            results.download(
                label,
                data=recording.taken(written, what=stem, ending=ending),
                file_name=f"{stem}.{ending}",
                mime=mime,
                key=f"download {stem} {ending}",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
            )
    _signing(card, report)
    for title, rows in card.sections.items():
        st.subheader(title, anchor=False)
        _rows(rows)
    st.subheader("TRIPOD+AI", anchor=False)
    _rows({f"{number}. {what}": card.items[str(number)] for number, what in TRIPOD_ITEMS})
    st.caption(f"SHA-256 of this card: {card.fingerprint}")
    results.offer(
        made_card.call("to_frame"),
        name=f"{state.study().code} model card",
        notes=prediction_notes(asked, report, [f"SHA-256 of the card: {card.fingerprint}."]),
    )


def _signing(card: ModelCard, report: PredictionReport) -> None:
    """Who has signed this card, and a form for the next who does."""
    known = signatures(state.workspace(), state.study().code)
    own = [one for one in known if one.fingerprint == card.fingerprint]
    for one in own:
        comment = f": {one.comment}" if one.comment else ""
        st.success(
            plain(f"{one.meaning}, {one.name}, {one.at:%Y-%m-%d %H:%M} UTC{comment}"),
            icon=":material/verified:",
        )
    if not own:
        st.caption(
            "Nobody has signed this card. A change of data, settings or program is a new one."
        )
    if not state.may("sign-off"):
        return
    with st.popover("Sign", icon=":material/draw:"), st.form("sign model card", border=False):
        name = st.text_input("Name", max_chars=200)
        meaning = st.selectbox("Meaning", MEANINGS)
        comment = st.text_input("Comment", max_chars=200)
        password = ask_password()
        if st.form_submit_button("Sign this card", type="primary", icon=":material/draw:"):
            with results.explained():
                sign(
                    state.workspace(),
                    study=state.study().code,
                    fingerprint=card.fingerprint,
                    question=report.question,
                    name=name,
                    meaning=meaning,
                    comment=comment,
                    person=state.acting("sign-off"),
                    proved=prove(password),
                )
                st.rerun()


def _rows(rows: Mapping[str, str]) -> None:
    table = pd.DataFrame(
        {"": [plain(label) for label in rows], " ": [plain(text) for text in rows.values()]}
    )
    st.table(table, border="horizontal", hide_index=True)
