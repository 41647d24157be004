"""A cohort as a file: its rule as JSON, its subjects as a list, and the way back in."""

from __future__ import annotations

import json

import streamlit as st

from dashboard import cohorts, dialogs, recording, results, state
from dashboard.exports import tables
from dashboard.text import file_stem, plain
from dashboard.views import heading
from queries import questions
from queries.cohorts import EVERYONE
from queries.cohorts.files import read_cohort, read_subjects, write_cohort
from queries.errors import DataError

_SHOWN = 5
TAKE_AWAY = "cohort_take_away"


def take_away() -> None:
    """Downloads of the cohort on screen."""
    # What a download makes is made outside the session: it gets everything from here.
    cohort, study, snapshot = state.current_cohort(), state.study().code, state.snapshot()
    store, notes = state.store(), [heading.cohort_sentence(), heading.provenance_line()]
    name = file_stem(f"{study} cohort")

    def as_json() -> bytes:
        text = write_cohort(cohort, study=study, snapshot=snapshot.content_sha256)
        return text.encode()

    def as_subjects() -> bytes:
        ids = questions.subjects(store=store, cohort=cohort)
        return tables.to_csv(ids.rename(columns={"subject": "USUBJID"}), notes)

    for label, ending, make, mime in (
        ("Rule as JSON", "json", as_json, "application/json"),
        ("Subjects as CSV", "csv", as_subjects, "text/csv"),
    ):
        results.download(
            label,
            data=recording.taken(make, what=f"{name}: {label}", ending=ending),
            file_name=f"{name}.{ending}",
            mime=mime,
            key=f"cohort as {ending}",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
    st.button(
        "Datasets of this cohort",
        key="ask_datasets",
        icon=":material/dataset:",
        type="tertiary",
        on_click=_ask_for_datasets,
    )


def _ask_for_datasets() -> None:
    st.session_state[TAKE_AWAY] = False  # an open popover would stand before the dialog
    dialogs.ask("datasets")


def bring_in() -> None:
    """Open a cohort from a file: JSON, or a list of subjects."""
    upload = st.file_uploader(
        "A cohort's JSON, or a list of subject ids",
        type=["json", "csv", "txt"],
        key=f"cohort file {st.session_state.get('cohort_files', 0)}",
        max_upload_size=3,
    )
    if upload is None:
        return
    with results.explained():
        try:
            text = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise DataError("a cohort's file is text in UTF-8", got=upload.name) from None
        note = _open(text)
        st.session_state["cohort_files"] = st.session_state.get("cohort_files", 0) + 1
        st.session_state["cohort_note"] = note
        st.rerun()


def _open(text: str) -> str | None:
    schema = state.store().schema
    if text.lstrip().startswith(("{", "[")):
        cohort, note = read_cohort(
            text,
            study=state.study().code,
            snapshot=state.snapshot().content_sha256,
            schema=schema,
        )
        cohorts.open_cohort(cohort)
        return note
    known = set(state.ask("subjects", cohort=EVERYONE)["subject"])
    cohort, unknown = read_subjects(text, known=known, column=schema.subject)
    cohorts.open_cohort(cohort)
    if not unknown:
        return None
    more = f" and {len(unknown) - _SHOWN:,} more" if len(unknown) > _SHOWN else ""
    listed = ", ".join(json.dumps(one, ensure_ascii=False) for one in unknown[:_SHOWN])
    return f"{len(unknown):,} listed ids are not in this snapshot: {listed}{more}."


def note() -> None:
    """What the reader must be told about the file that was opened last, once."""
    if (text := st.session_state.pop("cohort_note", None)) is not None:
        st.info(plain(text), icon=":material/info:")
