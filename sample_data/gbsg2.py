"""GBSG2: a real trial, read from the installed lifelines package and laid out as ADaM.

686 women with node-positive breast cancer, 1984 to 1989. Hormone therapy was
only partly randomised, and calendar dates are not in this copy of the data.
Nothing of it is stored here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.dictionary import read_dataset
from sample_data.written import write_plan
from sample_data.xport import write_xport

STUDY = "GBSG2"
ARMS = ("No hormone therapy", "Hormone therapy")
TITLE = "German Breast Cancer Study Group 2: hormone therapy (only partly randomised)"

_PERSON = """
STUDYID | char | Study identifier | GBSG2
USUBJID | char | Unique subject identifier | study and position in the source
SUBJID | char | Subject identifier | position in the source
TRT01P | char | Planned treatment for period 01 | No hormone therapy, Hormone therapy
TRT01PN | num | Planned treatment for period 01 (N) | 1, 2
TRT01A | char | Actual treatment for period 01 | as TRT01P: the source does not tell them apart
TRT01AN | num | Actual treatment for period 01 (N) | 1, 2
ITTFL | char | Intent-to-treat population flag | Y
"""
_BASELINE = """
AGE | num | Age | years
AGEU | char | Age units | YEARS
SEX | char | Sex | F
MENOSTAT | char | Menopausal status | Pre, Post
TSIZE | num | Tumour size (mm) | mm
TGRADE | char | Tumour grade | I, II, III
PNODES | num | Positive lymph nodes | number
PROGREC | num | Progesterone receptor (fmol/mg) | fmol/mg
ESTREC | num | Oestrogen receptor (fmol/mg) | fmol/mg
"""

ADSL = read_dataset("ADSL", "Subject-level analysis dataset", "subject", _PERSON + _BASELINE)
ADTTE = read_dataset(
    "ADTTE",
    "Time-to-event analysis dataset",
    "subject",
    _PERSON
    + """
PARAM | char | Parameter | Recurrence-free survival (days)
PARAMCD | char | Parameter code | RFS
AVAL | num | Analysis value | days
AVALU | char | Analysis value unit | DAYS
CNSR | num | Censor | 0 recurrence or death, 1 censored
EVNTDESC | char | Event description | Recurrence or death
CNSDTDSC | char | Censor date description | No event at last contact
""",
)
DATASETS = (ADSL, ADTTE)


def build_gbsg2() -> dict[str, pd.DataFrame]:
    """The two tables of GBSG2.

    Examples
    --------
    >>> tables = build_gbsg2()
    >>> len(tables["adsl"]), int((tables["adtte"]["CNSR"] == 0).sum())
    (686, 299)
    """
    from lifelines.datasets import load_gbsg2  # slow to import, and needed only here

    source = load_gbsg2()
    frame = source.rename(columns=str.upper)
    number = pd.Series(np.arange(1, len(frame) + 1)).astype(str).str.zfill(3)
    hormone = (source["horTh"] == "yes").to_numpy().astype(int)
    frame["STUDYID"], frame["SUBJID"] = STUDY, number
    frame["USUBJID"] = STUDY + "-" + number
    for name in ("TRT01P", "TRT01A"):
        frame[name] = np.array(ARMS, dtype=object)[hormone]
        frame[f"{name}N"] = hormone + 1.0
    frame["ITTFL"], frame["AGEU"], frame["SEX"] = "Y", "YEARS", "F"
    event = (source["cens"] == 1).to_numpy()  # the source's `cens` is 1 for an event
    times = frame.assign(
        PARAMCD="RFS",
        PARAM="Recurrence-free survival (days)",
        AVAL=source["time"].astype(float),
        AVALU="DAYS",
        CNSR=np.where(event, 0.0, 1.0),
        EVNTDESC=np.where(event, "Recurrence or death", ""),
        CNSDTDSC=np.where(event, "", "No event at last contact"),
    )
    return {"adsl": frame[ADSL.columns], "adtte": times[ADTTE.columns]}


def write_gbsg2(folder: Path) -> tuple[Path, ...]:
    """Write GBSG2 to a folder: `adsl.xpt`, `adtte.xpt` and `plan.json`.

    Parameters
    ----------
    folder : Path
        Created when it does not exist.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> [path.name for path in write_gbsg2(Path(mkdtemp()))]
    ['adsl.xpt', 'adtte.xpt', 'plan.json']
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = build_gbsg2()
    written = [write_xport(folder, tables[d.name.lower()], d) for d in DATASETS]
    endpoint = {
        "code": "RFS",
        "label": "Recurrence-free survival",
        "role": "primary",
        "analysis_set": "ITTFL",
        "arm": "planned",
    }
    plan = {
        "study": STUDY,
        "title": TITLE,
        "phase": "3",
        "status": "complete",
        "arms": list(ARMS),
        "subjects": len(tables["adsl"]),
        "endpoints": [endpoint],
    }
    return (*written, write_plan(folder, plan))
