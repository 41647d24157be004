"""The written files: the same bytes for the same seed, and faithful through a transport file."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

import sample_data
from sample_data.dictionary import Dataset, markdown, read_dataset
from sample_data.eqx201 import datasets as eqx201_datasets
from sample_data.eqx301 import build_eqx301
from sample_data.eqx301 import datasets as eqx301_datasets
from sample_data.gbsg2 import DATASETS as GBSG2_DATASETS
from sample_data.xport import write_xport

README = Path(sample_data.__file__).with_name("README.md")
DATASETS = {
    "EQX-301": eqx301_datasets.DATASETS,
    "EQX-201": eqx201_datasets.DATASETS,
    "GBSG2": GBSG2_DATASETS,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("studies")
    for code, write in sample_data.STUDIES.items():
        write(root / code)
    return root


@pytest.mark.parametrize("code", list(sample_data.STUDIES))
def test_the_same_seed_writes_the_same_bytes(code: str, folder: Path, tmp_path: Path) -> None:
    again = sample_data.STUDIES[code](tmp_path)
    assert {path.name for path in again} == {path.name for path in (folder / code).iterdir()}
    for path in again:
        assert path.read_bytes() == (folder / code / path.name).read_bytes(), path.name


def test_eqx301_is_written_within_seconds(tmp_path: Path) -> None:
    start = time.process_time()
    sample_data.write_eqx301(tmp_path)
    assert time.process_time() - start < 6


def test_another_seed_writes_another_trial() -> None:
    one, other = (build_eqx301(seed=seed, subjects=60) for seed in (1, 2))
    assert not one["adsl"].equals(other["adsl"])
    assert not one["sites"].equals(other["sites"])


@pytest.mark.parametrize("code", list(DATASETS))
def test_files_carry_labels_dates_and_missing_values(code: str, folder: Path) -> None:
    for dataset in DATASETS[code]:
        read, meta = pyreadstat.read_xport(str(folder / code / f"{dataset.name.lower()}.xpt"))
        assert meta.table_name == dataset.name
        assert meta.file_label == dataset.label
        assert meta.column_names == dataset.columns
        assert meta.column_labels == [variable.label for variable in dataset.variables]
        dates = [variable.name for variable in dataset.variables if variable.kind == "date"]
        formats = meta.original_variable_types
        assert [name for name in dataset.columns if formats[name] == "DATE9"] == dates
        assert len(read) > 0


def test_a_frame_comes_back_from_its_file(folder: Path) -> None:
    written = build_eqx301()["adsl"]
    read, _ = pyreadstat.read_xport(str(folder / "EQX-301" / "adsl.xpt"))
    for variable in eqx301_datasets.ADSL.variables:
        column = read[variable.name]
        if variable.kind == "date":
            column = pd.to_datetime(column).astype(written[variable.name].dtype)
        expected = written[variable.name]
        if variable.kind == "num":
            expected = expected.astype(float)
        pd.testing.assert_series_equal(column, expected, check_dtype=False)


@pytest.mark.parametrize("code", list(DATASETS))
def test_files_keep_to_the_limits_of_the_format(code: str) -> None:
    for dataset in DATASETS[code]:
        assert len(dataset.label.encode()) <= 40
        assert len(set(dataset.columns)) == len(dataset.columns)
        for variable in dataset.variables:
            assert len(variable.name.encode()) <= 8, variable
            assert len(variable.label.encode()) <= 40, variable


def one_column(label: str = "Label") -> Dataset:
    return read_dataset("TEST", "Test", "row", f"TEXT | char | {label} | any")


def test_over_long_values_and_labels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at most 200 bytes, but got 201"):
        write_xport(tmp_path, pd.DataFrame({"TEXT": ["é" * 100 + "x"]}), one_column())
    with pytest.raises(ValueError, match="at most 40 bytes fit"):
        write_xport(tmp_path, pd.DataFrame({"TEXT": ["x"]}), one_column("x" * 41))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", list(DATASETS))
def test_plan_names_the_arms_and_endpoints_of_the_data(code: str, folder: Path) -> None:
    plan = json.loads((folder / code / "plan.json").read_text(encoding="utf-8"))
    adsl, _ = pyreadstat.read_xport(str(folder / code / "adsl.xpt"))
    adtte, _ = pyreadstat.read_xport(str(folder / code / "adtte.xpt"))
    assert plan["study"] == code == adsl["STUDYID"].iloc[0]
    in_order = adsl.sort_values("TRT01PN")["TRT01P"].drop_duplicates().tolist()
    assert plan["arms"] == in_order
    assert plan["subjects"] == len(adsl)
    endpoints = {endpoint["code"] for endpoint in plan["endpoints"]}
    assert set(adtte["PARAMCD"]) <= endpoints
    assert {e["analysis_set"] for e in plan["endpoints"]} <= set(adsl.columns)


@pytest.mark.parametrize("code", list(DATASETS))
def test_the_readme_has_the_dictionary(code: str) -> None:
    text = README.read_text(encoding="utf-8")
    for dataset in DATASETS[code]:
        assert markdown(dataset) in text, dataset.name


def test_the_readme_lists_the_planted_problems() -> None:
    text = README.read_text(encoding="utf-8")
    for row in build_eqx301()["problems"].itertuples():
        assert f"| {row.problem} | {row.USUBJID} | {int(row.AESEQ)} |" in text
