"""EQX-LARGE: as many rows as asked for, the same however they are made, and true to its numbers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import sample_data
from queries.importers import import_files
from queries.workspace import Plan
from sample_data.dictionary import Dataset, markdown
from sample_data.large import STUDY, files, write_large
from sample_data.large.adverse_events import count_events, draw_events
from sample_data.large.catalogue import CATALOGUE
from sample_data.large.course import OFF_TREATMENT, death_hazard, watched_days
from sample_data.large.datasets import DATASETS
from sample_data.large.protocol import ACCRUAL_START, ARMS, SITES, STUDY_END
from sample_data.large.sites import draw_sites
from sample_data.large.subjects import draw_subjects

REPOSITORY = Path(__file__).parents[2]
SUBJECTS, EVENTS = 2000, 40_000
DAY = pd.Timedelta(days=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study at small size."""
    written = tmp_path_factory.mktemp("large")
    write_large(written, subjects=SUBJECTS, adverse_events=EVENTS)
    return written


def table(folder: Path, name: str) -> pd.DataFrame:
    """A file as a frame, dates as dates."""
    frame = pd.read_parquet(folder / f"{name}.parquet")
    dates = [column for column in frame if column.endswith("DT")]
    return frame.assign(**{column: pd.to_datetime(frame[column]) for column in dates})


@pytest.fixture(scope="module")
def adsl(folder: Path) -> pd.DataFrame:
    return table(folder, "adsl")


@pytest.fixture(scope="module")
def adae(folder: Path, adsl: pd.DataFrame) -> pd.DataFrame:
    """ADAE, with what ADSL says of the subject."""
    person = ["USUBJID", "TRT01A", "TRTSDT", "TRTEDT", "LSTALVDT", "DTHDT"]
    events = table(folder, "adae")
    joined = events.merge(adsl[person], on="USUBJID", how="left", indicator=True)
    assert (joined["_merge"] == "both").all()
    return joined


# Files


def test_there_are_as_many_rows_as_asked_for(folder: Path, adsl: pd.DataFrame) -> None:
    assert len(adsl) == len(table(folder, "adtte")) == SUBJECTS
    assert len(table(folder, "adae")) == EVENTS
    assert adsl["USUBJID"].is_unique
    assert adsl["USUBJID"].is_monotonic_increasing


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_files_follow_their_dictionary(folder: Path, dataset: Dataset) -> None:
    schema = pq.read_schema(folder / f"{dataset.name.lower()}.parquet")
    assert schema.names == dataset.columns
    types = {"char": "string", "num": "double", "date": "date32[day]"}
    assert [str(kind) for kind in schema.types] == [types[v.kind] for v in dataset.variables]
    labels = [field.metadata[b"label"].decode() for field in schema]
    assert labels == [variable.label for variable in dataset.variables]


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_the_readme_has_the_dictionary(dataset: Dataset) -> None:
    text = Path(sample_data.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert markdown(dataset, extension="parquet") in text


def test_the_same_seed_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for path in write_large(tmp_path, subjects=SUBJECTS, adverse_events=EVENTS):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_another_seed_writes_another_trial(folder: Path, tmp_path: Path) -> None:
    write_large(tmp_path, subjects=SUBJECTS, adverse_events=EVENTS, seed=2)
    for name in ("adsl", "adtte", "adae"):
        other, own = table(tmp_path, name), table(folder, name)
        assert len(other) == len(own)
        assert not other.equals(own)


def test_the_stretches_in_which_it_is_written_change_no_row(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_SUBJECTS_AT_ONCE", 333)
    write_large(tmp_path, subjects=SUBJECTS, adverse_events=EVENTS)
    for name in ("adsl", "adtte", "adae"):
        whole, parts = (pq.read_table(where / f"{name}.parquet") for where in (folder, tmp_path))
        assert parts.equals(whole)


@pytest.mark.parametrize(("first", "last"), [(0, 1), (1, 2), (499, 500), (5, 13), (250, 500)])
def test_any_stretch_is_drawn_as_in_the_whole(first: int, last: int) -> None:
    sites = draw_sites(3, 500)
    whole, part = draw_subjects(sites, 3, 0, 500), draw_subjects(sites, 3, first, last)
    counts = count_events(whole["burden"].to_numpy(), 30_000, seed=3)
    every = draw_events(whole, counts, seed=3, first=0)
    before = int(counts[:first].sum())
    some = draw_events(part, counts[first:last], seed=3, first=before)
    plain = {"USUBJID": str}
    same = every.iloc[before : before + len(some)].reset_index(drop=True)
    pd.testing.assert_frame_equal(some.astype(plain), same.astype(plain))
    expected = whole.iloc[first:last].reset_index(drop=True)
    pd.testing.assert_frame_equal(part.astype(plain), expected.astype(plain))


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    write_large(
        tmp_path, subjects=200, adverse_events=900, progress=lambda *said: told.append(said)
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert told[-1][1] == "Making 900 adverse events."


@pytest.mark.parametrize(
    ("sizes", "rule"),
    [
        ({"subjects": 99}, "`subjects` is at least 100, but got 99"),
        ({"subjects": 100, "adverse_events": 10_001}, "`adverse_events` is from 1 to 10000"),
        ({"subjects": 100, "adverse_events": 0}, "but got 0"),
        ({"subjects": 100, "adverse_events": 1, "seed": -1}, "`seed` is 0 or more, but got -1"),
    ],
)
def test_sizes_that_make_no_study_are_refused(
    tmp_path: Path, sizes: dict[str, int], rule: str
) -> None:
    with pytest.raises(ValueError, match=rule):
        write_large(tmp_path / "none", **sizes)
    assert not (tmp_path / "none").exists()


_MEMORY = """
import resource, sys
from pathlib import Path
from sample_data.large import write_large
write_large(Path(sys.argv[1]), subjects=int(sys.argv[2]), adverse_events=20 * int(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_study(tmp_path: Path) -> None:
    peaks = []
    for subjects in (50_000, 200_000):
        run = [sys.executable, "-c", _MEMORY, str(tmp_path), str(subjects)]
        said = subprocess.run(run, cwd=REPOSITORY, check=True, capture_output=True, text=True)
        peaks.append(int(said.stdout))
    assert peaks[1] < 1.25 * peaks[0]


# One record


def test_a_course_makes_sense(adsl: pd.DataFrame) -> None:
    treated, died = adsl["SAFFL"] == "Y", adsl["DTHFL"] == "Y"
    assert (adsl["RANDDT"] >= ACCRUAL_START).all()
    assert (adsl["LSTALVDT"] <= STUDY_END).all()
    assert (adsl["RANDDT"] <= adsl["LSTALVDT"]).all()
    delay = (adsl["TRTSDT"] - adsl["RANDDT"])[treated]
    assert delay.between(0 * DAY, 3 * DAY).all()
    assert (adsl["TRTSDT"] <= adsl["TRTEDT"])[treated].all()
    assert (adsl["TRTEDT"] <= adsl["LSTALVDT"])[treated].all()
    assert (adsl["TRTEDT"] - adsl["TRTSDT"]).max() == 539 * DAY
    assert adsl.loc[~treated, ["TRT01A", "TRT01AN", "TRTSDT", "TRTEDT"]].isna().all(axis=None)
    assert (adsl["DTHDT"].notna() == died).all()
    assert (adsl["DTHDT"] == adsl["LSTALVDT"])[died].all()
    assert ((adsl["DCSREAS"] == "DEATH") == died).all()
    completed = adsl["EOSSTT"] == "COMPLETED"
    assert ((adsl["LSTALVDT"] == STUDY_END) >= completed).all()
    assert (adsl["DCSREAS"].isna() == completed).all()


def test_numbers_at_a_site_follow_the_date(adsl: pd.DataFrame) -> None:
    assert adsl.groupby("SITEID")["RANDDT"].apply(lambda dates: dates.is_monotonic_increasing).all()


def test_survival_is_counted_in_whole_days(folder: Path, adsl: pd.DataFrame) -> None:
    adtte = table(folder, "adtte")
    assert (adtte["USUBJID"] == adsl["USUBJID"]).all()
    assert (adtte["AVAL"] == (adtte["ADT"] - adtte["STARTDT"]) / DAY + 1).all()
    assert ((adtte["CNSR"] == 0) == (adsl["DTHFL"] == "Y")).all()
    assert set(adtte["CNSR"]) == {0.0, 1.0, 2.0, 3.0}
    assert (adtte["EVNTDESC"].notna() != adtte["CNSDTDSC"].notna()).all()


def test_events_come_while_they_are_watched_for(adae: pd.DataFrame) -> None:
    day = (adae["ASTDT"] - adae["TRTSDT"]) / DAY
    assert (adae["ASTDY"] == day + (day >= 0)).all()
    assert day.min() == -14
    assert (adae["ASTDT"] <= np.minimum(adae["TRTEDT"] + 60 * DAY, adae["LSTALVDT"])).all()
    window = (adae["ASTDT"] >= adae["TRTSDT"]) & (adae["ASTDT"] <= adae["TRTEDT"] + 30 * DAY)
    assert ((adae["TRTEMFL"] == "Y") == window).all()
    assert adae["TRTEMFL"].isna().any()
    ended = adae["AENDT"].notna()
    assert (adae["AENDT"] >= adae["ASTDT"])[ended].all()
    assert (adae["AENDT"] <= adae["LSTALVDT"])[ended].all()
    assert (adae["TRTA"] == adae["TRT01A"]).all()


def test_events_are_numbered_and_none_stands_twice(adae: pd.DataFrame) -> None:
    assert (adae["AESEQ"] == adae.groupby("USUBJID").cumcount() + 1).all()
    assert adae["ASTDT"].groupby(adae["USUBJID"]).apply(lambda d: d.is_monotonic_increasing).all()
    assert not adae.duplicated(["USUBJID", "AEDECOD", "ASTDT"]).any()


def test_fatal_events_end_in_death(adae: pd.DataFrame) -> None:
    fatal = adae[adae["AEOUT"] == "FATAL"]
    assert len(fatal) > 0
    assert (fatal["AENDT"] == fatal["DTHDT"]).all()
    assert (fatal["AESER"] == "Y").all()
    assert ((adae["AETOXGR"] == "5") == (adae["AEOUT"] == "FATAL")).all()
    assert not fatal["USUBJID"].duplicated().any()


def test_actions_fit_the_treatment(adae: pd.DataFrame) -> None:
    on = (adae["ASTDT"] >= adae["TRTSDT"]) & (adae["ASTDT"] <= adae["TRTEDT"])
    assert ((adae["AEACN"] == "NOT APPLICABLE") == ~on).all()
    stops = adae["AEACN"] == "DRUG WITHDRAWN"
    assert stops.any()
    last = ~adae[on].duplicated("USUBJID", keep="last")
    assert last[stops[on]].all()


# What is true


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return draw_subjects(draw_sites(5, 60_000), 5, 0, 60_000)


@pytest.fixture(scope="module")
def events(people: pd.DataFrame) -> pd.DataFrame:
    counts = count_events(people["burden"].to_numpy(), 600_000, seed=5)
    return draw_events(people, counts, seed=5, first=0)


def test_arms_are_balanced_and_sites_are_not(people: pd.DataFrame) -> None:
    assert people["TRT01P"].value_counts().tolist() == [20_000] * 3
    sizes = people["SITEID"].value_counts()
    assert len(sizes) == SITES
    assert sizes.max() > 10 * sizes.min()
    assert people["COUNTRY"].nunique() == 16


@pytest.mark.parametrize(
    ("column", "share"),
    [("WEIGHTBL", 0.03), ("BMIBL", 1 - 0.97 * 0.98), ("TRT01A", 0.007)],
)
def test_shares_of_what_is_missing(people: pd.DataFrame, column: str, share: float) -> None:
    error = np.sqrt(share * (1 - share) / len(people))
    assert abs(people[column].isna().mean() - share) < 4 * error


def test_deaths_follow_their_hazards(people: pd.DataFrame) -> None:
    # Half a day more than the whole days seen.
    expected = death_hazard(people) * (people["last_day"] + 0.5)
    groups = people.assign(expected=expected).groupby(
        ["TRT01P", "BMKGR1", "STAGEBL"], observed=True
    )
    for _, group in groups:
        deaths, mean = group["died"].sum(), group["expected"].sum()
        assert abs(deaths - mean) < 4 * np.sqrt(mean)


def test_terms_come_as_often_as_the_catalogue_says(events: pd.DataFrame) -> None:
    rates = CATALOGUE.arm_rates()
    shares = rates / rates.sum(axis=1, keepdims=True)
    for arm, share in zip(ARMS, shares, strict=True):
        of_arm = events.loc[events["TRTA"] == arm, "term"]
        found = np.bincount(of_arm, minlength=len(share))
        expected = share * len(of_arm)
        # Over 400 terms the largest of that many normal deviates is below 5.
        assert (np.abs(found - expected) < 5 * np.sqrt(expected) + 3).all()


def test_counts_follow_the_rates_of_subjects(people: pd.DataFrame, events: pd.DataFrame) -> None:
    counts = events["USUBJID"].cat.codes.value_counts().reindex(range(len(people)), fill_value=0)
    expected = people["burden"].to_numpy() / people["burden"].sum() * len(events)
    deviates = (counts.to_numpy() - expected)[expected > 0] / np.sqrt(expected[expected > 0])
    assert abs((deviates**2).mean() - 1) < 0.05
    assert counts[people["SAFFL"] == "N"].sum() == 0
    by_arm = people.assign(count=counts).groupby("TRT01A", observed=True)["count"].mean()
    assert by_arm[ARMS[0]] < by_arm[ARMS[1]] < by_arm[ARMS[2]]


def test_events_come_evenly_on_treatment_and_less_often_off_it(
    people: pd.DataFrame, events: pd.DataFrame
) -> None:
    position = (events["day"] / (events["end_day"] + 1))[events["on"] & (events["end_day"] > 100)]
    assert abs(position.mean() - 0.5) < 0.005
    before, on, after = watched_days(people)
    counts = events["USUBJID"].cat.codes.to_numpy()
    off_share = ((before + after) / (before + on + after))[counts]
    found = (~events["on"]).mean()
    assert abs(found - off_share.mean()) < 4 * np.sqrt(found / len(events))
    assert OFF_TREATMENT < 1


def test_terms_are_invented_names_of_their_own() -> None:
    assert len(CATALOGUE.terms) == len(set(CATALOGUE.terms)) == 400
    assert len(CATALOGUE.classes) == len(set(CATALOGUE.classes)) == 20
    assert np.bincount(CATALOGUE.class_of).tolist() == [20] * 20


# As a study


def test_the_plan_is_one_and_fits_the_data(folder: Path, adsl: pd.DataFrame) -> None:
    plan = Plan.from_plain(json.loads((folder / "plan.json").read_text(encoding="utf-8")))
    assert (plan.study, plan.subjects, plan.status) == (STUDY, SUBJECTS, "complete")
    assert plan.arms == tuple(adsl.sort_values("TRT01PN")["TRT01P"].unique())
    assert plan.planned_subjects(30) == pytest.approx(SUBJECTS)


def test_it_is_imported_with_the_expected_findings_only(folder: Path, tmp_path: Path) -> None:
    report = import_files([folder], tmp_path / "large.duckdb")
    assert (report.study, report.subjects, report.arms) == (STUDY, SUBJECTS, ARMS)
    assert {(f.rule, f.severity) for f in report.findings} == {
        ("baseline weight missing", "information"),
        ("censoring reasons", "information"),
        ("planned arm differs from actual", "information"),
    }
    named = {f"{missing.domain}.{missing.variable}" for missing in report.not_collected}
    assert named == {"ADAE.AOCCPFL", "ADLB.", "ADVS.", "ADEG.", "ADEX.", "DM.", "DS."}
    assert report.skipped == ()


def test_it_is_no_demo_study() -> None:
    assert STUDY not in sample_data.STUDIES
