"""The variables Equipoise knows, by domain, and what is lost when one is missing.

Names are those of CDISC ADaM and SDTM. Few are required; each of the others names the
feature it costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A known variable of a domain.

    `feature` is what is lost when it is absent. Variables of a domain with the same
    `group` stand in for each other: one of them is enough.
    """

    domain: str
    name: str
    label: str
    required: bool
    feature: str
    kind: Kind = "text"
    group: str = ""


# name | label | kind | feature lost | group. A feature "required" makes it required.
_KNOWN = """
ADSL
USUBJID | unique subject identifier | text | required
TRT01P | planned treatment | text | required | arm
TRT01A | actual treatment | text | required | arm
ARM | planned arm | text | required | arm
ACTARM | actual arm | text | required | arm
STUDYID | study identifier | text | telling studies apart
SITEID | site | text | enrolment and findings by site | site
COUNTRY | country | text | enrolment and filters by country
TRT01P | planned treatment | text | efficacy by planned arm | planned
ARM | planned arm | text | efficacy by planned arm | planned
TRT01A | actual treatment | text | safety by actual arm | actual
ACTARM | actual arm | text | safety by actual arm | actual
TRTSDT | date of first dose | date | onset of adverse events; time on treatment | first dose
TRTSDTM | time of first dose | date | onset of adverse events; time on treatment | first dose
TRTEDT | date of last dose | date | time on treatment; exposure-adjusted rates | last dose
TRTEDTM | time of last dose | date | time on treatment; exposure-adjusted rates | last dose
RANDDT | date of randomisation | date | forecast of enrolment
AGE | age | number | filters and subgroups by age
SEX | sex | text | filters and subgroups by sex
RACE | race | text | filters and subgroups by race
SAFFL | safety population flag | text | the safety analysis set
ITTFL | intent-to-treat population flag | text | the efficacy analysis set
EOSSTT | end-of-study status | text | disposition
DCSREAS | reason for discontinuation | text | reasons for discontinuation | discontinuation reason
DCREASCD | reason for discontinuation | text | reasons for discontinuation | discontinuation reason
DTHDT | date of death | date | deaths over time
LSTALVDT | date last known alive | date | follow-up and its completeness
WEIGHTBL | baseline weight | number | dose by weight

ADAE
USUBJID | unique subject identifier | text | required
AEDECOD | dictionary-derived term | text | required | term
AETERM | reported term | text | required | term
AEDECOD | dictionary-derived term | text | adverse events by preferred term
AEBODSYS | body system or organ class | text | adverse events by system organ class
ASTDT | start date | date | onset of adverse events | start
ASTDTM | start time | date | onset of adverse events | start
AENDT | end date | date | duration of adverse events | end
AENDTM | end time | date | duration of adverse events | end
ASTDY | start day | number | day of onset
AESEV | severity | text | adverse events by severity or grade | severity
AETOXGR | toxicity grade | text | adverse events by severity or grade | severity
AESER | serious event | text | serious adverse events
AEREL | causality | text | related adverse events
AEACN | action taken with study treatment | text | adverse events leading to a dose change
AEOUT | outcome | text | outcomes; fatal adverse events
TRTEMFL | treatment-emergent flag | text | treatment-emergent adverse events
TRTA | actual treatment | text | treatment at the time of the event
AOCCPFL | first occurrence of the preferred term | text | counting first occurrences as flagged

ADTTE
USUBJID | unique subject identifier | text | required
PARAMCD | endpoint code | text | required
AVAL | time to event or censoring | number | required
CNSR | censoring, 0 for an event | number | required
PARAM | endpoint | text | names of endpoints
STARTDT | start of time at risk | date | events in calendar time; checking the times
ADT | date of event or censoring | date | events in calendar time; event forecasts
EVNTDESC | description of the event | text | kinds of events
CNSDTDSC | description of censoring | text | reasons for censoring

ADLB
USUBJID | unique subject identifier | text | required
PARAMCD | test code | text | required
AVAL | result | number | required
AVALU | unit | text | units of results
BASE | baseline result | number | change from baseline
CHG | change from baseline | number | change from baseline
AVISITN | visit number | number | results by visit
ADT | date | date | results over time
ABLFL | baseline flag | text | baseline results
ANL01FL | analysis flag | text | one result per visit
ANRHI | upper limit of normal | number | liver safety; results by normal range | upper limit
A1HI | upper limit of normal | number | liver safety; results by normal range | upper limit
ANRLO | lower limit of normal | number | results by normal range | lower limit
A1LO | lower limit of normal | number | results by normal range | lower limit
ATOXGR | toxicity grade | text | results by toxicity grade

ADVS
USUBJID | unique subject identifier | text | required
PARAMCD | test code | text | required
AVAL | result | number | required
AVALU | unit | text | units of results
BASE | baseline result | number | change from baseline
CHG | change from baseline | number | change from baseline
AVISITN | visit number | number | results by visit
ADT | date | date | results over time
ABLFL | baseline flag | text | baseline results
ANL01FL | analysis flag | text | one result per visit

ADEG
USUBJID | unique subject identifier | text | required
PARAMCD | test code | text | required
AVAL | result | number | required
AVALU | unit | text | units of results
BASE | baseline result | number | change from baseline
CHG | change from baseline | number | change from baseline
AVISITN | visit number | number | results by visit
ADT | date | date | results over time
ABLFL | baseline flag | text | baseline results
ANL01FL | analysis flag | text | one result per visit

ADEX
USUBJID | unique subject identifier | text | required
PARAMCD | exposure code | text | required | exposure
EXDOSE | dose | number | required | exposure
AVAL | exposure value | number | cumulative dose and dose intensity | amount
EXDOSE | dose | number | cumulative dose and dose intensity | amount
ASTDT | start date | date | dose over time
AENDT | end date | date | dose over time

DM
USUBJID | unique subject identifier | text | required
ARM | planned arm | text | required | arm
ARMCD | planned arm code | text | required | arm
ACTARM | actual arm | text | safety by actual arm
SITEID | site | text | screening by site
DMDTC | date of collection | text | screening over time
RFSTDTC | reference start date | text | enrolment over time
RFICDTC | date of informed consent | text | time from consent to treatment

DS
USUBJID | unique subject identifier | text | required
DSDECOD | disposition term | text | required
DSCAT | category | text | disposition by category
DSSTDTC | start date | text | disposition over time
"""


def _read(table: str) -> tuple[Variable, ...]:
    variables, domain = [], ""
    for line in table.splitlines():
        name, *rest = (part.strip() for part in line.split("|"))
        if not rest:
            domain = name or domain
            continue
        label, kind, feature, group = (*rest, "")[:4]
        variables.append(
            Variable(
                domain=domain,
                name=name,
                label=label,
                required=feature == "required",
                feature="the import itself" if feature == "required" else feature,
                kind=kind,  # type: ignore[arg-type]
                group=group or name,
            )
        )
    return tuple(variables)


VARIABLES = _read(_KNOWN)
DOMAINS = tuple(dict.fromkeys(variable.domain for variable in VARIABLES))
_EXACT = {"ADSL", "DM", "DS"}


def domain_of(dataset: str) -> str | None:
    """The domain a dataset belongs to; None when it is none of those known.

    Analysis datasets may be split, and carry a suffix: `adlbc` and `adlbh` are ADLB.

    Examples
    --------
    >>> domain_of("adlbc"), domain_of("ADSL"), domain_of("dm"), domain_of("suppdm")
    ('ADLB', 'ADSL', 'DM', None)
    """
    name = dataset.upper()
    if name in DOMAINS:
        return name
    return next((d for d in DOMAINS if d not in _EXACT and name.startswith(d)), None)


def variables_of(domain: str) -> tuple[Variable, ...]:
    """The known variables of a domain.

    Examples
    --------
    >>> [v.name for v in variables_of("DS") if v.required]
    ['USUBJID', 'DSDECOD']
    """
    return tuple(variable for variable in VARIABLES if variable.domain == domain)
