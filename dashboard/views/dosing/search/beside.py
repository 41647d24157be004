"""The front beside textbook designs under scenarios that the search did not use."""

from __future__ import annotations

import streamlit as st

from analytics.dosing.escalation import EscalationDesign
from analytics.dosing.search import AgainstDefaults
from dashboard import results, state
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
from dashboard.text import plain
from dashboard.views import jobs
from dashboard.views.dosing import current
from dashboard.views.dosing.naming import named
from dashboard.views.dosing.search.front import axes
from dashboard.views.dosing.search.searched import SearchedDoses
from dashboard.views.search.choosing import choose_design, show_code


def choose_held(searched: SearchedDoses) -> Made[HeldOutComparison]:
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


def _own(searched: SearchedDoses) -> EscalationDesign | None:
    """The design of the page where it can be judged exactly in time."""
    own = searched.proposal
    known = own_request(own, searched.problem.scenarios) is not None
    return own.design() if known else None


def show(searched: SearchedDoses) -> None:
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


def _verdicts(
    searched: SearchedDoses, made: Made[AgainstDefaults], held: HeldOutComparison
) -> None:
    found = made.value
    said = plain(summary_sentence(found))
    if found.dominated:
        st.success(said, icon=":material/trending_up:")
    else:
        st.info(said, icon=":material/balance:")
    results.table(
        verdict_rows(found),
        raw=searched.told(made.call("to_frame")),
        name=named("textbook designs beside the front"),
        notes=[held_note(held), searched.note],
        disclosure=AGGREGATE,
    )
    st.caption(plain(held_note(held)))


def _picture(
    searched: SearchedDoses, found: Made[AgainstDefaults], held: HeldOutComparison
) -> None:
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
        name=named(f"held-out scenarios, {titles}"),
        notes=[
            f"The front of the search under the {held.count:,} held-out scenarios; the chosen "
            "design is large.",
            held_note(held),
        ],
        data=searched.told(found.then(held_table)),
        disclosure=AGGREGATE,
    )


def _chosen(
    searched: SearchedDoses, held: HeldOutComparison, found: Made[AgainstDefaults] | None
) -> None:
    st.subheader("Chosen design", anchor=False)
    chosen = choose_design(searched, width=320)
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
    show_code(searching_code(searched.asked, held, chosen=chosen), what="dosing search")


def _take(searched: SearchedDoses, chosen: int) -> None:
    current.keep(taken(searched.proposal, searched.front, chosen))
    st.session_state["dosing_tab"] = "Set-up"


def _table(
    searched: SearchedDoses, held: HeldOutComparison, found: Made[AgainstDefaults], chosen: int
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
        name=named("chosen design beside others"),
        notes=[note, held_note(held)],
        disclosure=AGGREGATE,
    )
    st.caption(plain(note))
