"""The dictionary of EQX-201's files."""

from __future__ import annotations

from sample_data.dictionary import read_dataset

_PERSON = """
STUDYID | char | Study identifier | EQX-201
USUBJID | char | Unique subject identifier | study, site and subject
SUBJID | char | Subject identifier | site and number of enrolment
SITEID | char | Study site identifier | 101 to 306
"""
_ACTUAL = """
TRTA | char | Actual treatment | as TRT01A
TRTAN | num | Actual treatment (N) | 1 to 5
DOSEA | num | Actual dose (mg) | 0, 10, 30, 60, 100
"""
_PARAMETER = """
PARAM | char | Parameter | see PARAMCD
PARAMCD | char | Parameter code | {codes}
AVAL | num | Analysis value | {unit}
"""

ADSL = read_dataset(
    "ADSL",
    "Subject-level analysis dataset",
    "randomised subject",
    _PERSON
    + """
COUNTRY | char | Country | ISO 3166 three-letter code
AGE | num | Age at consent | years
AGEU | char | Age units | YEARS
SEX | char | Sex | F, M
RACE | char | Race | WHITE, ASIAN, OTHER
ARM | char | Description of planned arm | as TRT01P
ARMCD | char | Planned arm code | D0, D10, D30, D60, D100
ACTARM | char | Description of actual arm | as TRT01A
ACTARMCD | char | Actual arm code | as ARMCD
TRT01P | char | Planned treatment for period 01 | Placebo, 10 mg, 30 mg, 60 mg, 100 mg
TRT01PN | num | Planned treatment for period 01 (N) | 1 to 5
TRT01A | char | Actual treatment for period 01 | as TRT01P
TRT01AN | num | Actual treatment for period 01 (N) | 1 to 5
DOSE01P | num | Planned treatment dose for period 01 | 0, 10, 30, 60, 100 mg once daily
DOSE01A | num | Actual treatment dose for period 01 | 0, 10, 30, 60, 100 mg once daily
RANDDT | date | Date of randomisation |
TRTSDT | date | Date of first exposure to treatment | RANDDT
TRTEDT | date | Date of last exposure to treatment | day 84 for those who complete
ITTFL | char | Intent-to-treat population flag | Y
SAFFL | char | Safety population flag | Y
SCOREBL | num | Itch score at baseline | 0 to 100 points, higher is worse
EOSSTT | char | End of study status | COMPLETED, DISCONTINUED
EOSDT | date | End of study date |
DCSREAS | char | Reason for discontinuation from study | ADVERSE EVENT, WITHDRAWAL BY SUBJECT
LSTALVDT | date | Date last known alive | EOSDT
""",
)

ADEFF = read_dataset(
    "ADEFF",
    "Efficacy analysis dataset",
    "subject and visit",
    _PERSON
    + """
TRTP | char | Planned treatment | as TRT01P
TRTPN | num | Planned treatment (N) | 1 to 5
DOSEP | num | Planned dose (mg) | 0, 10, 30, 60, 100
ITTFL | char | Intent-to-treat population flag | Y
"""
    + _PARAMETER.format(codes="SCORE itch score", unit="points, 0 to 100, higher is worse")
    + """
AVALU | char | Analysis value unit | POINTS
BASE | num | Baseline value | points
CHG | num | Change from baseline | points; negative is better; missing at baseline
ABLFL | char | Baseline record flag | Y
ANL01FL | char | Analysis flag 01 | Y
AVISIT | char | Analysis visit | BASELINE, WEEK 2, WEEK 4, WEEK 8, WEEK 12
AVISITN | num | Analysis visit (N) | week
ADT | date | Analysis date |
ADY | num | Analysis relative day | days; day 1 is TRTSDT
""",
)

ADAE = read_dataset(
    "ADAE",
    "Adverse event analysis dataset",
    "adverse event",
    _PERSON
    + _ACTUAL
    + """
AESEQ | num | Sequence number | 1, 2, ... within subject
AETERM | char | Reported term for the adverse event | invented
AEDECOD | char | Dictionary-derived term | invented
AEBODSYS | char | Body system or organ class | invented
ASTDT | date | Analysis start date |
ASTDY | num | Analysis start relative day | days; day 1 is TRTSDT
AENDT | date | Analysis end date | missing while ongoing
AESEV | char | Severity | MILD, MODERATE, SEVERE
AESER | char | Serious event | Y, N
AEREL | char | Causality | RELATED, NOT RELATED
AEACN | char | Action taken with study treatment | DOSE NOT CHANGED, DRUG WITHDRAWN
AEOUT | char | Outcome of adverse event | RECOVERED/RESOLVED, NOT RECOVERED/NOT RESOLVED
TRTEMFL | char | Treatment-emergent analysis flag | Y
AOCCPFL | char | First occurrence of preferred term flag | Y
""",
)

ADTTE = read_dataset(
    "ADTTE",
    "Time-to-event analysis dataset",
    "subject",
    _PERSON
    + _ACTUAL
    + """
SAFFL | char | Safety population flag | Y
"""
    + _PARAMETER.format(codes="TTQUEAS time to first morning queasiness", unit="days")
    + """
AVALU | char | Analysis value unit | DAYS
CNSR | num | Censor | 0 event, 1 end of treatment as planned, 2 treatment stopped early
STARTDT | date | Time to event origin date | TRTSDT
ADT | date | Analysis date |
EVNTDESC | char | Event description | Morning queasiness
CNSDTDSC | char | Censor date description | why the time is censored
""",
)

ADEX = read_dataset(
    "ADEX",
    "Exposure analysis dataset",
    "subject and parameter",
    _PERSON
    + _ACTUAL
    + _PARAMETER.format(
        codes="DOSE daily dose, TRTDUR duration, CUMDOSE cumulative dose", unit="unit in PARAM"
    )
    + """
EXTRT | char | Name of treatment | TAVOREX or matching placebo
EXDOSE | num | Dose per administration | mg; missing in summaries
EXDOSU | char | Dose units | mg
ASTDT | date | Analysis start date |
AENDT | date | Analysis end date |
""",
)

DATASETS = (ADSL, ADEFF, ADAE, ADTTE, ADEX)
