"""The dictionary of EQX-LARGE's files: every dataset and variable, in the order of the file."""

from __future__ import annotations

from sample_data.dictionary import read_dataset

ADSL = read_dataset(
    "ADSL",
    "Subject-level analysis dataset",
    "randomised subject",
    """
STUDYID | char | Study identifier | EQX-LARGE
USUBJID | char | Unique subject identifier | study, site and number of randomisation
SITEID | char | Study site identifier | 1101 to 2606
COUNTRY | char | Country | ISO 3166 three-letter code
REGION1 | char | Geographic region | North America, Europe, Asia-Pacific, Latin America
AGE | num | Age at consent | years
AGEGR1 | char | Age group | <65, 65-74, >=75
SEX | char | Sex | F, M
RACE | char | Race | WHITE, ASIAN, BLACK OR AFRICAN AMERICAN, OTHER, NOT REPORTED
TRT01P | char | Planned treatment for period 01 | Placebo, Norvexat 50 mg, Norvexat 100 mg
TRT01PN | num | Planned treatment for period 01 (N) | 1, 2, 3
TRT01A | char | Actual treatment for period 01 | as TRT01P; missing if never treated
TRT01AN | num | Actual treatment for period 01 (N) | 1, 2, 3
RANDDT | date | Date of randomisation |
TRTSDT | date | Date of first exposure to treatment | 0 to 3 days after RANDDT
TRTEDT | date | Date of last exposure to treatment | at most 540 days of treatment
ITTFL | char | Intent-to-treat population flag | Y
SAFFL | char | Safety population flag | Y, N
ECOGBL | num | ECOG performance status at baseline | 0, 1, 2
STAGEBL | char | Disease stage at baseline | I, II, III, IV
BMKBL | num | Biomarker score at baseline | 0 to 300 points (invented biomarker)
BMKGR1 | char | Biomarker status at baseline | POSITIVE from 145 points
WEIGHTBL | num | Weight at baseline (kg) | kg; missing in 3 %
BMIBL | num | Body mass index at baseline | kg/m2; missing in 5 %
EOSSTT | char | End of study status | COMPLETED, DISCONTINUED
DCSREAS | char | Reason for discontinuation from study | as in EQX-301
DTHFL | char | Subject death flag | Y
DTHDT | date | Date of death |
LSTALVDT | date | Date last known alive | the date of death for the dead
""",
)

ADAE = read_dataset(
    "ADAE",
    "Adverse event analysis dataset",
    "adverse event",
    """
STUDYID | char | Study identifier | EQX-LARGE
USUBJID | char | Unique subject identifier | study, site and number of randomisation
TRTA | char | Actual treatment | as TRT01A
AESEQ | num | Sequence number | 1, 2, ... within subject
AEDECOD | char | Dictionary-derived term | invented; 400 terms
AEBODSYS | char | Body system or organ class | invented; 20 classes
ASTDT | date | Analysis start date |
ASTDY | num | Analysis start relative day | days; day 1 is TRTSDT, there is no day 0
AENDT | date | Analysis end date | missing while ongoing
AETOXGR | char | Toxicity grade | 1 to 5
ATOXGRN | num | Toxicity grade (N) | 1 to 5
AESER | char | Serious event | Y, N
AEREL | char | Causality | RELATED, NOT RELATED
AEACN | char | Action taken with study treatment | as in EQX-301
AEOUT | char | Outcome of adverse event | RECOVERED/RESOLVED, NOT RECOVERED/NOT RESOLVED, FATAL
TRTEMFL | char | Treatment-emergent analysis flag | Y from TRTSDT to TRTEDT + 30 days
""",
)

ADTTE = read_dataset(
    "ADTTE",
    "Time-to-event analysis dataset",
    "subject",
    """
STUDYID | char | Study identifier | EQX-LARGE
USUBJID | char | Unique subject identifier | study, site and number of randomisation
TRTP | char | Planned treatment | as TRT01P
TRTPN | num | Planned treatment (N) | 1, 2, 3
ITTFL | char | Intent-to-treat population flag | Y
PARAM | char | Parameter | Overall survival (days)
PARAMCD | char | Parameter code | OS
AVAL | num | Analysis value | days, ADT - STARTDT + 1
AVALU | char | Analysis value unit | DAYS
CNSR | num | Censor | 0 event, 1 end of study, 2 lost to follow-up, 3 consent withdrawn
STARTDT | date | Time to event origin date | RANDDT
ADT | date | Analysis date | LSTALVDT
EVNTDESC | char | Event description | Death
CNSDTDSC | char | Censor date description | why the time is censored
""",
)

DATASETS = (ADSL, ADTTE, ADAE)
