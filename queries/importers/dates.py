"""SAS dates, times and datetimes: known by their format, counted from 1960."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa

# Days and microseconds between the SAS epoch (1960-01-01) and that of Arrow (1970-01-01).
_EPOCH_DAYS = 3653
_EPOCH_MICROSECONDS = _EPOCH_DAYS * 86_400_000_000


def _words(text: str) -> list[str]:
    return text.split()


_DATES = frozenset(
    _words(
        """
        DATE DAY DDMMYY DDMMYYB DDMMYYC DDMMYYD DDMMYYN DDMMYYP DDMMYYS DOWNAME JULDAY
        JULIAN MMDDYY MMDDYYB MMDDYYC MMDDYYD MMDDYYN MMDDYYP MMDDYYS MMYY MMYYC MMYYD MMYYN
        MMYYP MMYYS MONNAME MONTH MONYY QTR QTRR WEEKDATE WEEKDATX WEEKDAY WEEKU WEEKV WEEKW
        WORDDATE WORDDATX YEAR YYMM YYMMC YYMMD YYMMN YYMMP YYMMS YYMMDD YYMMDDB YYMMDDC
        YYMMDDD YYMMDDN YYMMDDP YYMMDDS YYMON YYQ YYQC YYQD YYQN YYQP YYQS YYQR YYWEEKU
        YYWEEKV YYWEEKW B8601DA E8601DA IS8601DA NLDATE NLDATEL NLDATEM NLDATES MINGUO NENGO
        """
    )
)
_DATETIMES = frozenset(
    _words(
        """
        DATETIME DATEAMPM DTDATE DTMONYY DTWKDATX DTYEAR DTYYQC MDYAMPM B8601DN B8601DT
        B8601DZ B8601DX B8601LX E8601DN E8601DT E8601DZ E8601DX E8601LX IS8601DN IS8601DT
        IS8601DZ NLDATM NLDATML NLDATMM NLDATMS
        """
    )
)
_TIMES = frozenset(
    _words(
        """
        TIME TIMEAMPM TOD HHMM HOUR MMSS B8601TM B8601TZ B8601LZ E8601TM E8601TZ E8601LZ
        IS8601TM IS8601TZ NLTIME NLTIMAP
        """
    )
)


def type_of_format(sas_format: str) -> str:
    """The type in which a numeric SAS variable of that format is stored.

    Examples
    --------
    >>> [type_of_format(name) for name in ("DATE9.", "E8601DT19.", "TIME5.", "8.1", "")]
    ['DATE', 'TIMESTAMP', 'TIME', 'DOUBLE', 'DOUBLE']
    """
    name = re.sub(r"\d*\.?\d*$", "", sas_format.strip().upper())
    if name in _DATES:
        return "DATE"
    if name in _DATETIMES:
        return "TIMESTAMP"
    return "TIME" if name in _TIMES else "DOUBLE"


def sas_format(name: str, width: int = 0, decimals: int = 0) -> str:
    """A format as SAS writes it.

    Examples
    --------
    >>> sas_format("DATE", 9), sas_format("", 8, 1), sas_format("$", 12), sas_format("")
    ('DATE9.', '8.1', '$12.', '')
    """
    if not name and not width:
        return ""
    return f"{name}{width or ''}.{decimals or ''}"


def within_a_day(seconds: npt.NDArray[np.float64]) -> bool:
    """Whether all values are times of day; what is longer or negative is a duration.

    Examples
    --------
    >>> within_a_day(np.array([0.0, 86399.0, np.nan])), within_a_day(np.array([86400.0]))
    (True, False)
    """
    known = seconds[~np.isnan(seconds)]
    return bool(((known >= 0) & (known < 86400)).all())


def from_sas(values: npt.NDArray[np.float64], type_name: str) -> pa.Array:
    """SAS numbers as values of the type they are stored in; missing ones (NaN) as null.

    Examples
    --------
    >>> from_sas(np.array([0.0, 21915.0]), "DATE").to_pylist()
    [datetime.date(1960, 1, 1), datetime.date(2020, 1, 1)]
    """
    missing = np.isnan(values)
    known = np.where(missing, 0.0, values)
    if type_name == "DATE":
        days = np.floor(known).astype(np.int64) - _EPOCH_DAYS
        return pa.array(days.astype(np.int32), mask=missing).cast(pa.date32())
    if type_name == "TIMESTAMP":
        stamps = np.round(known * 1e6).astype(np.int64) - _EPOCH_MICROSECONDS
        return pa.array(stamps, mask=missing).cast(pa.timestamp("us"))
    if type_name == "TIME":
        micros = np.minimum(np.round(known * 1e6), 86_399_999_999).astype(np.int64)
        return pa.array(micros, mask=missing).cast(pa.time64("us"))
    return pa.array(known, mask=missing)
