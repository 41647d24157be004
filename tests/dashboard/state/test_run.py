"""What a run looks up: once, anew in the next one, and never for another session."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from dashboard import state


def page() -> None:
    from itertools import count

    import streamlit as st

    from dashboard import state

    lookups = st.session_state.setdefault("lookups", count(1))

    def look_up() -> int:
        return state.once_a_run("number", lambda: next(lookups))

    def click() -> None:
        st.session_state["seen_by_click"] = look_up()

    state.begin_run()
    st.session_state["seen"] = [look_up(), look_up()]
    st.button("Click", on_click=click)


def test_a_run_looks_up_once_and_the_next_one_anew() -> None:
    app = AppTest.from_function(page).run()
    assert app.session_state["seen"] == [1, 1]
    assert app.run().session_state["seen"] == [2, 2]
    assert app.session_state[state.LOOKED_UP] == {"number": 2}


def test_a_click_sees_what_the_run_before_it_looked_up() -> None:
    app = AppTest.from_function(page).run()
    app.button[0].click().run()
    assert app.session_state["seen_by_click"] == 1
    assert app.session_state["seen"] == [2, 2]


def test_a_session_sees_nothing_of_another_one() -> None:
    one, other = AppTest.from_function(page).run(), AppTest.from_function(page).run()
    one.run()
    other.button[0].click().run()
    assert other.session_state["seen_by_click"] == 1
    assert (one.session_state["seen"], other.session_state["seen"]) == ([2, 2], [2, 2])
