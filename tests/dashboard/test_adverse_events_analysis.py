"""Adverse events of the CDISC pilot and the demo study, recomputed and against published tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from analytics.checks import InputError
from analytics.safety.incidence import score_difference
from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.analyses.safety.overview import SafetyOverview
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.analyses.safety.usual import UsualSelection
from queries.cohorts import AnyOf, AnyRecord, Cohort, OneOf
from queries.events import EventSelection
from queries.importers import import_files
from queries.store import Store, open_store
from queries.workspace import open_workspace

ARMS = ("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")
SAFETY = SafetySubjects(analysis_set="SAFFL", arms=ARMS)


@pytest.fixture(scope="module")
def pilot(trial_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("pilot") / "pilot.duckdb"
    folder = trial_data / "cdisc-pilot" / "adam"
    import_files([folder / "adsl.xpt", folder / "adae.xpt"], path)
    with open_store(path) as store:
        yield store


@pytest.fixture(scope="module")
def adae(trial_data: Path) -> pd.DataFrame:
    frame, _ = pyreadstat.read_xport(str(trial_data / "cdisc-pilot" / "adam" / "adae.xpt"))
    return frame


@pytest.fixture(scope="module")
def demo(demo_home: Path) -> Iterator[Store]:
    with open_workspace(demo_home) as workspace:
        snapshot = workspace.current_snapshot("EQX-301")
        assert snapshot is not None
        path = workspace.path(snapshot)
    with open_store(path) as store:
        yield store


def test_the_pilot_has_its_published_counts(pilot):
    """CSR table 14-5.01: 65, 77 and 76 subjects with 281, 412 and 433 records."""
    table = AdverseEvents(subjects=SAFETY).run(pilot).incidence("overall").set_index("arm")
    assert table.loc[list(ARMS), "with_event"].tolist() == [65, 77, 76]
    assert table.loc[list(ARMS), "events"].tolist() == [281, 412, 433]
    assert table.loc[list(ARMS), "subjects"].tolist() == [86, 84, 84]


def test_every_class_and_term_of_the_pilot_is_what_pandas_counts(pilot, adae):
    answer = AdverseEvents(subjects=SAFETY).run(pilot)
    emergent = adae[adae["TRTEMFL"] == "Y"]
    by = {"class": ["AEBODSYS"], "term": ["AEBODSYS", "AEDECOD"]}
    assert {level: len(answer.incidence(level)) for level in by} == {"class": 69, "term": 690}
    for level, keys in by.items():
        groups = emergent.groupby([*keys, "TRTA"])["USUBJID"]
        plain = pd.DataFrame({"with_event": groups.nunique(), "events": groups.size()})
        names = ["class", "term"][: len(keys)]
        found = answer.incidence(level).query("with_event > 0").set_index([*names, "arm"])
        found.index.names = plain.index.names
        pd.testing.assert_frame_equal(
            found[["with_event", "events"]].sort_index(), plain, check_dtype=False
        )
    pruritus = answer.incidence("term").query("term == 'APPLICATION SITE PRURITUS'")
    assert pruritus.set_index("arm").loc[list(ARMS), "with_event"].tolist() == [6, 22, 22]


def test_fishers_test_of_the_pilot_is_the_published_one(pilot):
    """CSR table 14-5.01: 0.007 and 0.014; oracle 0.0065 and 0.0136."""
    tests = AdverseEvents(subjects=SAFETY).run(pilot).contrasts("overall").set_index("arm")
    assert tests.loc[ARMS[1], "fisher"] == pytest.approx(0.0065, abs=0.0006)
    assert tests.loc[ARMS[2], "fisher"] == pytest.approx(0.0136, abs=0.0006)


def test_the_difference_is_that_of_the_library(pilot):
    contrast = AdverseEvents(subjects=SAFETY).run(pilot).contrasts("overall").set_index("arm")
    lower, upper = score_difference(77, 84, 65, 86)
    assert contrast.loc[ARMS[1], ["lower", "upper"]].tolist() == pytest.approx(
        [float(lower), float(upper)]
    )


def test_discontinuation_comes_from_the_disposition_where_no_action_was_collected(pilot):
    """AEACN is blank throughout the pilot; DCSREAS has 8, 44 and 40 (oracle disc_reasons_any)."""
    overview = SafetyOverview(subjects=SAFETY).run(pilot)
    assert "withdrawn" not in overview.kinds
    table = overview.table.set_index(["kind", "arm"])
    assert table.loc["discontinued"].loc[list(ARMS), "with_event"].tolist() == [8, 44, 40]
    # Three records have AESDTH "Y" and AESER "N": they are fatal all the same.
    assert table.loc["fatal"].loc[list(ARMS), "with_event"].tolist() == [2, 1, 0]


def test_severe_records_of_the_pilot_are_those_of_the_published_example(pilot):
    """r2rtf 1.0.1: 7, 16 and 8 subjects with a severe record, treatment-emergent or not."""
    everything = EventSelection(emergence="all", least_grade=3)
    answer = AdverseEvents(subjects=SAFETY, selection=everything).run(pilot)
    table = answer.incidence("overall").set_index("arm")
    assert table.loc[list(ARMS), "with_event"].tolist() == [7, 16, 8]


def test_overview_and_terms_agree(demo):
    subjects = SafetySubjects(analysis_set="SAFFL")
    overview = SafetyOverview(subjects=subjects).run(demo).table.set_index(["kind", "arm"])
    for kind, selection in {
        "any": EventSelection(),
        "serious": EventSelection(kinds=("serious",)),
        "severe": EventSelection(least_grade=3),
        "withdrawn": EventSelection(kinds=("withdrawn",)),
        "fatal": EventSelection(kinds=("fatal",)),
    }.items():
        table = AdverseEvents(subjects=subjects, selection=selection).run(demo)
        overall = table.incidence("overall").set_index("arm")
        assert overall["with_event"].to_dict() == overview.loc[kind, "with_event"].to_dict()
        assert overall["events"].to_dict() == overview.loc[kind, "events"].to_dict()


def test_rates_count_time_until_the_first_event(demo):
    answer = AdverseEvents(subjects=SafetySubjects(analysis_set="SAFFL")).run(demo)
    overall = answer.incidence("overall")
    at_risk = answer.counts.at_risk.set_index("arm")["patient_years"]
    for row in overall.itertuples():
        assert row.rate == pytest.approx(100 * row.with_event / row.patient_years)
        assert 0 < row.patient_years < at_risk[row.arm]
    terms = answer.incidence("term")
    assert (terms["patient_years"] <= terms["arm"].map(at_risk) + 1e-9).all()


def test_cuts_keep_frequent_and_different_terms_and_their_classes(pilot):
    answer = AdverseEvents(subjects=SAFETY).run(pilot)
    everything, cut = answer.table(), answer.table(least_percent=10, least_difference=5)
    assert set(cut["level"]) == {"overall", "class", "term"}
    terms = cut[cut["level"] == "term"].groupby(["class", "term"])["proportion"]
    assert (terms.max() >= 0.1).all()
    assert len(cut) < len(everything)
    left_out = everything.merge(cut[["level", "class", "term", "arm"]], how="left", indicator=True)
    rare = left_out.query("_merge == 'left_only' and level == 'term'")
    apart = rare.groupby(["class", "term"])["proportion"].agg(["max", list])
    assert all(
        most < 0.1 or max(abs(one - row[0]) for one in row[1:]) < 0.05
        for most, row in apart.itertuples(index=False)
    )


def test_strata_give_the_common_difference(demo):
    subjects = SafetySubjects(analysis_set="SAFFL")
    plain = AdverseEvents(subjects=subjects).run(demo).contrasts("overall")
    by_region = AdverseEvents(subjects=subjects, strata=("REGION1",)).run(demo).contrasts("overall")
    assert (by_region["strata"] > 1).all()
    assert by_region["estimate"].tolist() == pytest.approx(plain["estimate"].tolist(), abs=0.02)
    with pytest.raises(InputError, match="strata are for the risk difference"):
        AdverseEvents(measure="risk ratio", strata=("REGION1",))


@pytest.mark.parametrize("measure", ["risk ratio", "odds ratio", "rate ratio"])
def test_a_ratio_of_nothing_to_nothing_is_not_estimable(pilot, measure):
    answer = AdverseEvents(subjects=SAFETY, measure=measure).run(pilot)
    table = answer.contrasts("term")
    neither = (table["with_event"] == 0) & (table["reference_with_event"] == 0)
    assert neither.any()
    assert table.loc[neither, "estimate"].isna().all()
    assert (table.loc[neither, "reason"] != "").all()
    differences = AdverseEvents(subjects=SAFETY).run(pilot).contrasts("term")
    assert differences[["estimate", "lower", "upper"]].notna().all().all()


def test_arms_of_a_cohort_chosen_after_baseline_are_not_compared(pilot):
    late = Cohort(AnyRecord(dataset="adae", where=OneOf(column="AESEV", values=("SEVERE",))))
    answer = AdverseEvents(subjects=SafetySubjects(cohort=late, arms=ARMS)).run(pilot)
    assert "immortal time" in (answer.refusal or "")
    assert answer.contrasts("term").empty
    assert not answer.incidence("term").empty


def test_a_blinded_reader_sees_one_arm(demo):
    with open_store(demo.path, pooled=True) as store:
        answer = AdverseEvents(subjects=SafetySubjects(analysis_set="SAFFL", arm="planned")).run(
            store
        )
        assert answer.arms == ("All subjects",)
        assert answer.compared == ()
        overview = SafetyOverview(subjects=SafetySubjects(arm="planned")).run(store)
        assert set(overview.table["arm"]) == {"All subjects"}


def test_what_counts_by_default_follows_the_data(pilot, demo):
    assert UsualSelection().run(pilot) == EventSelection()
    assert UsualSelection().run(demo).emergence == "flagged"


def test_a_cohort_without_events_has_an_empty_table(pilot):
    nobody = Cohort(AnyOf(()))
    answer = AdverseEvents(subjects=SafetySubjects(cohort=nobody, arms=ARMS)).run(pilot)
    assert answer.table().empty
    assert answer.arms == ()
