"""Simon's two-stage designs: optimal, minimax, and those between them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.design.binary import (
    AdmissibleDesigns,
    SimonDesigns,
    TwoStageDesign,
    admissible_designs,
    simon_designs,
)
from dashboard import recording, results, state
from dashboard.analyses.designs.two_stage_protocol import two_stage_sentences
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made, made_by
from dashboard.text import file_stem, number, percent, plain


def show() -> None:
    """Inputs at the left, the designs at the right."""
    left, right = st.columns([4, 7], gap="large")
    with left, st.expander("Rates and errors", icon=":material/groups:", expanded=True):
        chosen = _choose()
    with right, results.explained():
        _answer(made_by(simon_designs, **chosen).named("simon"))


def _choose() -> dict[str, float]:
    with st.grid(2, min_column_width=140):
        null = _percentage(
            "Null rate p₀, %", "null", 10.0, "Response rate of a treatment not worth more study."
        )
        target = _percentage(
            "Target rate p₁, %", "target", 30.0, "Response rate of a treatment that is."
        )
        alpha = _percentage("Type I error α, %", "alpha", 5.0, "Success at the null rate.")
        beta = _percentage("Type II error β, %", "beta", 20.0, "No success at the target rate.")
    return {"null_rate": null, "target_rate": target, "alpha": alpha, "power": 1 - beta}


def _percentage(label: str, name: str, usual: float, about: str) -> float:
    entered = st.number_input(
        label,
        min_value=0.0,
        max_value=100.0,
        step=5.0,
        format="%.6g",
        key=state.remember(f"design_simon_{name}", usual),
        persist_state="session",
        help=about,
    )
    return round(float(entered) / 100, 10)


def _answer(simon: Made[SimonDesigns]) -> None:
    admissible = simon.then(admissible_designs)
    found = admissible.value
    _tiles(simon.value)
    name = f"{state.study().code} two-stage designs"
    notes = [
        "Stage 1 fails with r₁ or fewer responses of n₁ subjects, stage 2 with r or fewer of all "
        "n. The type I error, the early stop and the expected subjects are at the null rate, the "
        "power at the target rate; all are exact binomial.",
        "A design is admissible when none has a smaller w × subjects + (1 − w) × expected "
        "subjects for the weights w shown (Jung et al. 2004).",
    ]
    with st.container(border=True):
        for kind, one in zip(found.to_frame()["design"], found.designs, strict=True):
            sentence = plain(two_stage_sentences(one))
            st.markdown(f"**{plain(str(kind).capitalize())}.** {sentence}")
    st.subheader("Admissible designs", anchor=False)
    results.table(
        _table(found), raw=admissible.call("to_frame"), name=name, notes=notes, disclosure=AGGREGATE
    )
    st.caption(" ".join(plain(note) for note in notes))
    with st.container(horizontal=True, gap="small"):
        results.download(
            "Designs as JSON",
            data=recording.taken(found.to_json(), what=name, ending="json"),
            file_name=f"{file_stem(name)}.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
        )


def _tiles(simon: SimonDesigns) -> None:
    with st.grid(2, min_column_width=170):
        for name, one in (("Optimal", simon.optimal), ("Minimax", simon.minimax)):
            results.tile(f"{name}: r₁/n₁, r/n", _stages(one), _expected(one))


def _stages(one: TwoStageDesign) -> str:
    return f"{one.first_responses}/{one.first_subjects}, {one.responses}/{one.subjects}"


def _expected(one: TwoStageDesign) -> str:
    return f"{number(one.expected_subjects(one.null_rate))} expected at p₀"


def _table(found: AdmissibleDesigns) -> pd.DataFrame:
    frame = found.to_frame()
    return pd.DataFrame(
        {
            "Design": frame["design"].str.capitalize(),
            "Stage 1 fails": [
                f"≤{one.first_responses}/{one.first_subjects}" for one in found.designs
            ],
            "Stage 2 fails": [f"≤{one.responses}/{one.subjects}" for one in found.designs],
            "Type I error": [percent(one, 2) for one in frame["type_one_error"]],
            "Power": [percent(one, 1) for one in frame["power"]],
            "Early stop": [percent(one, 1) for one in frame["early_stop"]],
            "Expected subjects": [number(one, 2) for one in frame["expected_subjects"]],
            "Weights": [
                f"{low:.2f}–{high:.2f}"
                for low, high in zip(frame["from_weight"], frame["to_weight"], strict=True)
            ],
        }
    )
