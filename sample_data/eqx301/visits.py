"""Who is seen when: the visits at which labs and vital signs are taken."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator

from sample_data.eqx301.protocol import DATA_CUT, DAYS_A_MONTH

END_OF_TREATMENT = 99.0


def draw_visits(adsl: pd.DataFrame, weeks: tuple[int, ...], rng: Generator) -> pd.DataFrame:
    """Visits of treated subjects: baseline, scheduled weeks while on treatment, end of treatment.

    Parameters
    ----------
    adsl : DataFrame
        As built, with observed days.
    weeks : tuple of int
        Scheduled weeks after first dose.
    rng : Generator

    Returns
    -------
    DataFrame
        `row` (position in ADSL), `AVISIT`, `AVISITN` and `day` since first dose
        (baseline on day 0 or up to three days before); in order of subject and visit.

    Examples
    --------
    >>> adsl = pd.DataFrame({"treated": [True], "stopped": [False], "end_day": 50, "last_day": 50})
    >>> draw_visits(adsl, (3, 6, 9), np.random.default_rng(1))["AVISIT"].tolist()
    ['BASELINE', 'WEEK 3', 'WEEK 6']
    """
    treated = np.flatnonzero(adsl["treated"])
    end = adsl["end_day"].to_numpy()
    parts = [_visit(treated, "BASELINE", 0.0, -rng.integers(0, 4, len(treated)))]
    for week in weeks:
        day = 7 * week + rng.integers(-2, 3, len(treated))
        seen = (day <= end[treated]) & (rng.random(len(treated)) < 0.97)
        parts.append(_visit(treated[seen], f"WEEK {week}", float(week), day[seen]))
    stopped = treated[adsl["stopped"].to_numpy()[treated]]
    day = end[stopped] + rng.integers(1, 8, len(stopped))
    seen = day <= adsl["last_day"].to_numpy()[stopped]
    parts.append(_visit(stopped[seen], "END OF TREATMENT", END_OF_TREATMENT, day[seen]))
    visits = pd.concat(parts, ignore_index=True)
    return visits.sort_values(["row", "AVISITN"], kind="stable").reset_index(drop=True)


def _visit(row: np.ndarray, name: str, number: float, day: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"row": row, "AVISIT": name, "AVISITN": number, "day": day})


def longest_weeks(first: tuple[int, ...], every: int) -> tuple[int, ...]:
    """Scheduled weeks: the first ones as given, then at a fixed distance until three years.

    Examples
    --------
    >>> longest_weeks((3, 6, 12), 12)[:5]
    (3, 6, 12, 24, 36)
    """
    return (*first, *range(first[-1] + every, round(36 * DAYS_A_MONTH / 7), every))


def long_form(
    adsl: pd.DataFrame, visits: pd.DataFrame, values: np.ndarray, parameters: pd.DataFrame
) -> pd.DataFrame:
    """A basic data structure from visits x parameters: AVAL, BASE, CHG, flags and dates.

    Parameters
    ----------
    adsl : DataFrame
    visits : DataFrame
        From `draw_visits`.
    values : array, shape (visits, parameters)
        NaN where nothing was measured; those records are left out.
    parameters : DataFrame
        PARAMCD, PARAM, AVALU in the order of the columns.
    """
    count, width = values.shape
    index, column = np.repeat(np.arange(count), width), np.tile(np.arange(width), count)
    frame = visits.iloc[index].reset_index(drop=True).assign(column=column, AVAL=values.ravel())
    first = (visits["AVISITN"] == 0).to_numpy()
    base = np.full((len(adsl), width), np.nan)
    base[visits["row"].to_numpy()[first]] = values[first]
    frame["BASE"] = base[frame["row"].to_numpy(), column]
    for name in ("PARAMCD", "PARAM", "AVALU"):
        frame[name] = parameters[name].to_numpy(object)[column]
    person = ["STUDYID", "USUBJID", "SUBJID", "SITEID", "TRT01A", "TRT01AN", "TRTSDT", "TRTEDT",
              "SEX", "SAFFL"]  # fmt: skip
    subject = frame["row"].to_numpy()
    for name in person:
        frame[name] = adsl[name].to_numpy()[subject]
    frame = frame.rename(columns={"TRT01A": "TRTA", "TRT01AN": "TRTAN"})
    later = frame["AVISITN"] > 0
    frame["CHG"] = (frame["AVAL"] - frame["BASE"]).round(3).where(later)
    frame["ADT"] = frame["TRTSDT"] + pd.to_timedelta(frame["day"], unit="D")
    frame["ADY"] = frame["day"] + (frame["day"] >= 0).astype(float)
    frame["ABLFL"], frame["ANL01FL"] = np.where(later, "", "Y"), "Y"
    kept = frame["AVAL"].notna() & (frame["ADT"] <= DATA_CUT)
    frame = frame[kept].sort_values(["row", "column", "AVISITN"], kind="stable")
    return frame.reset_index(drop=True)
