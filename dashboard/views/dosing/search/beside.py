"""The front beside textbook designs under scenarios that the search did not use."""

from __future__ import annotations

import streamlit as st

from analytics.dosing.escalation import EscalationDesign
from analytics.dosing.search import AgainstDefaults
from dashboard import recording, results, state
from dashboard.analyses.dosing.found import (
    SHARES,
    benchmark_of,
    beside_rows,
    held_note,
    held_points,
    held_table,
    summary_sentence,
    titled,
    verdict_rows,
)
from dashboard.analyses.dosing.search import (
    MOST_HELD,
    OWN,
    SEARCHED,
    HeldOutComparison,
    beside_textbook,
    own_request,
    searching_code,
    taken,
)
from dashboard.charts.dosing.held_out import draw_held_out
from dashboard.disclosure import AGGREGATE
from dashboard.jobs.kinds import DOSE_DEFAULTS
from dashboard.scripts import Made, result_of
from dashboard.text import file_stem, plain
from dashboard.views import jobs
from dashboard.views.dosing import current
from dashboard.views.dosing.search.front import axes
from dashboard.views.dosing.search.searched import CHOSEN, Searched


def choose_held(searched: Searched) -> Made[HeldOutComparison]:
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
    return searched.made_front.then(
        beside_textbook, _own(searched), count=int(count), seed=int(seed)
    ).named("held")


def _own(searched: Searched) -> EscalationDesign | None:
    """The design of the page where it can be judged exactly in time."""
    own = searched.proposal
    known = own_request(own, searched.problem.scenarios) is not None
    return own.design() if known else None


def show(searched: Searched) -> None:
    """The comparison as a job, then its verdicts and the chosen design beside the default."""
    st.subheader("Beside textbook designs, on held-out scenarios", anchor=False)
    held = choose_held(searched)
    found = jobs.answer(
        state.job(DOSE_DEFAULTS, held.value),
        label="Compare with textbook designs",
        about=f"{held.value.title}: what was best in a search looks better there than it is.",
    )
    against = None if found is None else result_of(held, found, name="against")
    if against is not None:
        _verdicts(searched, against, held.value)
        _picture(searched, against, held.value)
    _chosen(searched, held.value, against)


def _verdicts(searched: Searched, made: Made[AgainstDefaults], held: HeldOutComparison) -> None:
    found = made.value
    said = plain(summary_sentence(found))
    if found.dominated:
        st.success(said, icon=":material/trending_up:")
    else:
        st.info(said, icon=":material/balance:")
    results.table(
        verdict_rows(found),
        raw=searched.told(made.call("to_frame")),
        name=f"{state.study().code} dosing: textbook designs beside the front",
        notes=[held_note(held), searched.note],
        disclosure=AGGREGATE,
    )
    st.caption(plain(held_note(held)))


def _picture(searched: Searched, found: Made[AgainstDefaults], held: HeldOutComparison) -> None:
    """The axes of the front, under the other scenarios."""
    across, up = axes(searched)
    wished = {one.label: one for one in searched.problem.objectives}
    front, others = (found.part(one).then(held_points, across, up) for one in ("front", "defaults"))
    drawn = front.call("dropna").then(
        draw_held_out,
        others,
        chosen=searched.chosen,
        across=titled(wished[across]),
        up=titled(wished[up]),
        percent=(wished[across].measure in SHARES, wished[up].measure in SHARES),
    )
    titles = f"{titled(wished[up])} by {titled(wished[across])}"
    results.figure(
        searched.told(drawn),
        name=f"{state.study().code} dosing: held-out scenarios, {titles}",
        notes=[
            f"The front of the search under the {held.count:,} held-out scenarios; the chosen "
            "design is large.",
            held_note(held),
        ],
        data=searched.told(found.then(held_table)),
        disclosure=AGGREGATE,
    )


def _chosen(
    searched: Searched, held: HeldOutComparison, found: Made[AgainstDefaults] | None
) -> None:
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
    searched: Searched, held: HeldOutComparison, found: Made[AgainstDefaults], chosen: int
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
    rows = beside_rows(found.value, columns, {title: bounds[size] for title, size in sizes.items()})
    said = ", ".join(f"{title} {size}" for title, size in sizes.items())
    note = (
        f"Mean of the {held.count:,} held-out scenarios, exact. Patients at most: {said}. "
        "Benchmark: selection with so many patients of each of whom it is known which doses he or "
        "she would have tolerated; no design is expected to select better."
    )
    results.table(
        rows,
        raw=searched.told(found.part("figures")),
        name=f"{state.study().code} dosing: chosen design beside others",
        notes=[note, held_note(held)],
        disclosure=AGGREGATE,
    )
    st.caption(plain(note))


def _code(text: str) -> None:
    with st.expander("Python that searches again", icon=":material/code:"):
        st.code(text, language="python")
    results.download(
        "Python",
        data=recording.taken(text, what="dosing search", ending="py"),
        file_name=f"{file_stem(f'{state.study().code} dosing search')}.py",
        mime="text/x-python",
        key="download dosing search code",
        icon=":material/download:",
        on_click="ignore",
    )
