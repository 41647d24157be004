"""The Hierarchical model tab: terms of a class lend one another strength."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.safety.multiplicity import BerryBerry
from dashboard import results, state
from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.analyses.safety.berry_berry import BerryBerryFit
from dashboard.charts.safety.posterior import draw_posterior
from dashboard.charts.theme import arm_styles
from dashboard.disclosure import AGGREGATE
from dashboard.jobs import kinds
from dashboard.scripts import answer_of
from dashboard.text import interval, number, plain
from dashboard.views import jobs
from dashboard.views.safety import marks, terms
from dashboard.views.safety.notes import event_notes

_MARK = "posterior"
_SHOWN = 25
_ABOUT = (
    "Berry and Berry's model asks of every term how probable it is that the arm has more of it, "
    "given all terms: rare terms are drawn towards others of their class, and an effect of "
    "exactly none is possible. It takes some seconds."
)


def show(asked: AdverseEvents) -> None:
    """The model of one arm, begun by a click and kept."""
    answer = state.answered(asked)
    if answer.refusal is not None:
        st.info(plain(answer.refusal), icon=":material/do_not_disturb_on:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        arm = _arm(answer.compared)
        seed = st.number_input(
            "Seed",
            min_value=0,
            max_value=10**6,
            step=1,
            key=state.remember("safety_posterior_seed", 0),
            persist_state="session",
            width=160,
            help="Of the random numbers. The same seed gives the same answer; another one shows "
            "how much the sampler matters.",
        )
    request = BerryBerryFit.of(asked, arm=arm, seed=int(seed))
    fit = jobs.answer(state.job(kinds.BERRY_BERRY, request), label="Fit the model", about=_ABOUT)
    if fit is not None:
        _results(asked, request, fit)
        chosen = marks.chosen(_MARK)
        terms.show_behind(asked, answer, chosen, key="posterior_behind")


def _arm(arms: tuple[str, ...]) -> str:
    if len(arms) == 1:
        return arms[0]
    return st.selectbox(
        "Arm against the reference",
        arms,
        key=state.choice(f"safety_posterior_arm_{state.study().code}", arms, arms[0]),
        persist_state="session",
        width=320,
    )


def _results(asked: AdverseEvents, request: BerryBerryFit, fit: BerryBerry) -> None:
    if fit.warning:
        st.warning(plain(fit.warning), icon=":material/warning:")
    made = answer_of(request, fit, name="fit").part("table")
    raw = made.call("sort_values", "probability_higher", ascending=False, kind="stable")
    raw, table = raw.named("terms"), raw.value
    style = arm_styles([request.arm], state.arms(asked.subjects.arm))[request.arm]
    said = event_notes(asked, _said(fit, len(table)))
    name = f"{state.study().code} {request.arm} hierarchical model"
    drawn = raw.call("head", _SHOWN).then(draw_posterior, style=style)
    marks.figure(drawn, mark=_MARK, name=name, notes=said, data=raw, disclosure=AGGREGATE)
    with st.expander("All terms as a table", icon=":material/table:"):
        results.table(
            _as_text(table), raw=raw, name=f"{name} table", notes=said, disclosure=AGGREGATE
        )


def _said(fit: BerryBerry, every: int) -> list[str]:
    first = fit.table.iloc[0]
    shown = f" The {_SHOWN} most probable of {every:,} terms are drawn." if every > _SHOWN else ""
    return [
        f"Probability, given the data, that the odds in {first['arm']} are higher than in "
        f"{first['reference']}; median odds ratio with {fit.credible_level:.0%} credible interval."
        f"{shown} Three-level binomial model with a point mass at no effect (Berry and Berry 2004; "
        f"model 1b of Xia, Ma and Carlin 2011). {fit.chains} chains of {fit.draws:,} draws after "
        f"{fit.warm_up:,}, seed {fit.seed}; smallest effective sample size "
        f"{fit.smallest_ess:,.0f}, largest R-hat {fit.largest_rhat:.3f}.",
    ]


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Class": table["class"],
            "Term": table["term"],
            "n/N": [
                f"{row.with_event:,}/{row.subjects:,} v {row.reference_with_event:,}/"
                f"{row.reference_subjects:,}"
                for row in table.itertuples()
            ],
            "P(more)": [
                f"{number(row.probability_higher, 3)} ± {number(row.probability_higher_error, 3)}"
                for row in table.itertuples()
            ],
            "P(same)": [number(p, 3) for p in table["probability_equal"]],
            "Odds ratio (credible interval)": [
                interval(row.odds_ratio, row.lower, row.upper, 2) for row in table.itertuples()
            ],
        }
    )
