"""Exposure: every day counted once, against a count by days; rates against a Poisson model."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result
from analytics.safety.exposure import (
    RELATIVE_BANDS,
    Dosing,
    PlannedDose,
    count_events_by_dose,
    dose_levels,
    fit_time_on_treatment,
    follow_doses,
    measure_exposure,
)

ARMS = ("Placebo", "Active")
quick = settings(max_examples=40)


@st.composite
def dosings(draw: st.DrawFn, *, daily: bool = True) -> Dosing:
    """A few subjects with periods that overlap, leave gaps and run past the last dose."""
    subjects, periods = [], []
    for number in range(draw(st.integers(1, 5))):
        name, days = f"S{number}", draw(st.integers(1, 20))
        subjects.append(
            {
                "subject": name,
                "arm": draw(st.sampled_from(ARMS)),
                "days": days,
                "ongoing": draw(st.booleans()),
                "followed": draw(st.sampled_from([np.nan, days, days + 5])),
            }
        )
        for start in draw(st.lists(st.integers(-1, 22), max_size=5)):
            length = draw(st.integers(0, 8))
            dose = draw(st.sampled_from([0.0, 50.0, 100.0, 150.0]))
            periods.append({"subject": name, "start": start, "end": start + length, "dose": dose})
    listed = pd.DataFrame(periods, columns=["subject", "start", "end", "dose"])
    return Dosing.of(pd.DataFrame(subjects), listed, arms=ARMS, unit="mg", daily=daily)


def by_day(dosing: Dosing, subject: str) -> list[float | None]:
    """The dose of each day of treatment, None where no period has it."""
    days = int(dosing.subjects.set_index("subject").loc[subject, "days"])
    doses: list[float | None] = [None] * days
    for row in dosing.periods[dosing.periods["subject"] == subject].itertuples():
        for day in range(row.start, row.end + 1):
            assert doses[day - 1] is None, "a day counts once"
            doses[day - 1] = row.dose
    return doses


@quick
@given(dosing=dosings())
def test_states_cover_each_day_of_the_dosed_once(dosing: Dosing) -> None:
    states = dosing.states()
    assert set(states["subject"]) == set(dosing.dosed)
    for subject, own in states.groupby("subject"):
        days = [day for row in own.itertuples() for day in range(row.start, row.end + 1)]
        assert days == list(range(1, len(by_day(dosing, str(subject))) + 1))


@quick
@given(dosing=dosings())
def test_measures_are_those_of_a_count_by_days(dosing: Dosing) -> None:
    table = measure_exposure(dosing).table.set_index("subject")
    for subject in dosing.dosed:
        doses, own = by_day(dosing, subject), table.loc[subject]
        placebo = not any(doses)
        given_days = [dose is not None if placebo else bool(dose) for dose in doses]
        taken = [dose for dose in doses if dose]
        assert own["cumulative"] == sum(dose or 0.0 for dose in doses)
        assert own["days_interrupted"] == given_days.count(False)
        paused = [now and not before for before, now in _pairs([not on for on in given_days])]
        assert own["interruptions"] == sum(paused)
        falls = [after < before for before, after in pairwise(taken)]
        assert own["reductions"] == sum(falls)
        if placebo:
            assert np.isnan(own["relative"])
        else:
            assert own["relative"] == pytest.approx(sum(taken) / len(doses) / taken[0])
            assert own["planned"] == taken[0]


def _pairs(flags: list[bool]) -> list[tuple[bool, bool]]:
    return list(zip([False, *flags], flags, strict=False))


@quick
@given(dosing=dosings())
def test_those_without_doses_have_a_duration_and_nothing_else(dosing: Dosing) -> None:
    table = measure_exposure(dosing).table
    without = table[~table["subject"].isin(dosing.dosed)]
    assert without["days"].notna().all()
    assert without[["cumulative", "relative", "reductions", "interruptions"]].isna().all(axis=None)


@quick
@given(dosing=dosings())
def test_bands_divide_those_with_a_relative_dose_intensity(dosing: Dosing) -> None:
    exposure = measure_exposure(dosing)
    bands = exposure.bands()
    for arm in ARMS:
        own = bands[bands["arm"] == arm]
        known = exposure.table.query("arm == @arm")["relative"].notna().sum()
        assert own["subjects"].sum() == known == own["of"].iloc[0]
        named = [one for band in RELATIVE_BANDS for one in exposure.in_band(band, arm)]
        assert len(named) == len(set(named)) == known


@quick
@given(dosing=dosings())
def test_the_order_of_records_says_nothing(dosing: Dosing) -> None:
    turned = Dosing.of(dosing.subjects, dosing.periods.iloc[::-1], arms=ARMS, unit=dosing.unit)
    pd.testing.assert_frame_equal(turned.states(), dosing.states())
    assert turned.cut_periods == 0


@quick
@given(dosing=dosings(), days=st.integers(2, 30))
def test_shares_over_time_are_those_of_a_count_by_days(dosing: Dosing, days: int) -> None:
    if dosing.periods.empty:
        with pytest.raises(NotEstimableError, match="dose on record"):
            follow_doses(dosing, days=days)
        return
    table = follow_doses(dosing, days=days).table
    sums = table.groupby(["arm", "day"])[["subjects", "share"]].sum()
    assert sums["share"].to_numpy() == pytest.approx(1.0)
    assert (table["subjects"] >= 0).all()
    first = table[(table["day"] == 1) & (table["level"] == "Off treatment")]
    assert (first["subjects"] == 0).all()


def test_who_could_not_be_seen_yet_is_not_off_treatment() -> None:
    subjects = pd.DataFrame(
        {
            "subject": ["1", "2", "3"],
            "arm": "Active",
            "days": [10, 4, 4],
            "ongoing": [False, True, False],
            "followed": [10.0, 4.0, 10.0],
        }
    )
    periods = pd.DataFrame({"subject": ["1", "2", "3"], "start": 1, "end": [10, 4, 4], "dose": 5.0})
    dosing = Dosing.of(subjects, periods, arms=ARMS)
    shown = follow_doses(dosing).table
    assert shown.query("day == 4 and level == '5'")["share"].item() == 1
    assert shown["day"].max() == 4  # of three subjects, one is followed no longer


@quick
@given(dosing=dosings(), seed=st.integers(0, 2**32 - 1))
def test_every_event_is_counted_once_and_every_day_at_one_dose(dosing: Dosing, seed: int) -> None:
    if dosing.periods.empty:
        return
    rng = np.random.default_rng(seed)
    names = rng.choice([*dosing.subjects["subject"], "nobody"], size=12)
    events = pd.DataFrame({"subject": names, "day": rng.integers(-3, 25, 12) * 1.0, "events": 1})
    events.loc[0, "day"] = np.nan
    counted = count_events_by_dose(dosing, events)
    treated = events["subject"].isin(dosing.subjects["subject"])
    total = counted.table["events"].sum() + counted.undosed_events + counted.undated_events
    assert total == treated.sum()
    dosed = dosing.subjects[dosing.subjects["subject"].isin(dosing.dosed)]
    assert counted.table["patient_years"].sum() * 365.25 == pytest.approx(dosed["days"].sum())
    for row in counted.onsets.itertuples():
        assert row.subject in counted.behind(row.arm, row.level)


def test_the_dose_in_force_is_that_of_the_day_of_onset() -> None:
    dosing = _reduced()
    events = pd.DataFrame(
        {"subject": "1", "day": [0, 1, 5, 6, 7, 8, 10, 11], "events": [1, 1, 1, 1, 1, 1, 1, 1]}
    )
    table = count_events_by_dose(dosing, events).table.set_index("level")
    assert table["events"].to_dict() == {
        "100 mg": 2,
        "50 mg": 2,
        "Interrupted": 2,
        "Before treatment": 1,
        "After treatment": 1,
    }
    assert table.loc["After treatment", ["exposed", "rate"]].isna().all()


def _reduced() -> Dosing:
    subjects = pd.DataFrame(
        {"subject": ["1"], "arm": "Active", "days": 10, "ongoing": False, "followed": np.nan}
    )
    periods = pd.DataFrame({"subject": "1", "start": [1, 8], "end": [5, 10], "dose": [100, 50]})
    return Dosing.of(subjects, periods, arms=ARMS, unit="mg")


def test_rates_have_the_sandwich_variance_of_a_poisson_model() -> None:
    rng = np.random.default_rng(301)
    n = 60
    days, names = rng.integers(20, 400, n), [f"S{number}" for number in range(n)]
    subjects = pd.DataFrame(
        {"subject": names, "arm": "Active", "days": days, "ongoing": False, "followed": np.nan}
    )
    periods = pd.DataFrame({"subject": names, "start": 1, "end": days, "dose": 100.0})
    own = rng.poisson(days / 100 * rng.gamma(0.7, 1 / 0.7, n))
    events = pd.DataFrame({"subject": names, "day": days.astype(float), "events": own})
    dosing = Dosing.of(subjects, periods, arms=ARMS, unit="mg")
    row = count_events_by_dose(dosing, events[own > 0]).table.iloc[0]
    rate = own.sum() / days.sum() * 36525
    spread = np.sqrt(np.square(own - own.sum() / days.sum() * days).sum()) / own.sum()
    limits = rate * np.exp(np.array([-1, 1]) * norm.ppf(0.975) * spread)
    assert [row["rate"], row["lower"], row["upper"]] == pytest.approx([rate, *limits])
    # Leaving out a subject at a time, which knows nothing of the formula, finds about the same.
    without = np.log((own.sum() - own) / (days.sum() - days))
    jackknife = np.sqrt((n - 1) / n * np.square(without - without.mean()).sum())
    assert np.log(row["upper"] / row["rate"]) / norm.ppf(0.975) == pytest.approx(jackknife, rel=0.1)
    assert spread > 1.5 * own.sum() ** -0.5  # Poisson's interval would be far too narrow


def test_many_doses_are_taken_relative_to_the_first() -> None:
    subjects = pd.DataFrame(
        {"subject": ["1"], "arm": "Active", "days": 10, "ongoing": False, "followed": np.nan}
    )
    doses = [100, 101, 99, 75, 74, 50, 49, 48, 47, 0]
    periods = pd.DataFrame(
        {"subject": "1", "start": range(1, 11), "end": range(1, 11), "dose": doses}
    )
    levels, order = dose_levels(Dosing.of(subjects, periods, arms=ARMS))
    high, middle, low = (f"{x} of first dose" for x in ("75–<100%", "50–<75%", "<50%"))
    assert levels.tolist() == [
        "First dose", "Above first dose", high, high, middle, middle, low, low, low, "Interrupted",
    ]  # fmt: skip
    assert order == ("Above first dose", "First dose", high, middle, low, "Interrupted")


def test_doses_at_intervals_hold_until_the_next_and_have_no_usual_plan() -> None:
    subjects = pd.DataFrame(
        {"subject": ["1"], "arm": "Active", "days": 43, "ongoing": False, "followed": np.nan}
    )
    periods = pd.DataFrame(
        {"subject": "1", "start": [1, 22, 43], "end": [1, 22, 43], "dose": [210, 210, 105]}
    )
    dosing = Dosing.of(subjects, periods, arms=ARMS, unit="mg", daily=False)
    assert dosing.states()[["start", "end", "dose"]].values.tolist() == [
        [1, 21, 210], [22, 42, 210], [43, 43, 105],
    ]  # fmt: skip
    own = measure_exposure(dosing).table.iloc[0]
    assert (own["cumulative"], own["interruptions"], own["reductions"]) == (525, 0, 1)
    assert np.isnan(own["relative"])
    planned = PlannedDose(stated=(("Active", 10.0),))
    assert measure_exposure(dosing, planned).table["relative"].item() == pytest.approx(52.5 / 43)


def test_the_planned_dose_is_the_first_the_highest_or_stated() -> None:
    subjects = pd.DataFrame(
        {"subject": ["1"], "arm": "Active", "days": 4, "ongoing": False, "followed": np.nan}
    )
    periods = pd.DataFrame({"subject": "1", "start": [1, 3], "end": [2, 4], "dose": [54, 81]})
    dosing = Dosing.of(subjects, periods, arms=ARMS)
    relative = {
        plan: measure_exposure(dosing, plan).table["relative"].item()
        for plan in (
            PlannedDose(),
            PlannedDose(reference="highest"),
            PlannedDose(stated=(("Active", 90.0), ("Placebo", 1.0))),
        )
    }
    assert list(relative.values()) == pytest.approx([67.5 / 54, 67.5 / 81, 67.5 / 90])


def test_time_on_treatment_censors_treatment_that_goes_on() -> None:
    subjects = pd.DataFrame(
        {
            "subject": ["1", "2", "3"],
            "arm": ["Active", "Active", "Placebo"],
            "days": [10, 20, 30],
            "ongoing": [True, False, True],
            "followed": 30.0,
        }
    )
    none = pd.DataFrame(columns=["subject", "start", "end", "dose"])
    curves = fit_time_on_treatment(Dosing.of(subjects, none, arms=ARMS), unit="days")
    assert [(c.arm, c.subjects, c.events) for c in curves.curves] == [
        ("Placebo", 1, 0), ("Active", 2, 1),
    ]  # fmt: skip
    assert curves.landmark(19)["survival"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"days": 0}, "at least a day"),
        ({"arm": "Other"}, "the arms are"),
        ({"start": 9, "end": 3}, "end after they start"),
        ({"dose": -1}, "0 or more"),
        ({"whose": "2"}, "treated subjects"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, object], rule: str) -> None:
    values = {"days": 5, "arm": "Active", "start": 1, "end": 5, "dose": 10, "whose": "1", **change}
    subjects = pd.DataFrame(
        {"subject": ["1"], "ongoing": False, "followed": np.nan}
        | {name: values[name] for name in ("arm", "days")}
    )
    periods = pd.DataFrame(
        {"subject": [values["whose"]]} | {name: values[name] for name in ("start", "end", "dose")}
    )
    with pytest.raises(InputError, match=rule):
        Dosing.of(subjects, periods, arms=ARMS)


def test_results_come_back_from_their_json() -> None:
    dosing = _reduced()
    events = pd.DataFrame({"subject": ["1"], "day": [3.0], "events": [1]})
    counted = count_events_by_dose(dosing, events)
    for result in (dosing, measure_exposure(dosing), follow_doses(dosing), counted):
        assert Result.from_json(result.to_json()).to_json() == result.to_json()
