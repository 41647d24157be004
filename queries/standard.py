"""How standard questions find their columns in whatever a study collected.

Each standard column names the source columns that may carry it, best first. The
first that exists and is not blank throughout is used; when it is not the best,
that is a derivation and is said. What no source carries is NULL and reads
"not collected" on screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from queries.identifiers import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardColumn:
    """A column that questions may rely on, and the source columns that may carry it."""

    name: str
    sources: tuple[str, ...]
    type: str = "VARCHAR"
    meaning: str = ""
    said: bool = False  # whether a reader must be told which source was used


SUBJECT_COLUMNS = (
    StandardColumn(name="subject", sources=("USUBJID",), meaning="subject"),
    StandardColumn(name="site", sources=("SITEID",), meaning="site"),
    StandardColumn(name="country", sources=("COUNTRY",), meaning="country"),
    StandardColumn(name="age", sources=("AGE",), type="DOUBLE", meaning="age in years"),
    StandardColumn(name="sex", sources=("SEX",), meaning="sex"),
    StandardColumn(name="race", sources=("RACE",), meaning="race"),
    StandardColumn(name="planned_arm", sources=("TRT01P", "ARM"), meaning="planned arm", said=True),
    StandardColumn(
        name="actual_arm",
        sources=("TRT01A", "ACTARM", "TRT01P", "ARM"),
        meaning="actual arm",
        said=True,
    ),
    StandardColumn(name="planned_arm_number", sources=("TRT01PN", "ARMN"), type="DOUBLE"),
    StandardColumn(name="actual_arm_number", sources=("TRT01AN", "ACTARMN"), type="DOUBLE"),
    StandardColumn(name="planned_dose", sources=("DOSE01P",), type="DOUBLE"),
    StandardColumn(name="planned_dose_unit", sources=("DOSE01PU", "DOSEU")),
    StandardColumn(
        name="enrolled_on",
        sources=("RANDDT", "ENRLDT", "TRTSDT", "TRTSDTM", "TR01SDT", "RFSTDTC", "RFSTDT"),
        type="DATE",
        meaning="date of enrolment",
        said=True,
    ),
    StandardColumn(name="randomised_on", sources=("RANDDT", "RANDDTM"), type="DATE"),
    StandardColumn(
        name="first_dose_on",
        sources=("TRTSDT", "TRTSDTM", "TR01SDT", "TR01SDTM", "RFXSTDTC", "RFSTDTC"),
        type="DATE",
        meaning="date of first dose",
        said=True,
    ),
    StandardColumn(
        name="last_dose_on",
        sources=("TRTEDT", "TRTEDTM", "TR01EDT", "TR01EDTM", "RFXENDTC"),
        type="DATE",
        meaning="date of last dose",
        said=True,
    ),
    StandardColumn(
        name="status", sources=("EOSSTT", "DCDECOD"), meaning="end-of-study status", said=True
    ),
    StandardColumn(
        name="discontinuation_reason",
        sources=("DCSREAS", "DCREASCD"),
        meaning="reason for discontinuation",
        said=True,
    ),
    StandardColumn(name="treatment_status", sources=("EOTSTT",)),
    StandardColumn(name="death", sources=("DTHFL",)),
    StandardColumn(name="death_cause", sources=("DTHCAUS",)),
    StandardColumn(
        name="died_on", sources=("DTHDT", "DTHDTM", "DTHDTC"), type="DATE", meaning="date of death"
    ),
    StandardColumn(
        name="last_alive_on",
        sources=("LSTALVDT", "LSTALVDTM"),
        type="DATE",
        meaning="last date known alive",
    ),
    StandardColumn(
        name="ended_study_on",
        sources=("EOSDT", "EOSDTM", "RFENDT", "RFENDTC"),
        type="DATE",
        meaning="date of the end of study",
    ),
)

ENDPOINT_COLUMNS = (
    StandardColumn(name="subject", sources=("USUBJID",)),
    StandardColumn(name="endpoint", sources=("PARAMCD",)),
    StandardColumn(name="label", sources=("PARAM", "PARAMCD")),
    StandardColumn(name="time", sources=("AVAL",), type="DOUBLE"),
    StandardColumn(name="unit", sources=("AVALU",)),
    StandardColumn(name="censoring", sources=("CNSR",), type="DOUBLE"),
    StandardColumn(name="reason", sources=("CNSDTDSC", "EVNTDESC")),
    StandardColumn(name="event_description", sources=("EVNTDESC",)),
    StandardColumn(name="started_on", sources=("STARTDT", "STARTDTM"), type="DATE"),
    StandardColumn(name="ended_on", sources=("ADT", "ADTM"), type="DATE"),
)


ADVERSE_EVENT_COLUMNS = (
    StandardColumn(name="subject", sources=("USUBJID",)),
    StandardColumn(name="term", sources=("AEDECOD", "AETERM")),
    StandardColumn(name="class", sources=("AEBODSYS", "AESOC")),
    StandardColumn(name="grade", sources=("ATOXGRN", "AETOXGRN", "ATOXGR", "AETOXGR")),
    StandardColumn(name="severity", sources=("ASEV", "AESEV")),
    StandardColumn(name="serious", sources=("AESER",)),
    StandardColumn(name="related", sources=("AREL", "AEREL")),
    StandardColumn(name="action", sources=("AEACN",)),
    StandardColumn(name="outcome", sources=("AEOUT",)),
    StandardColumn(name="death", sources=("AESDTH",)),
    StandardColumn(name="emergent", sources=("TRTEMFL",)),
    StandardColumn(name="started_on", sources=("ASTDT", "ASTDTM", "AESTDTC"), type="DATE"),
    StandardColumn(name="ended_on", sources=("AENDT", "AENDTM", "AEENDTC"), type="DATE"),
)

# Laboratory results, vital signs and electrocardiograms, of ADaM (ADLB, ADVS, ADEG) or SDTM.
MEASUREMENT_COLUMNS = (
    StandardColumn(name="subject", sources=("USUBJID",)),
    StandardColumn(name="test", sources=("PARAMCD", "LBTESTCD", "VSTESTCD", "EGTESTCD")),
    StandardColumn(
        name="label", sources=("PARAM", "LBTEST", "VSTEST", "EGTEST", "PARAMCD", "LBTESTCD")
    ),
    StandardColumn(
        name="value", sources=("AVAL", "LBSTRESN", "VSSTRESN", "EGSTRESN"), type="DOUBLE"
    ),
    StandardColumn(name="unit", sources=("AVALU", "LBSTRESU", "VSSTRESU", "EGSTRESU")),
    StandardColumn(name="low", sources=("ANRLO", "A1LO", "LBSTNRLO"), type="DOUBLE"),
    StandardColumn(name="high", sources=("ANRHI", "A1HI", "LBSTNRHI"), type="DOUBLE"),
    StandardColumn(
        name="measured_on",
        sources=("ADT", "ADTM", "LBDTC", "VSDTC", "EGDTC"),
        type="DATE",
    ),
    StandardColumn(name="visit", sources=("AVISIT", "VISIT")),
    StandardColumn(name="visit_number", sources=("AVISITN", "VISITNUM"), type="DOUBLE"),
    StandardColumn(name="time_point", sources=("ATPT", "VSTPT", "EGTPT", "VSPOS")),
    StandardColumn(name="baseline", sources=("ABLFL", "LBBLFL", "VSBLFL", "EGBLFL")),
    StandardColumn(name="analysed", sources=("ANL01FL",)),
    StandardColumn(name="grade", sources=("ATOXGRN", "ATOXGR", "LBTOXGR")),
)

# Whatever is measured at visits, in ADaM's basic data structure.
RESPONSE_COLUMNS = (
    StandardColumn(name="subject", sources=("USUBJID",)),
    StandardColumn(name="parameter", sources=("PARAMCD",)),
    StandardColumn(name="label", sources=("PARAM", "PARAMCD")),
    StandardColumn(name="value", sources=("AVAL",), type="DOUBLE"),
    StandardColumn(name="unit", sources=("AVALU",)),
    StandardColumn(name="baseline_value", sources=("BASE",), type="DOUBLE"),
    StandardColumn(name="change", sources=("CHG",), type="DOUBLE"),
    StandardColumn(name="measured_on", sources=("ADT", "ADTM"), type="DATE"),
    StandardColumn(name="visit", sources=("AVISIT",)),
    StandardColumn(name="visit_number", sources=("AVISITN",), type="DOUBLE"),
    StandardColumn(name="baseline", sources=("ABLFL",)),
    StandardColumn(name="analysed", sources=("ANL01FL",)),
    StandardColumn(name="derivation", sources=("DTYPE",)),
)

EXPOSURE_COLUMNS = (
    StandardColumn(name="subject", sources=("USUBJID",)),
    StandardColumn(name="treatment", sources=("EXTRT", "TRTA")),
    StandardColumn(name="dose", sources=("EXDOSE",), type="DOUBLE"),
    StandardColumn(name="unit", sources=("EXDOSU",)),
    StandardColumn(name="frequency", sources=("EXDOSFRQ",)),
    StandardColumn(name="reason", sources=("ADJREAS", "EXADJ")),
    StandardColumn(name="parameter", sources=("PARAMCD",)),
    StandardColumn(name="value", sources=("AVAL",), type="DOUBLE"),
    StandardColumn(name="started_on", sources=("ASTDT", "ASTDTM", "EXSTDTC"), type="DATE"),
    StandardColumn(name="ended_on", sources=("AENDT", "AENDTM", "EXENDTC"), type="DATE"),
)

DISPOSITION_COLUMNS = (
    StandardColumn(name="subject", sources=("USUBJID",)),
    StandardColumn(name="decision", sources=("DSDECOD", "DSTERM")),
    StandardColumn(name="decided_on", sources=("DSSTDTC", "ASTDT"), type="DATE"),
)

DEMOGRAPHIC_COLUMNS = (
    StandardColumn(name="subject", sources=("USUBJID",)),
    StandardColumn(name="death", sources=("DTHFL",)),
    StandardColumn(name="died_on", sources=("DTHDTC", "DTHDT"), type="DATE"),
)

VISIT_COLUMNS = (
    StandardColumn(name="subject", sources=("USUBJID",)),
    StandardColumn(name="visit", sources=("VISIT", "AVISIT")),
    StandardColumn(name="held_on", sources=("SVSTDTC", "ADT", "ADTM"), type="DATE"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The SELECT list for standard columns over one table, and what was derived."""

    sql: str
    sources: Mapping[str, str]  # standard column -> source column; absent when not collected
    derivations: tuple[str, ...]


def select_standard(
    wanted: tuple[StandardColumn, ...], available: Mapping[str, str], blank: set[str]
) -> Selection:
    """Choose a source for each standard column.

    Parameters
    ----------
    wanted : tuple of StandardColumn
    available : mapping
        Column names of the table, in any letter case, and their types.
    blank : set of str
        Columns that are present but missing in every row.

    Examples
    --------
    >>> available = {"USUBJID": "VARCHAR", "ARM": "VARCHAR"}
    >>> selection = select_standard(SUBJECT_COLUMNS, available, set())
    >>> selection.sources["planned_arm"], "country" in selection.sources
    ('ARM', False)
    >>> selection.derivations[0]
    'The planned arm is taken from ARM, since TRT01P is not collected.'
    """
    by_upper = {name.upper(): name for name in available if name not in blank}
    parts, sources, derivations = [], {}, []
    for column in wanted:
        found = next((by_upper[s] for s in column.sources if s in by_upper), None)
        if found is None:
            parts.append(f"NULL::{column.type} AS {column.name}")
            continue
        sources[column.name] = found
        parts.append(f"TRY_CAST({quoted(found)} AS {column.type}) AS {column.name}")
        if column.said and found.upper() != column.sources[0]:
            derivations.append(
                f"The {column.meaning} is taken from {found}, "
                f"since {column.sources[0]} is not collected."
            )
    return Selection(sql=", ".join(parts), sources=sources, derivations=tuple(derivations))
