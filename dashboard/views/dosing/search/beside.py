"""The front beside textbook designs under scenarios that the search did not use."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.dosing.escalation import EscalationDesign
from analytics.dosing.search import AgainstDefaults
from dashboard import results, state
from dashboard.analyses.dosing.found import (
    SHARES,
    benchmark_of,
    beside_rows,
    held_note,
    summary_sentence,
    titled,
    verdict_rows,
)
from dashboard.analyses.dosing.search import (
    MOST_HELD,
    OWN,
    SEARCHED,
    HeldOutComparison,
    own_request,
    searching_code,
    taken,
    textbook,
)
from dashboard.charts.dosing.held_out import draw_held_out
from dashboard.jobs.kinds import DOSE_DEFAULTS
from dashboard.text import plain
from dashboard.views import jobs
from dashboard.views.dosing import current
from dashboard.views.dosing.search.front import axes
from dashboard.views.dosing.search.searched import CHOSEN, Searched


def choose_held(searched: Searched) -> HeldOutComparison:
    """The comparison that the inputs ask for."""
    with st.container(horizontal=True, gap="small"):
        count = st.number_input(
            "Held-out scenarios",
            min_value=2,
            max_value=MOST_HELD,
            step=10,
            key=state.remember("dosing_search_held", 100),
            persist_state="session",
            width=180,
            help="Drawn at random; each dose is equally often the right one.",
        )
        seed = st.number_input(
            "Seed of the held-out scenarios",
            min_value=0,
            max_value=2**32 - 1,
            step=1,
            key=state.remember("dosing_search_held_seed", 2),
            persist_state="session",
            width=240,
        )
    return HeldOutComparison(
        problem=searched.problem,
        designs=tuple(searched.front.designs().items()),
        others=tuple(_others(searched).items()),
        count=int(count),
        seed=int(seed),
    )


def _others(searched: Searched) -> dict[str, EscalationDesign]:
    """Textbook designs, and the one of the page where it can be judged exactly in time."""
    own = searched.proposal
    known = own_request(own, searched.problem.scenarios) is not None
    return textbook(searched.problem.space) | ({OWN: own.design()} if known else {})


def show(searched: Searched) -> None:
    """The comparison as a job, then its verdicts and the chosen design beside the default."""
    st.subheader("Beside textbook designs, on held-out scenarios", anchor=False)
    held = choose_held(searched)
    found = jobs.answer(
        state.job(DOSE_DEFAULTS, held),
        label="Compare with textbook designs",
        about=f"{held.title}: what was best in a search looks better there than it is.",
    )
    if found is not None:
        _verdicts(found, held)
        _picture(searched, found, held)
    _chosen(searched, held, found)


def _verdicts(found: AgainstDefaults, held: HeldOutComparison) -> None:
    said = plain(summary_sentence(found))
    if found.dominated:
        st.success(said, icon=":material/trending_up:")
    else:
        st.info(said, icon=":material/balance:")
    results.table(
        verdict_rows(found),
        raw=found.to_frame(),
        name=f"{state.study().code} dosing search verdicts",
        notes=[held_note(held)],
    )
    st.caption(plain(held_note(held)))


def _picture(searched: Searched, found: AgainstDefaults, held: HeldOutComparison) -> None:
    """The axes of the front, under the other scenarios."""
    across, up = axes(searched)
    wished = {one.label: one for one in searched.problem.objectives}
    front, others = (
        table.assign(across=table[across], up=table[up])[["design", "across", "up"]]
        for table in (found.front, found.defaults)
    )
    results.figure(
        draw_held_out(
            front.dropna(),
            others,
            chosen=searched.chosen,
            across=titled(wished[across]),
            up=titled(wished[up]),
            percent=(wished[across].measure in SHARES, wished[up].measure in SHARES),
        ),
        name=f"{state.study().code} dosing held out {across} {up}",
        notes=[
            f"The front of the search under the {held.count:,} held-out scenarios; the chosen "
            "design is large."
        ],
        data=pd.concat([found.front, found.defaults], ignore_index=True),
    )


def _chosen(searched: Searched, held: HeldOutComparison, found: AgainstDefaults | None) -> None:
    st.subheader("Chosen design", anchor=False)
    numbers, knee = list(searched.front.numbers), searched.front.knee()
    state.show(CHOSEN, searched.chosen)
    chosen = int(
        st.selectbox(
            "Design of the front",
            numbers,
            key=state.choice(CHOSEN, numbers, knee),
            persist_state="session",
            format_func=lambda one: f"Design {one}" + (" (knee)" if one == knee else ""),
            width=320,
        )
    )
    st.button(
        "Take to the set-up",
        type="primary",
        icon=":material/architecture:",
        on_click=_take,
        args=(searched, chosen),
        help="It becomes the design of this page; every other tab is then about it.",
    )
    if found is not None:
        _table(searched, held, found, chosen)
    _code(searching_code(searched.asked, held, chosen=chosen))


def _take(searched: Searched, chosen: int) -> None:
    current.keep(taken(searched.proposal, searched.front, chosen))
    st.session_state["dosing_tab"] = "Set-up"


def _table(
    searched: Searched, held: HeldOutComparison, found: AgainstDefaults, chosen: int
) -> None:
    """The chosen design, the textbook one of its family and the own one; each beside what any
    design could do with as many patients."""
    family = SEARCHED[searched.front.point(chosen)["family"]]
    others = dict(held.others)
    columns = {f"Design {chosen}": str(chosen), f"{family}, textbook": family}
    columns |= {name: name for name in (OWN,) if name in others}
    designs = {str(chosen): searched.front.design(chosen), **others}
    sizes = {title: designs[name].most_patients for title, name in columns.items()}
    bounds = {size: benchmark_of(held, patients=size) for size in set(sizes.values())}
    rows = beside_rows(found, columns, {title: bounds[size] for title, size in sizes.items()})
    said = ", ".join(f"{title} {size}" for title, size in sizes.items())
    note = (
        f"Mean of the {held.count:,} held-out scenarios, exact. Patients at most: {said}. "
        "Benchmark: selection with so many patients of each of whom it is known which doses he or "
        "she would have tolerated; no design is expected to select better."
    )
    results.table(
        rows, raw=found.figures, name=f"{state.study().code} dosing chosen design", notes=[note]
    )
    st.caption(plain(note))


def _code(text: str) -> None:
    with st.expander("Python that searches again", icon=":material/code:"):
        st.code(text, language="python")
    results.download(
        "Python",
        data=text,
        file_name=f"{results.file_stem(f'{state.study().code} dosing search')}.py",
        mime="text/x-python",
        key="download dosing search code",
        icon=":material/download:",
        on_click="ignore",
    )
