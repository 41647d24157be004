"""ADVS of EQX-301: blood pressure, pulse, temperature, weight, and QTcF."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator

from sample_data.eqx301.protocol import ARMS
from sample_data.eqx301.visits import draw_visits, long_form, longest_weeks

WEEKS = longest_weeks((3, 6, 12), 12)

_SIGNS = pd.DataFrame(
    [
        # typical value, sd between subjects, sd between visits, drift when active
        ("SYSBP", "Systolic blood pressure (mmHg)", "mmHg", 130.0, 11.0, 8.0, 5.0),
        ("DIABP", "Diastolic blood pressure (mmHg)", "mmHg", 78.0, 7.0, 5.5, 3.0),
        ("PULSE", "Pulse rate (beats/min)", "beats/min", 74.0, 8.0, 6.0, 1.0),
        ("TEMP", "Temperature (C)", "C", 36.6, 0.2, 0.25, 0.0),
        ("WEIGHT", "Weight (kg)", "kg", np.nan, 0.0, 0.8, -1.2),
        ("QTCF", "QTcF interval (ms)", "ms", 418.0, 14.0, 9.0, 8.0),
    ],
    columns=["PARAMCD", "PARAM", "AVALU", "typical", "between", "within", "drift"],
)
_WEIGHT, _QTCF = 4, 5


def build_advs(adsl: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    """ADVS at its own, sparser schedule.

    Parameters
    ----------
    adsl : DataFrame
        As built, with observed days.
    rng : Generator
    """
    visits = draw_visits(adsl, WEEKS, rng)
    row = visits["row"].to_numpy()
    typical = np.tile(_SIGNS["typical"].to_numpy(float), (len(adsl), 1))
    typical[:, _WEIGHT] = adsl["WEIGHTBL"].to_numpy(float)
    subject = typical + rng.normal(size=typical.shape) * _SIGNS["between"].to_numpy(float)
    ramp = np.clip(visits["day"].to_numpy() / 84, 0, 1)
    active = (adsl["TRT01A"] == ARMS[1]).to_numpy()[row]
    drift = np.outer(ramp * active, _SIGNS["drift"].to_numpy(float))
    noise = rng.normal(size=(len(row), len(_SIGNS))) * _SIGNS["within"].to_numpy(float)
    values = subject[row] + drift + noise
    first = (visits["AVISITN"] == 0).to_numpy()
    values[first, _WEIGHT] = typical[row[first], _WEIGHT]
    long_interval = (rng.random(len(row)) < 0.004 * (1 + 2 * active)) & ~first
    values[long_interval, _QTCF] += 65
    digits = np.array([0, 0, 0, 1, 1, 0])
    values = np.round(values * 10.0**digits) / 10.0**digits
    return long_form(adsl, visits, values, _SIGNS)
