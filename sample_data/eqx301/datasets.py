"""The dictionary of EQX-301's files: every dataset and variable, in the order of the file."""

from __future__ import annotations

from sample_data.dictionary import read_dataset

_PERSON = """
STUDYID | char | Study identifier | EQX-301
USUBJID | char | Unique subject identifier | study, site and subject
SUBJID | char | Subject identifier | site and number of screening
SITEID | char | Study site identifier | 101 to 904
"""
_ACTUAL = """
TRTA | char | Actual treatment | as TRT01A
TRTAN | num | Actual treatment (N) | 1, 2
"""

ADSL = read_dataset(
    "ADSL",
    "Subject-level analysis dataset",
    "randomised subject",
    _PERSON
    + """
COUNTRY | char | Country | ISO 3166 three-letter code
REGION1 | char | Geographic region | North America, Europe, Asia-Pacific; stratification factor
AGE | num | Age at consent | years
AGEU | char | Age units | YEARS
AGEGR1 | char | Age group | <65, 65-74, >=75
SEX | char | Sex | F, M
RACE | char | Race | WHITE, ASIAN, BLACK OR AFRICAN AMERICAN, OTHER, NOT REPORTED
ETHNIC | char | Ethnicity | HISPANIC OR LATINO, NOT HISPANIC OR LATINO
ARM | char | Description of planned arm | Placebo, Lumarestat 200 mg
ARMCD | char | Planned arm code | PBO, LUM200
ACTARM | char | Description of actual arm | Placebo, Lumarestat 200 mg, Not Treated
ACTARMCD | char | Actual arm code | PBO, LUM200, NOTTRT
TRT01P | char | Planned treatment for period 01 | Placebo, Lumarestat 200 mg
TRT01PN | num | Planned treatment for period 01 (N) | 1, 2
TRT01A | char | Actual treatment for period 01 | Placebo, Lumarestat 200 mg; blank if never treated
TRT01AN | num | Actual treatment for period 01 (N) | 1, 2
RFICDT | date | Date of informed consent |
RANDDT | date | Date of randomisation |
TRTSDT | date | Date of first exposure to treatment | 0 to 3 days after RANDDT
TRTEDT | date | Date of last exposure to treatment | the data cut while treatment is ongoing
TRTDURD | num | Total treatment duration (days) | days
ITTFL | char | Intent-to-treat population flag | Y
SAFFL | char | Safety population flag | Y, N
PPROTFL | char | Per-protocol population flag | Y, N
RANDSTR | char | Randomisation stratum | REGION1, BMKGR1 and ECOGBL
ECOGBL | num | ECOG performance status at baseline | 0, 1; stratification factor
STAGEBL | char | Disease stage at baseline | III, IV
PRIORLN | num | Prior lines of treatment | 0, 1, 2
BMKBL | num | Biomarker score at baseline | 0 to 300 points (invented biomarker)
BMKGR1 | char | Biomarker status at baseline | POSITIVE from 145 points; stratification factor
EGFRBL | num | Estimated GFR at baseline | mL/min/1.73 m2
EGFRGR1 | char | Estimated GFR group | <60, 60-89, >=90
HEIGHTBL | num | Height at baseline (cm) | cm
WEIGHTBL | num | Weight at baseline (kg) | kg; missing in a few
BMIBL | num | Body mass index at baseline | kg/m2; missing in a few
EOTSTT | char | End of treatment status | ONGOING, DISCONTINUED
DCTREAS | char | Reason for stopping treatment | PROGRESSIVE DISEASE, ADVERSE EVENT, DEATH, WITHDRAWAL BY SUBJECT, PHYSICIAN DECISION, LOST TO FOLLOW-UP
EOSSTT | char | End of study status | ONGOING, DISCONTINUED
EOSDT | date | End of study date |
DCSREAS | char | Reason for discontinuation from study | DEATH, LOST TO FOLLOW-UP, WITHDRAWAL BY SUBJECT
DTHFL | char | Subject death flag | Y
DTHDT | date | Date of death |
DTHCAUS | char | Cause of death | DISEASE UNDER STUDY, ADVERSE EVENT, OTHER
LSTALVDT | date | Date last known alive | the date of death for the dead
DATACUT | date | Data cut | 2026-06-30
""",  # noqa: E501
)

ADTTE = read_dataset(
    "ADTTE",
    "Time-to-event analysis dataset",
    "subject and endpoint",
    _PERSON
    + """
AGE | num | Age at consent | years
SEX | char | Sex | F, M
TRTP | char | Planned treatment | as TRT01P
TRTPN | num | Planned treatment (N) | 1, 2
TRTA | char | Actual treatment | as TRT01A
TRTAN | num | Actual treatment (N) | 1, 2
ITTFL | char | Intent-to-treat population flag | Y
SAFFL | char | Safety population flag | Y, N
REGION1 | char | Geographic region | as in ADSL
BMKGR1 | char | Biomarker status at baseline | as in ADSL
ECOGBL | num | ECOG performance status at baseline | 0, 1
PARAM | char | Parameter | see PARAMCD
PARAMCD | char | Parameter code | OS overall survival, PFS progression-free survival, TTSAE first serious adverse event
AVAL | num | Analysis value | days, ADT - STARTDT + 1
AVALU | char | Analysis value unit | DAYS
CNSR | num | Censor | 0 event; OS, PFS: 1 data cut, 2 lost to follow-up, 3 consent withdrawn; TTSAE: 1 data cut, 2 end of adverse-event follow-up, 3 death
STARTDT | date | Time to event origin date | RANDDT (OS, PFS) or TRTSDT (TTSAE)
ADT | date | Analysis date |
EVNTDESC | char | Event description | Death, Progression, Serious adverse event
CNSDTDSC | char | Censor date description | why the time is censored
""",  # noqa: E501
)

ADAE = read_dataset(
    "ADAE",
    "Adverse event analysis dataset",
    "adverse event",
    _PERSON
    + _ACTUAL
    + """
AGE | num | Age at consent | years
SEX | char | Sex | F, M
RACE | char | Race | as in ADSL
SAFFL | char | Safety population flag | Y
TRTSDT | date | Date of first exposure to treatment |
TRTEDT | date | Date of last exposure to treatment |
AESEQ | num | Sequence number | 1, 2, ... within subject
AETERM | char | Reported term for the adverse event | invented
AEDECOD | char | Dictionary-derived term | invented; 55 terms and Post-treatment slump
AEBODSYS | char | Body system or organ class | invented; 12 classes
AESTDTC | char | Start date of adverse event | ISO 8601
AEENDTC | char | End date of adverse event | ISO 8601, may be year and month only
ASTDT | date | Analysis start date |
ASTDY | num | Analysis start relative day | days; day 1 is TRTSDT, there is no day 0
AENDT | date | Analysis end date | missing while ongoing
AENDTF | char | Analysis end date imputation flag | D day imputed
AENDY | num | Analysis end relative day | days
ADURN | num | Adverse event duration (days) | days
AESEV | char | Severity | MILD, MODERATE, SEVERE
AETOXGR | char | Toxicity grade | 1 to 5
ATOXGRN | num | Toxicity grade (N) | 1 to 5
AESER | char | Serious event | Y, N
AESDTH | char | Results in death | Y, N
AEREL | char | Causality | RELATED, NOT RELATED
AEACN | char | Action taken with study treatment | DOSE NOT CHANGED, DOSE REDUCED, DRUG INTERRUPTED, DRUG WITHDRAWN, NOT APPLICABLE
AEOUT | char | Outcome of adverse event | RECOVERED/RESOLVED, RECOVERED/RESOLVED WITH SEQUELAE, NOT RECOVERED/NOT RESOLVED, FATAL
TRTEMFL | char | Treatment-emergent analysis flag | Y from TRTSDT to TRTEDT + 30 days
AOCCFL | char | First occurrence within subject flag | Y, among treatment-emergent records
AOCCSFL | char | First occurrence of SOC flag | Y, among treatment-emergent records
AOCCPFL | char | First occurrence of preferred term flag | Y, among treatment-emergent records
""",  # noqa: E501
)

ADEX = read_dataset(
    "ADEX",
    "Exposure analysis dataset",
    "dosing period, or subject and summary",
    _PERSON
    + _ACTUAL
    + """
TRTSDT | date | Date of first exposure to treatment |
TRTEDT | date | Date of last exposure to treatment |
EXSEQ | num | Sequence number | 1, 2, ... within subject
PARAM | char | Parameter | see PARAMCD
PARAMCD | char | Parameter code | DOSE daily dose in period; TRTDUR, CUMDOSE, RDI, NREDUC, NINTER one per subject
AVAL | num | Analysis value | unit in PARAM
EXTRT | char | Name of treatment | as TRTA
EXDOSE | num | Dose per administration | 200, 150, 100 mg of Lumarestat or matching placebo; 0 while interrupted
EXDOSU | char | Dose units | mg
ADJREAS | char | Reason for dose adjustment | ADVERSE EVENT
ASTDT | date | Analysis start date |
ASTDY | num | Analysis start relative day | days
AENDT | date | Analysis end date |
AENDY | num | Analysis end relative day | days
""",  # noqa: E501
)

DM = read_dataset(
    "DM",
    "Demographics",
    "screened subject",
    """
STUDYID | char | Study identifier | EQX-301
DOMAIN | char | Domain abbreviation | DM
USUBJID | char | Unique subject identifier | study, site and subject
SUBJID | char | Subject identifier for the study | site and number of screening
RFSTDTC | char | Subject reference start date | ISO 8601; blank for screen failures
RFENDTC | char | Subject reference end date | ISO 8601
RFXSTDTC | char | Date of first study treatment | ISO 8601
RFXENDTC | char | Date of last study treatment | ISO 8601
RFICDTC | char | Date of informed consent | ISO 8601
DTHDTC | char | Date of death | ISO 8601
DTHFL | char | Subject death flag | Y
SITEID | char | Study site identifier | 101 to 904
AGE | num | Age | years
AGEU | char | Age units | YEARS
SEX | char | Sex | F, M
RACE | char | Race | as in ADSL
ETHNIC | char | Ethnicity | as in ADSL
ARMCD | char | Planned arm code | PBO, LUM200, SCRNFAIL
ARM | char | Description of planned arm | as in ADSL, Screen Failure
ACTARMCD | char | Actual arm code | PBO, LUM200, NOTTRT, SCRNFAIL
ACTARM | char | Description of actual arm | as in ADSL, Not Treated, Screen Failure
COUNTRY | char | Country | ISO 3166 three-letter code
DMDTC | char | Date of collection | ISO 8601
""",
)

DS = read_dataset(
    "DS",
    "Disposition",
    "subject and disposition event",
    """
STUDYID | char | Study identifier | EQX-301
DOMAIN | char | Domain abbreviation | DS
USUBJID | char | Unique subject identifier | study, site and subject
DSSEQ | num | Sequence number | 1, 2, ... within subject
SITEID | char | Study site identifier | 101 to 904
DSTERM | char | Reported term for disposition event | the reason in words for screen failures
DSDECOD | char | Standardized disposition term | INFORMED CONSENT OBTAINED, RANDOMIZED, SCREEN FAILURE, or the reason for stopping
DSCAT | char | Category for disposition event | PROTOCOL MILESTONE, DISPOSITION EVENT
DSSCAT | char | Subcategory for disposition event | STUDY TREATMENT, STUDY PARTICIPATION
DSSTDTC | char | Start date of disposition event | ISO 8601
""",  # noqa: E501
)

_VISIT = """
PARAM | char | Parameter | see PARAMCD
PARAMCD | char | Parameter code | {codes}
AVAL | num | Analysis value | unit in AVALU
AVALU | char | Analysis value unit | {units}
BASE | num | Baseline value | unit in AVALU
CHG | num | Change from baseline | missing at baseline
"""
_WHEN = """
ABLFL | char | Baseline record flag | Y
ANL01FL | char | Analysis flag 01 | Y
AVISIT | char | Analysis visit | BASELINE, WEEK 3, ..., END OF TREATMENT
AVISITN | num | Analysis visit (N) | 0, week, 99 end of treatment
ADT | date | Analysis date |
ADY | num | Analysis relative day | days; day 1 is TRTSDT, there is no day 0
"""

ADLB = read_dataset(
    "ADLB",
    "Laboratory analysis dataset",
    "subject, test and visit",
    _PERSON
    + _ACTUAL
    + "SEX | char | Sex | F, M"
    + _VISIT.format(
        codes="ALT, AST, ALP, BILI, CREAT, HGB, NEUT, PLAT",
        units="U/L, umol/L, g/L, 10^9/L",
    )
    + """
ANRLO | num | Analysis normal range lower limit | unit in AVALU; missing in a few records
ANRHI | num | Analysis normal range upper limit | unit in AVALU; missing in a few records
ANRIND | char | Analysis reference range indicator | LOW, NORMAL, HIGH
ATOXGR | char | Analysis toxicity grade | 0 to 4, by multiples of a limit
BTOXGR | char | Baseline toxicity grade | 0 to 4
"""
    + _WHEN,
)

ADVS = read_dataset(
    "ADVS",
    "Vital signs analysis dataset",
    "subject, sign and visit",
    _PERSON
    + _ACTUAL
    + _VISIT.format(
        codes="SYSBP, DIABP, PULSE, TEMP, WEIGHT, QTCF (from the electrocardiogram)",
        units="mmHg, beats/min, C, kg, ms",
    )
    + _WHEN,
)

DATASETS = (ADSL, ADTTE, ADAE, ADLB, ADVS, ADEX, DM, DS)
