"""The datasets of the cohort on screen, to take away as a zip."""

from __future__ import annotations

import shlex

import streamlit as st

from dashboard import dialogs, results, state
from dashboard.exports.datasets import MOST_CELLS, DatasetExport, DatasetSizes, Taker, as_zip
from dashboard.text import file_stem, plain
from dashboard.views import heading
from queries.exporters import FORMATS, Examined

_SHOWN = 8
_USUAL = ("adsl", "adae", "adtte", "dm", "ae")


@st.dialog("Datasets of this cohort", width="large", on_dismiss=dialogs.close)
def ask_for_datasets() -> None:
    """Choose datasets and a format; what is wrong with them is said before the download."""
    st.caption(heading.cohort_line())
    with results.explained():
        sizes = state.answered(DatasetSizes(cohort=state.current_cohort()))
        chosen = _choose(sizes)
        if not chosen.datasets:
            st.info("Choose at least one dataset.", icon=":material/dataset:")
            return
        cells = sum(rows * columns for rows, columns in map(sizes.__getitem__, chosen.datasets))
        if cells > MOST_CELLS:
            _too_large(chosen, cells)
            return
        with st.spinner("Looking at every value", show_time=False):
            examined = state.answered(chosen)
        _said(examined)
        if not examined.problems:
            _download(chosen)


def _choose(sizes: dict[str, tuple[int, int]]) -> DatasetExport:
    names = list(sizes)
    usual = [name for name in names if name in _USUAL] or names[:1]
    datasets = st.multiselect(
        "Datasets",
        names,
        key=state.choices("export_datasets", names, usual),
        format_func=lambda name: f"{name.upper()} ({sizes[name][0]:,} × {sizes[name][1]})",
        help="Rows × columns. Every column is taken, under the name it has in the data.",
    )
    format_key = st.selectbox(
        "Format",
        list(FORMATS),
        key=state.choice("export_format", list(FORMATS), "parquet"),
        format_func=lambda key: FORMATS[key].label,
    )
    return DatasetExport(cohort=state.current_cohort(), datasets=tuple(datasets), format=format_key)


def _too_large(chosen: DatasetExport, cells: int) -> None:
    named = ",".join(name.upper() for name in chosen.datasets)
    command = (
        f"equipoise export datasets --study {shlex.quote(state.study().code)} "
        f"--format {chosen.format} --datasets {named} --out FOLDER"
    )
    st.warning(
        f"A page hands out up to {MOST_CELLS:,} values, and these are {cells:,}. Choose fewer "
        "datasets or a smaller cohort, or write them with the command line, which has no such "
        "limit; a cohort is saved first and named with --cohort.",
        icon=":material/data_alert:",
    )
    st.code(command, language="shell", wrap_lines=True)


def _said(examined: Examined) -> None:
    if examined.problems:
        label = FORMATS[examined.format].label
        count = len(examined.problems)
        st.error(
            f"{label} cannot hold these datasets as they are, and nothing is cut to fit: "
            f"{count} problem{'s' * (count != 1)}. Choose another format, or leave a dataset out.",
            icon=":material/error:",
        )
        _listed([str(problem) for problem in examined.problems])
    else:
        _listed(list(examined.notes))


def _listed(sentences: list[str]) -> None:
    shown = [f"- {plain(sentence)}" for sentence in sentences[:_SHOWN]]
    if len(sentences) > _SHOWN:
        shown.append(f"- and {len(sentences) - _SHOWN:,} more")
    st.caption("\n".join(shown))


def _download(chosen: DatasetExport) -> None:
    # What a download makes is made outside the session: it gets everything from here.
    store = state.store()
    taker = Taker(
        workspace=state.workspace(), snapshot=state.snapshot(), person=state.acting("exports")
    )
    name = file_stem(f"{state.study().code} {chosen.cohort.name} {chosen.format}")
    st.download_button(
        "Download zip",
        data=lambda: as_zip(store, chosen, taker),
        file_name=f"{name}.zip",
        mime="application/zip",
        key=f"datasets as {chosen.format}",
        icon=":material/download:",
        type="primary",
        on_click="ignore",
    )
    st.caption(
        "With a data dictionary (CSV and HTML) and export.json: cohort, snapshot, and the hash of "
        "every file. That these data were taken away is recorded."
    )
