"""The proposals on screen, one per endpoint: kept as JSON in the view, so that links carry them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import streamlit as st

from analytics.checks import InputError, NotEstimableError
from analytics.design.binary import BinaryAssumptions
from analytics.design.continuous import ContinuousAssumptions
from analytics.results import Result
from dashboard import state
from dashboard.analyses.designs import (
    DesignProposal,
    EndpointProposal,
    planned_design,
    proposal_of_plan,
    usual_binary,
    usual_continuous,
    usual_proposal,
)
from dashboard.analyses.designs.proposal import AssumptionsSource


class Proposed(Protocol):
    """What a page keeps on screen: it is text and back, and says what data it rests on."""

    @property
    def source(self) -> AssumptionsSource | None: ...

    @property
    def unblinded(self) -> bool: ...

    @property
    def origin(self) -> str: ...

    def to_json(self) -> str: ...


Proposal = TypeVar("Proposal", bound=Proposed)
NO_DESIGN = "The file holds no design of this page."
_MOST = 60_000  # characters that a link can carry


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen(Generic[Proposal]):
    """Where the proposal of an endpoint is kept in the view.

    Parameters
    ----------
    endpoint : str
        As the page's control names it.
    prefix : str
        Of its keys in the view.
    kind : str
        Of its saved designs in the workspace.
    holds : callable
        Whether a value is a proposal of this endpoint.
    first : callable
        What is shown before anything was entered.
    instead : str
        How messages call that one.
    rests_on, taken : str
        What data by arm may have gone into, and what was taken from them, in messages.
    page : str
        Whose files and saved designs it can open.
    """

    endpoint: str
    prefix: str
    kind: str
    holds: Callable[[object], bool]
    first: Callable[[], Proposal]
    instead: str
    rests_on: str = "hazards by arm"
    taken: str = "assumptions"
    page: str = "Designs"

    @property
    def text(self) -> str:
        """The key of the proposal's JSON."""
        return f"{self.prefix}_proposal"

    def proposal(self) -> Proposal:
        """The one on screen."""
        text = st.session_state.get(self.text)
        if text is None or st.session_state.get(self._study) != state.study().code:
            return self._begin()
        try:
            found: Proposal = Result.from_json(text)  # type: ignore[assignment]
        except InputError:
            found = None  # type: ignore[assignment]
        if not self.holds(found):
            st.warning(f"The design of this link cannot be read; {self.instead} is shown instead.")
            return self._begin()
        if found.unblinded and state.store().pooled:
            st.warning(
                f"This design rests on {self.rests_on}, which are not shown while the study is "
                f"blinded; {self.instead} is shown instead.",
                icon=":material/visibility_off:",
            )
            return self._begin()
        return found

    def put(self, shown: Proposal, *, saved: tuple[str, int] | None = None) -> None:
        """Make a proposal the one on screen.

        Parameters
        ----------
        saved : (id, version), optional
            Of the saved design that it is.
        """
        text = shown.to_json()
        if len(text) > _MOST:
            rule = f"A design has at most {_MOST:,} characters as JSON"
            raise InputError(f"{rule}, not {len(text):,}.")
        st.session_state[self.text] = text
        st.session_state[self._study] = state.study().code
        st.session_state[self._saved] = None if saved is None else list(saved)
        for key in (self.text, self._study, self._saved):
            state.remember(key, None)

    def keep(self, entered: Proposal) -> str:
        """Keep what the inputs say, and give its text."""
        text = entered.to_json()
        st.session_state[self.text] = text
        return text

    def saved(self) -> tuple[str, int] | None:
        """Id and version of the saved design that the one on screen came from."""
        pointer = st.session_state.get(self._saved)
        return None if pointer is None else (str(pointer[0]), int(pointer[1]))

    def _begin(self) -> Proposal:
        first = self.first()
        self.put(first)
        return first

    @property
    def _study(self) -> str:
        return f"{self.prefix}_study"

    @property
    def _saved(self) -> str:
        return f"{self.prefix}_saved"


def planned() -> DesignProposal:
    """The plan of the study; a usual trial when it has none that can be taken."""
    plan = state.study().plan
    if plan is None:
        return usual_proposal()
    try:
        return proposal_of_plan(planned_design(plan))
    except (InputError, NotEstimableError):
        return usual_proposal()


def _assumes(kind: type) -> Callable[[object], bool]:
    return lambda found: isinstance(found, EndpointProposal) and isinstance(found.assumptions, kind)


SURVIVAL: Screen[DesignProposal] = Screen(
    endpoint="Time to event",
    prefix="design",
    kind="group-sequential-survival",
    holds=lambda found: isinstance(found, DesignProposal),
    first=planned,
    instead="the plan",
)
BINARY: Screen[EndpointProposal] = Screen(
    endpoint="Binary",
    prefix="design_binary",
    kind="group-sequential-endpoint",
    holds=_assumes(BinaryAssumptions),
    first=usual_binary,
    instead="a usual trial",
)
CONTINUOUS: Screen[EndpointProposal] = Screen(
    endpoint="Continuous",
    prefix="design_continuous",
    kind="group-sequential-endpoint",
    holds=_assumes(ContinuousAssumptions),
    first=usual_continuous,
    instead="a usual trial",
)
TWO_STAGE = "Single-arm two-stage (Simon)"
ENDPOINTS = (SURVIVAL.endpoint, BINARY.endpoint, CONTINUOUS.endpoint, TWO_STAGE)
_ENDPOINT = "design_endpoint_kind"


def choose_endpoint() -> str:
    """The kind of endpoint that the page is about."""
    chosen = st.radio(
        "Endpoint",
        ENDPOINTS,
        key=state.choice(_ENDPOINT, ENDPOINTS, SURVIVAL.endpoint),
        persist_state="session",
        horizontal=True,
    )
    return str(chosen)


def open_proposal(found: object, saved: tuple[str, int] | None = None) -> None:
    """Make a proposal, saved or not, the one on screen, and its endpoint that of the page.

    Raises
    ------
    InputError
        For what is no design of the Designs page.
    """
    screens: tuple[Screen[DesignProposal] | Screen[EndpointProposal], ...]
    screens = (SURVIVAL, BINARY, CONTINUOUS)
    screen = next((one for one in screens if one.holds(found)), None)
    if screen is None:
        raise InputError(NO_DESIGN)
    screen.put(found, saved=saved)  # type: ignore[arg-type]
    st.session_state[_ENDPOINT] = screen.endpoint
