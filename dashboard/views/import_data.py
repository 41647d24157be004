"""Import: drag files in, see what the checks found, accept or reject."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

import pandas as pd
import streamlit as st

from dashboard import navigation, results, state
from dashboard.jobs.background import read_import, start_import
from dashboard.jobs.imports import accept_candidate, forget_content, reject_candidate
from dashboard.jobs.uploads import drop_uploads, has_uploads, save_uploads, uploads_again
from dashboard.text import plain
from dashboard.views import identifiers
from dashboard.views.quality import findings_table
from queries.importers import CheckReport, DeidentificationPlan
from queries.workspace import Snapshot

_FORMATS = ["xpt", "sas7bdat", "json", "ndjson", "dsjc", "csv", "parquet", "zip", "xz", "xml"]


def show() -> None:
    """The Import page."""
    st.title("Import", anchor=False)
    st.caption(
        "A trial's data files become a new snapshot: checked first, then accepted or rejected. "
        "The snapshot on screen now stays as it is until you accept."
    )
    with results.explained():
        state.acting("imports")
        if "import_id" in st.session_state:
            _watch()
        elif "candidate" in st.session_state:
            _decide(state.workspace().snapshot(st.session_state["candidate"]))
        else:
            _choose_files()


def _choose_files() -> None:
    _last_outcome()
    if state.person().is_owner:
        st.info(
            "Without accounts, demo studies only can be imported. For data of your own, make an "
            "administrator first: on the People page, or with `equipoise people add NAME --role "
            "administrator`.",
            icon=":material/lock_open:",
        )
    uploads = st.file_uploader(
        "Data files of one study",
        type=_FORMATS,
        accept_multiple_files=True,
        key="uploads",
        help="SAS XPORT, sas7bdat, Dataset-JSON, CSV or Parquet; single files or a zip of them. "
        "ADSL (or DM) has to be among them; a plan.json is read as the study's plan.",
    )
    code = st.text_input(
        "Study code",
        max_chars=60,
        placeholder="Taken from the plan or from STUDYID when left empty",
    )
    if st.button(
        "Check files",
        type="primary",
        icon=":material/fact_check:",
        disabled=not uploads,
        help=None if uploads else "Choose the files first.",
    ):
        home = state.workspace().home
        import_id = save_uploads(home, uploads)
        st.session_state["import_id"] = start_import(
            home=home,
            person=state.acting("imports"),
            study=code.strip() or None,
            import_id=import_id,
            keep_files=True,
            only_demo=True,
        )
        st.session_state["import_files"] = st.session_state["import_id"]
        st.rerun()


def _last_outcome() -> None:
    outcome = st.session_state.pop("import_outcome", None)
    if outcome == "accepted":
        st.success("Accepted. The study now shows this snapshot.", icon=":material/check_circle:")
        st.button(
            "Go to its overview",
            key="import_overview",
            icon=":material/arrow_forward:",
            on_click=navigation.go,
            args=("",),
        )
    elif outcome == "rejected":
        st.info("Rejected. Its file was deleted; nothing else changed.", icon=":material/delete:")
    problems = st.session_state.pop("import_problems", None)
    if problems:
        st.error("The files were refused. Nothing was imported.", icon=":material/error:")
        st.markdown("\n".join(f"- {plain(problem)}" for problem in problems))


@st.fragment(run_every=0.5)
def _watch() -> None:
    state.begin_run()
    state.acting("imports")
    progress = read_import(state.workspace().home, st.session_state["import_id"])
    if progress.state == "running":
        st.progress(progress.share, text=plain(progress.message or "Starting"))
        return
    del st.session_state["import_id"]
    if progress.state == "done":
        st.session_state["candidate"] = progress.snapshot
    else:
        st.session_state["import_problems"] = progress.problems or (progress.message,)
    st.rerun()


def _decide(candidate: Snapshot) -> None:
    report = CheckReport.from_json(candidate.report_json)
    st.header(f"Check report: {plain(report.study)}", anchor=False)
    with st.grid(4, min_column_width=150):
        st.metric("Subjects", f"{report.subjects:,}", border=True)
        st.metric("Datasets", len(report.datasets), border=True)
        st.metric("Findings", len(report.findings), border=True)
        st.metric("Data cut", str(report.data_cut or "not stated"), border=True)
    names_people = not report.deidentified and identifiers.names_people(report)
    if names_people:
        st.warning(
            "Columns look as if they named or located people. De-identify them below, or accept "
            "them as they are.",
            icon=":material/shield_person:",
        )
    with st.container(horizontal=True):
        usual: Literal["primary", "secondary"] = "secondary" if names_people else "primary"
        st.button("Accept", type=usual, icon=":material/check:", on_click=_accept)
        st.button("Reject", icon=":material/close:", on_click=_reject)
    chosen = identifiers.show(report, can_change=_has_files())
    if chosen is not None:
        _deidentify(chosen)
    report_tables(report)


def _has_files() -> bool:
    kept = st.session_state.get("import_files")
    return kept is not None and has_uploads(state.workspace().home, kept)


def _deidentify(plan: DeidentificationPlan) -> None:
    """Import the same files again, changed on the way in, in place of the candidate."""
    home = state.workspace().home
    candidate = state.workspace().snapshot(st.session_state["candidate"])
    import_id = uploads_again(home, st.session_state["import_files"])
    reject_candidate(state.workspace(), st.session_state.pop("candidate"), state.acting("imports"))
    forget_content(state.workspace(), candidate)
    st.session_state["import_id"] = start_import(
        home=home,
        person=state.acting("imports"),
        study=candidate.study,
        import_id=import_id,
        deidentify=plan,
        keep_files=True,
    )
    st.session_state["import_files"] = import_id
    st.rerun()


def _drop_files() -> None:
    kept = st.session_state.pop("import_files", None)
    if kept is not None:
        drop_uploads(state.workspace().home, kept)


def _accept() -> None:
    _drop_files()
    candidate = st.session_state.pop("candidate")
    accepted = accept_candidate(state.workspace(), candidate, state.acting("imports"))
    st.session_state.update(import_outcome="accepted", study=accepted.study, snapshot=None)


def _reject() -> None:
    _drop_files()
    reject_candidate(state.workspace(), st.session_state.pop("candidate"), state.acting("imports"))
    st.session_state["import_outcome"] = "rejected"


def report_tables(report: CheckReport) -> None:
    """What was read, what was found, what is missing and what was passed over."""
    st.header("Datasets", anchor=False)
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Dataset": d.name.upper(),
                    "Label": d.label,
                    "File": d.file,
                    "Rows": d.rows,
                    "Columns": d.columns,
                }
                for d in report.datasets
            ]
        ),
        hide_index=True,
        alt="Datasets of the import with their files, rows and columns",
    )
    st.header("Findings", anchor=False)
    if report.findings:
        st.dataframe(
            findings_table(pd.DataFrame([asdict(finding) for finding in report.findings])),
            hide_index=True,
            alt="Data-quality findings",
        )
    else:
        st.caption("The checks found nothing to report.")
    if report.derivations:
        st.header("Derived or changed", anchor=False)
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in report.derivations))
    if report.skipped:
        with st.expander(f"{_counted(len(report.skipped), 'file')} passed over"):
            st.markdown("\n".join(f"- {plain(s.file)}: {plain(s.reason)}" for s in report.skipped))
    if report.not_collected:
        with st.expander(f"{_counted(len(report.not_collected), 'variable')} not collected"):
            st.markdown("\n".join(f"- {plain(gap.sentence)}" for gap in report.not_collected))


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'s' * (number != 1)}"
