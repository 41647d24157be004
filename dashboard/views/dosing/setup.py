"""The Set-up tab: doses, target, family with its settings, rules, size and accrual."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from analytics.checks import InputError, require
from analytics.dosing.characteristics import CohortAccrual
from analytics.dosing.escalation.outcomes import MOST_PATIENTS
from analytics.dosing.escalation.rules.cohort_sizes import MOST_IN_COHORT
from dashboard.analyses.dosing import OFFERED, DosingProposal, RuleSettings
from dashboard.analyses.dosing.efficacy_toxicity.settings import EfficacyToxicitySettings
from dashboard.analyses.dosing.families import FACTS, OfferedFamily
from dashboard.analyses.dosing.late_toxicity.settings import LateToxicitySettings
from dashboard.analyses.dosing.protocol import protocol_paragraphs
from dashboard.text import plain
from dashboard.views.designs import fields, saved
from dashboard.views.dosing import current, seen
from dashboard.views.dosing.efficacy_toxicity.settings import choose_joint_rules
from dashboard.views.dosing.family_settings import choose_settings
from dashboard.views.dosing.late_toxicity.settings import (
    choose_arrival,
    choose_tite_rules,
)
from dashboard.views.dosing.rule_settings import choose_rules


def show(shown: DosingProposal) -> None:
    """Inputs at the left, the design in words at the right; beneath, what a study saw."""
    above = st.container()
    left, right = st.columns([5, 6], gap="large")
    with left:
        entered = _enter(shown)
    now = shown if entered is None else entered
    with above:
        with st.container(horizontal=True, gap="small"):
            saved.show(current.SCREEN, now)
        saved.say_where_from(current.SCREEN, now)
    seen.show(now)
    with right:
        if entered is None:
            st.caption("The other tabs keep to the last sound design.")
        st.subheader("The design in words", anchor=False)
        for paragraph in protocol_paragraphs(now):
            st.markdown(plain(paragraph))


def _enter(shown: DosingProposal) -> DosingProposal | None:
    """What the inputs say; None, with the rule that is broken, when it is nothing sound."""
    fields.begin(shown.to_json())
    try:
        entered = _choose(shown)
    except InputError as error:
        st.error(plain(error), icon=":material/error:")
        return None
    kept = current.keep(entered)
    if entered.family != shown.family:
        # Inputs of the other family may show what has changed since: all of them are made anew.
        st.rerun()
    fields.read_back(kept)
    return entered


def _choose(first: DosingProposal) -> DosingProposal:
    doses = st.expander("Doses and target", icon=":material/medication:", expanded=True)
    with st.expander("Design", icon=":material/rule:", expanded=True):
        family = fields.choose(
            "Family", OFFERED, name="dosing_family", first=first.family, help=_FAMILY_HELP
        )
        changed = {"family": family, **choose_settings(first, family)}
    with doses:  # drawn above: which of them are asked for depends on the family
        changed |= _doses(first, family)
    with st.expander("Cohorts, size and rules", icon=":material/fence:", expanded=True):
        changed |= _size(first, family)
        late, joint = changed.get("late", first.late), changed.get("joint", first.joint)
        changed |= _rules(first.rules, late, joint, family)
    with st.expander("Accrual", icon=":material/person_add:"):
        changed |= _accrual(changed.get("accrual", first.accrual), family)
        if family == "TITE-CRM":
            changed["late"] = choose_arrival(changed["late"])
    return replace(first, **changed)


_ASSESSED = {"BOIN12": "Assessment of both outcomes, months"}
_FAMILY_HELP = "What is entered for the other families is kept, for comparisons."


def _doses(first: DosingProposal, family: OfferedFamily) -> dict[str, Any]:
    amounts = fields.numbers(
        "Doses", name="dosing_amounts", first=first.amounts, help="Amounts, rising."
    )
    aimed: dict[str, Any] = {}
    with st.grid(2, min_column_width=140):
        unit = fields.text("Unit", name="dosing_unit", first=first.unit)
        if family != "BOIN12":
            aimed["target"] = fields.percentage(
                "Target toxicity, %", name="dosing_target", first=first.target
            )
            aimed["prior_mtd"] = fields.whole(
                "Dose guessed to be the MTD",
                name="dosing_prior",
                first=first.prior_mtd,
                low=1,
                high=30,
                help="Counted from 1. Model-based designs start from it.",
            )
        start = fields.whole(
            "First dose", name="dosing_start", first=first.start, low=1, high=30,
            help="Counted from 1.",
        )  # fmt: skip
    names = fields.text(
        "Names of the doses",
        name="dosing_labels",
        first="; ".join(first.labels),
        help="Separated by semicolons; without any, amount and unit.",
    )
    labels = tuple(one.strip() for one in names.split(";")) if names.strip() else ()
    return {
        "amounts": amounts,
        "unit": unit.strip(),
        "start": start,
        "labels": labels,
        **aimed,
    }


def _size(first: DosingProposal, family: str) -> dict[str, Any]:
    with st.grid(2, min_column_width=140):
        most = fields.whole(
            "Patients at most", name="dosing_most", first=first.most_patients, low=1,
            high=MOST_PATIENTS,
        )  # fmt: skip
        if family in ("3+3", "TITE-CRM"):
            return {"most_patients": most}
        size = fields.whole(
            "Patients per cohort", name="dosing_cohort", first=first.cohort_size, low=1,
            high=MOST_IN_COHORT,
        )  # fmt: skip
    return {"most_patients": most, "cohort_size": size}


def _rules(
    first: RuleSettings,
    late: LateToxicitySettings,
    joint: EfficacyToxicitySettings,
    family: OfferedFamily,
) -> dict[str, Any]:
    if family == "TITE-CRM":
        return {"late": choose_tite_rules(late)}
    if family == "BOIN12":
        return {"joint": choose_joint_rules(joint)}
    return {"rules": choose_rules(first, FACTS[family])}


def _accrual(first: CohortAccrual, family: OfferedFamily) -> dict[str, Any]:
    window = first.window
    with st.grid(2, min_column_width=140):
        rate = fields.number(
            "Eligible patients a month", name="dosing_rate", first=first.rate, low=0, high=1000,
            step=0.5,
        )  # fmt: skip
        if family != "TITE-CRM":  # which is told its window in days
            window = fields.number(
                _ASSESSED.get(family, "Assessment for toxicity, months"), name="dosing_window",
                first=window, low=0, high=120, step=0.5,
            )  # fmt: skip
    require(rate > 0, "eligible patients a month > 0", rate=rate)
    return {"accrual": CohortAccrual(rate=rate, window=window)}
