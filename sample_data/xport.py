"""SAS transport files (XPORT version 5) with labels, formats and reproducible bytes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from sample_data.dictionary import Dataset, Variable

LONGEST_NAME, LONGEST_LABEL, LONGEST_VALUE = 8, 40, 200
_SAS_EPOCH = np.datetime64("1960-01-01")
_STAMP = re.compile(rb"\d{2}[A-Z]{3}\d{2}:\d{2}:\d{2}:\d{2}")
_HEADER_BYTES = 640  # the part of the file that carries the time of writing


def write_xport(folder: Path, frame: pd.DataFrame, dataset: Dataset) -> Path:
    """Write a frame as `<dataset>.xpt` and return its path.

    The writer underneath cuts long labels and writes over-long values without a
    word, so limits are checked here, in bytes. It also stamps the time of day
    into the header, which is replaced: the same frame gives the same bytes.

    Parameters
    ----------
    folder : Path
        An existing folder.
    frame : DataFrame
        Holds at least the dataset's columns: text with "" for missing, numbers
        with NaN, dates as datetime64 with NaT.
    dataset : Dataset
        The dictionary; its order of columns is the file's.

    Raises
    ------
    ValueError
        When a name, label or value is longer than the format allows.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from sample_data.dictionary import read_dataset
    >>> ages = read_dataset("ADSL", "Subjects", "subject", "AGE | num | Age | years")
    >>> write_xport(Path(mkdtemp()), pd.DataFrame({"AGE": [61.0]}), ages).name
    'adsl.xpt'
    """
    _check_names(dataset)
    table = pd.DataFrame(
        {v.name: _encoded(frame[v.name], v, dataset.name) for v in dataset.variables}
    )
    path = folder / f"{dataset.name.lower()}.xpt"
    pyreadstat.write_xport(
        table,
        str(path),
        table_name=dataset.name,
        file_label=dataset.label,
        column_labels=[v.label for v in dataset.variables],
        variable_format={v.name: "DATE9." for v in dataset.variables if v.kind == "date"},
        file_format_version=5,
    )
    _fix_stamp(path)
    return path


def _check_names(dataset: Dataset) -> None:
    limits = [(dataset.name, LONGEST_NAME), (dataset.label, LONGEST_LABEL)]
    for variable in dataset.variables:
        limits += [(variable.name, LONGEST_NAME), (variable.label, LONGEST_LABEL)]
    for text, longest in limits:
        if len(text.encode()) > longest:
            raise ValueError(f"at most {longest} bytes fit in the file, but got {text!r}.")


def _encoded(column: pd.Series, variable: Variable, dataset: str) -> pd.Series:
    if variable.kind == "date":
        days = (column.to_numpy("datetime64[D]") - _SAS_EPOCH).astype(float)
        return pd.Series(np.where(column.isna(), np.nan, days))
    if variable.kind == "num":
        return pd.Series(column.to_numpy(float))
    text = column.astype(object).where(column.notna(), "")
    longest = max((len(value.encode()) for value in pd.unique(text)), default=0)
    if longest > LONGEST_VALUE:
        raise ValueError(
            f"values of {dataset}.{variable.name} have at most {LONGEST_VALUE} bytes, "
            f"but got {longest}."
        )
    return pd.Series(text.to_numpy(object))


def _fix_stamp(path: Path) -> None:
    with path.open("r+b") as file:
        header = file.read(_HEADER_BYTES)
        file.seek(0)
        file.write(_STAMP.sub(b"01JAN26:00:00:00", header))
