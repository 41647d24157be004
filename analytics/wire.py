"""Values to JSON and back without loss: numbers by their shortest exact text, tables with dtypes.

Plain JSON values stand for themselves. Everything else is an object with one key that says what
it is: `{"number": "nan"}`, `{"date": "2026-03-31"}`, `{"table": {...}}`.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analytics.checks import InputError, require

CALENDAR = (datetime.datetime, datetime.date, datetime.time)
"""Dates and times that travel as ISO text."""

_UNITS = ("s", "ms", "us", "ns")
_WHOLE = {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
_REAL = {"float16", "float32", "float64"}
_MOMENTS = {f"{kind}64[{unit}]" for kind in ("datetime", "timedelta") for unit in _UNITS}
_NULLABLE = {"boolean", *(f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64))}
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

ToFields = Callable[[object], "tuple[str, dict[str, Any]] | None"]
FromFields = Callable[[str, Mapping[str, Any]], object]


def encode(value: object, fields_of: ToFields) -> Any:
    """The JSON form of a value.

    Parameters
    ----------
    value : object
        None, bool, int, float, str, date, time, numpy scalar or array, data frame, and lists,
        tuples and str-keyed mappings of them.
    fields_of : callable
        For a value of our own: its registered name and its fields; else None.

    Examples
    --------
    >>> encode((1, float("inf")), lambda value: None)
    {'tuple': [1, {'number': 'inf'}]}
    """
    ours = fields_of(value)
    if ours is not None:
        name, values = ours
        return {"result": name, "fields": {k: encode(v, fields_of) for k, v in values.items()}}
    if isinstance(value, np.generic):
        return {"scalar": _encode_array(value)}
    if isinstance(value, np.ndarray):
        return {"array": _encode_array(value)}
    if isinstance(value, pd.DataFrame):
        return {"table": _encode_table(value, fields_of)}
    if isinstance(value, tuple):
        return {"tuple": [encode(one, fields_of) for one in value]}
    if isinstance(value, list):
        return [encode(one, fields_of) for one in value]
    if isinstance(value, Mapping):
        _require_text_keys(value)
        return {"mapping": {key: encode(one, fields_of) for key, one in value.items()}}
    return _encode_scalar(value)


def decode(body: Any, build: FromFields) -> Any:
    """The value that `encode` wrote; `InputError` for anything else.

    Examples
    --------
    >>> decode({"tuple": [1, {"number": "inf"}]}, lambda name, fields: None)
    (1, inf)
    """
    if body is None or isinstance(body, bool | int | float | str):
        return body
    if isinstance(body, list):
        return [decode(one, build) for one in body]
    if set(body) == {"result", "fields"}:
        require(isinstance(body["fields"], dict), "fields are an object", got=body["fields"])
        return build(body["result"], {k: decode(v, build) for k, v in body["fields"].items()})
    require(len(body) == 1, "an object on the wire has one key", keys=tuple(body))
    ((kind, inner),) = body.items()
    require(isinstance(kind, str) and kind in _READERS, "a known kind of value", kind=kind)
    return _READERS[kind](inner, build)


def _require_text_keys(value: Mapping[Any, Any]) -> None:
    odd = [key for key in value if not isinstance(key, str)]
    require(not odd, "the keys of a mapping are text", keys=tuple(odd))


def _encode_scalar(value: object) -> Any:
    if type(value) is float and not math.isfinite(value):
        return {"number": repr(value)}
    if value is None or type(value) in (bool, int, float, str):
        return value
    if value is pd.NaT:
        return {"moment": ["NaT", "ns"]}
    if isinstance(value, pd.Timestamp):
        return {"moment": [value.isoformat(), value.unit]}
    if type(value) in CALENDAR:
        return {type(value).__name__: value.isoformat()}  # type: ignore[attr-defined]
    name = type(value).__name__
    raise InputError(f"`results hold plain values, tables and results` must hold, but got {name}.")


def _encode_array(value: np.ndarray[Any, Any] | np.generic) -> dict[str, Any]:
    array = np.asarray(value)
    dtype = array.dtype.name
    return {"dtype": dtype, "shape": list(array.shape), "values": _plain(array.ravel(), dtype)}


def _decode_array(body: Any, _: FromFields) -> np.ndarray[Any, Any]:
    return _numbers(body["values"], body["dtype"]).reshape(body["shape"])


def _decode_numpy_scalar(body: Any, build: FromFields) -> Any:
    require(body["shape"] == [], "a scalar has no shape", shape=body["shape"])
    return _decode_array(body, build)[()]


def _plain(array: np.ndarray[Any, Any], dtype: str) -> list[Any]:
    if dtype in _MOMENTS:
        return list(array.astype("int64").tolist())
    require(dtype in {"bool", *_WHOLE, *_REAL}, "a type that has a form on the wire", dtype=dtype)
    values: list[Any] = array.tolist()
    if dtype in _REAL and not np.isfinite(array).all():
        return [one if math.isfinite(one) else repr(one) for one in values]
    return values


def _numbers(values: Any, dtype: Any) -> np.ndarray[Any, Any]:
    require(isinstance(values, list) and isinstance(dtype, str), "values with a dtype", dtype=dtype)
    if dtype == "bool":
        accepted: tuple[type, ...] = (bool,)
    elif dtype in _WHOLE | _MOMENTS:
        accepted = (int,)
    else:
        require(dtype in _REAL, "a type that has a form on the wire", dtype=dtype)
        accepted = (float, int)
        values = [_NOT_FINITE.get(one, one) if isinstance(one, str) else one for one in values]
    wrong = [one for one in values if type(one) not in accepted]
    require(not wrong, f"values are of type {dtype}", value=wrong[:1])
    if dtype in _MOMENTS:
        return np.array(values, dtype="int64").view(dtype)
    return np.array(values, dtype=dtype)


def _encode_table(table: pd.DataFrame, fields_of: ToFields) -> dict[str, Any]:
    plain_index = table.index.equals(pd.RangeIndex(len(table)))
    require(plain_index and table.index.name is None, "a table's rows are numbered from 0")
    names = list(table.columns)
    text = all(isinstance(name, str) for name in names) and len(set(names)) == len(names)
    require(text, "a table's columns have different names", columns=tuple(names))
    columns = [_encode_column(name, table[name], fields_of) for name in names]
    require(
        bool(columns) or len(table) == 0, "a table without columns has no rows", rows=len(table)
    )
    return {"columns": columns}


def _encode_column(name: str, column: pd.Series[Any], fields_of: ToFields) -> dict[str, Any]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        categories = column.cat.categories.to_series().reset_index(drop=True)
        return {
            "name": name,
            "dtype": "category",
            "categories": _encode_column("", categories, fields_of),
            "ordered": bool(column.cat.ordered),
            "values": column.cat.codes.tolist(),
        }
    dtype = str(column.dtype)
    if dtype == "object":
        values = [encode(one, fields_of) for one in column]
    elif dtype in _NULLABLE:
        values = [None if one is pd.NA else one for one in column.tolist()]
    else:
        values = _plain(column.to_numpy(), dtype)
    return {"name": name, "dtype": dtype, "values": values}


def _decode_table(body: Any, build: FromFields) -> pd.DataFrame:
    columns = {one["name"]: _decode_column(one, build) for one in body["columns"]}
    require(len(columns) == len(body["columns"]), "a table's columns have different names")
    require(all(isinstance(name, str) for name in columns), "columns are named by text")
    lengths = {len(column) for column in columns.values()}
    require(len(lengths) <= 1, "a table's columns are of the same length", lengths=lengths)
    return pd.DataFrame(columns, index=pd.RangeIndex(max(lengths, default=0)))


def _decode_column(body: Any, build: FromFields) -> pd.Series[Any]:
    dtype, values = body["dtype"], body["values"]
    if dtype == "object":
        return pd.Series([decode(one, build) for one in values], dtype="object")
    if dtype == "category":
        categories = pd.Index(_decode_column(body["categories"], build))
        codes = _numbers(values, "int64")
        return pd.Series(
            pd.Categorical.from_codes(codes, categories=categories, ordered=body["ordered"])
        )
    if dtype in _NULLABLE:
        accepted = bool if dtype == "boolean" else int
        require(
            all(one is None or type(one) is accepted for one in values),
            f"values are of type {dtype} or missing",
        )
        return pd.Series(values, dtype=dtype)
    return pd.Series(_numbers(values, dtype))


def _list_of(body: Any, build: FromFields) -> list[Any]:
    require(isinstance(body, list), "the items of a tuple are a list", got=type(body).__name__)
    return [decode(one, build) for one in body]


def _mapping_of(body: Any, build: FromFields) -> dict[str, Any]:
    require(isinstance(body, dict), "a mapping is an object", got=type(body).__name__)
    return {key: decode(one, build) for key, one in body.items()}


def _moment(body: Any, _: FromFields) -> pd.Timestamp:
    text, unit = body
    return pd.Timestamp(text) if text == "NaT" else pd.Timestamp(text).as_unit(unit)


_READERS: dict[str, Callable[[Any, FromFields], Any]] = {
    "number": lambda body, _: _NOT_FINITE[body],
    "tuple": lambda body, build: tuple(_list_of(body, build)),
    "mapping": _mapping_of,
    "scalar": _decode_numpy_scalar,
    "array": _decode_array,
    "table": _decode_table,
    "moment": _moment,
    "date": lambda body, _: datetime.date.fromisoformat(body),
    "datetime": lambda body, _: datetime.datetime.fromisoformat(body),
    "time": lambda body, _: datetime.time.fromisoformat(body),
}
