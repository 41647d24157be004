"""The data-quality problems planted in EQX-301, so that finding them can be checked."""

from __future__ import annotations

import pandas as pd

ENDS_BEFORE_START = "adverse event ends before it starts"
NOT_IN_ADSL = "adverse event of a subject not in ADSL"
FATAL_NOT_SERIOUS = "fatal adverse event not marked serious"


def plant_problems(adae: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Spoil four records as live data are spoiled.

    Parameters
    ----------
    adae : DataFrame
        Clean ADAE.

    Returns
    -------
    adae : DataFrame
        With two ends before their starts, one fatal event not marked serious (when
        there is a fatal one) and one record under a mistyped subject number.
    problems : DataFrame
        `problem`, `USUBJID`, `AESEQ` of each.
    """
    adae = adae.copy()
    ended = adae[(adae["AENDT"] > adae["ASTDT"]) & (adae["AESER"] == "N") & (adae["AENDTF"] == "")]
    reversed_ends = ended.index[[len(ended) // 3, 2 * len(ended) // 3]]
    _reverse(adae, reversed_ends)
    fatal = adae.index[adae["AESDTH"] == "Y"][:1]
    adae.loc[fatal, "AESER"] = "N"
    stray = _stray(adae.loc[[ended.index[len(ended) // 2]]])
    marked = [
        adae.loc[reversed_ends].assign(problem=ENDS_BEFORE_START),
        stray.assign(problem=NOT_IN_ADSL),
        adae.loc[fatal].assign(problem=FATAL_NOT_SERIOUS),
    ]
    adae = pd.concat([adae, stray]).sort_values(["USUBJID", "AESEQ"], kind="stable")
    problems = pd.concat(marked)[["problem", "USUBJID", "AESEQ"]]
    return adae.reset_index(drop=True), problems.reset_index(drop=True)


def _reverse(adae: pd.DataFrame, index: pd.Index) -> None:
    end = adae.loc[index, "ASTDT"] - pd.Timedelta(days=3)
    adae.loc[index, "AENDT"] = end
    adae.loc[index, "AEENDTC"] = end.dt.strftime("%Y-%m-%d")
    since = (end - adae.loc[index, "TRTSDT"]).dt.days
    adae.loc[index, "AENDY"] = since + (since >= 0)
    adae.loc[index, "ADURN"] = float("nan")


def _stray(record: pd.DataFrame) -> pd.DataFrame:
    """The given record, entered for a subject number that nobody has."""
    subject = record["SITEID"].iloc[0] + "-999"
    texts = ["TRTA", "SEX", "RACE", "SAFFL", "TRTEMFL", "AOCCFL", "AOCCSFL", "AOCCPFL"]
    return record.assign(
        USUBJID=record["STUDYID"] + "-" + subject,
        SUBJID=subject,
        AESEQ=1.0,
        **dict.fromkeys(texts, ""),
        **dict.fromkeys(["TRTAN", "AGE", "ASTDY", "AENDY"], float("nan")),
        **dict.fromkeys(["TRTSDT", "TRTEDT"], pd.NaT),
    )
