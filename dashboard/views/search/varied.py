"""What may differ from the design that is to be improved, and how far."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

import streamlit as st

from analytics.checks import require
from analytics.design.survival import SurvivalDesign
from analytics.search import CountrySites, SearchSpace
from dashboard import state
from dashboard.analyses.designs import DesignProposal
from dashboard.analyses.enrolment import RecruitmentAnalysis
from dashboard.analyses.search import Countries, CountryAnalysis
from dashboard.text import number, plain

FAMILIES: Mapping[str, str] = {
    "obrien_fleming": "O'Brien–Fleming type",
    "pocock": "Pocock type",
    "hwang_shih_decani": "Hwang–Shih–DeCani",
    "kim_demets": "Kim–DeMets",
}
FUTILITIES: Mapping[str, str] = {
    "none": "None",
    "fixed_z": "One z at interim looks",
    **{name: f"β: {label}" for name, label in FAMILIES.items()},
}
_SIZES: Mapping[str, str] = {
    "events": "Events at the end",
    "follow_up": "Months of follow-up after the last subject",
    "power": "Planned power",
}
_LATEST = 0.95  # of the subjects: so many events may be asked for at most


def choose_space(proposal: DesignProposal, design: SurvivalDesign) -> SearchSpace:
    """The designs that the inputs admit.

    Raises
    ------
    InputError
        When nothing is free, or a range is none.
    """
    one_sided = design.monitoring.sides == 1
    looks = _pair("Looks, the final one too", "looks", 1, 5, (1, 4))
    fractions = _pair("Interim looks at shares of events, %", "fractions", 10, 95, (30, 85))
    efficacy = _several("Efficacy boundary", "efficacy", FAMILIES, list(FAMILIES))
    futility = (
        _several("Futility boundary", "futility", FUTILITIES, ["none", "hwang_shih_decani"])
        if one_sided
        else []
    )
    return SearchSpace(
        design=design,
        looks=looks,
        fractions=(fractions[0] / 100, fractions[1] / 100),
        efficacy=tuple(efficacy),
        futility=tuple(futility),
        allocation_ratio=(1.0, 2.0) if _free("Allocation, 1 : 1 to 2 : 1", "allocation") else None,
        **_size(design),
        **_enrolment(proposal, design),
    )


def _size(design: SurvivalDesign) -> dict[str, Any]:
    """How long the trial goes on, by one of three rules."""
    rule = st.radio(
        "It ends by",
        list(_SIZES),
        key=state.choice("search_size", list(_SIZES), "events"),
        persist_state="session",
        format_func=_SIZES.__getitem__,
    )
    if rule == "follow_up":
        return {"follow_up": _pair("Months of follow-up", "follow_up", 1, 120, (6, 24))}
    if rule == "power":
        low, high = _pair("Planned power, %", "planned_power", 50, 99, (80, 90))
        return {"power": (low / 100, high / 100)}
    most = int(_LATEST * design.assumptions.accrual.subjects)
    usual = (int(0.7 * design.events), int(min(1.3 * design.events, most)))
    lowest, highest = max(int(0.3 * design.events), 10), max(int(min(2 * design.events, most)), 20)
    return {"events": _pair("Events at the end", "events", lowest, highest, usual)}


def _enrolment(proposal: DesignProposal, design: SurvivalDesign) -> dict[str, Any]:
    """Subjects, sites and subgroups that enrol."""
    found: dict[str, Any] = {}
    own = ceil(design.assumptions.accrual.subjects)
    if _free("Subjects", "subjects_free"):
        usual = (max(int(0.8 * own), 10), int(1.25 * own))
        found["subjects"] = _pair("Subjects", "subjects", 10, 10 * own, usual)
    sites = proposal.costs.sites
    if _free(
        "Sites by country",
        "countries",
        help="Accrual is then what the sites of each country are expected to enrol, at the rates "
        "that they have shown, in the place of the accrual of the design.",
    ):
        found |= {"countries": _countries(design), "design_sites": max(sites, 1)}
    elif _free("Sites", "sites_free", help="More sites enrol faster and cost what a site costs."):
        require(sites >= 1, "the costs of the design name its sites", sites=sites)
        usual = (max(int(0.7 * sites), 1), max(int(1.5 * sites), 2))
        found["sites"] = _pair("Sites", "sites", 1, max(10 * sites, 20), usual)
        found["design_sites"] = sites
    groups = len(design.assumptions.subgroups)
    if groups > 1 and _free(
        "Enrichment",
        "enrichment",
        help="Subgroups are left out from the last one on: the first one is always enrolled.",
    ):
        found["enrichment"] = (0, groups - 1)
    return found


def _countries(design: SurvivalDesign) -> tuple[CountrySites, ...]:
    """The countries of the study on screen, with ranges."""
    recruitment = RecruitmentAnalysis(cohort=state.current_cohort())
    found: Countries = state.answered(CountryAnalysis(recruitment=recruitment))
    share = _pair("Sites of each country, % of those it had", "country_share", 0, 400, (50, 150))
    hastened = st.number_input(
        "Opened as fast as they were, up to so many times as fast",
        min_value=1.0,
        max_value=10.0,
        step=0.5,
        key=state.remember("search_hastened", 2.0),
        persist_state="session",
        format="%.6g",
    )
    st.caption(
        plain(
            f"{len(found.table):,} countries; subjects per site and month from "
            f"{number(found.table['rate'].min())} to {number(found.table['rate'].max())}, each "
            "site's rate shrunken towards the others."
        )
    )
    return found.searched(
        share=(share[0] / 100, share[1] / 100),
        hastened=float(hastened),
        time_unit=design.assumptions.time_unit,
    )


def _free(label: str, name: str, help: str | None = None) -> bool:
    return st.toggle(
        label,
        key=state.remember(f"search_{name}", False),
        persist_state="session",
        help=help,
    )


def _pair(label: str, name: str, low: int, high: int, usual: tuple[int, int]) -> tuple[int, int]:
    """From a lowest to a highest value."""
    with st.grid(2, min_column_width=120, vertical_alignment="bottom"):
        ends = [
            st.number_input(
                f"{label}: {end}" if end == "from" else end,
                min_value=low,
                max_value=high,
                step=1,
                key=_kept(f"search_{name}_{end}", first, low, high),
                persist_state="session",
            )
            for end, first in zip(("from", "to"), usual, strict=True)
        ]
    rule = f"{label}: from the lowest to the highest"
    require(ends[0] <= ends[1], rule, lowest=int(ends[0]), highest=int(ends[1]))
    return int(ends[0]), int(ends[1])


def _kept(key: str, first: int, low: int, high: int) -> str:
    """The key of a number that is moved into its limits when another study has other ones."""
    kept = int(st.session_state.get(key, first))
    return state.remember(state.show(key, min(max(kept, low), high)), first)


def _several(label: str, name: str, options: Mapping[str, str], usual: list[str]) -> list[str]:
    chosen = st.multiselect(
        label,
        list(options),
        key=state.choices(f"search_{name}", list(options), usual),
        persist_state="session",
        format_func=options.__getitem__,
    )
    require(bool(chosen), f"{label}: at least one", chosen=chosen)
    return list(chosen)
