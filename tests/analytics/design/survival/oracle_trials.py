"""The trials that the reference values are about."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analytics.design import (
    Accrual,
    HazardAssumption,
    Subgroup,
    SurvivalAssumptions,
    TreatmentEffect,
    dropout_hazard,
)

FOLDER = Path(__file__).parents[3] / "oracles"


def oracle_rows(name: str) -> pd.DataFrame:
    """An oracle table; cells without a value are empty text."""
    table = pd.read_csv(FOLDER / f"{name}.csv", keep_default_na=False)
    assert (table["source"] != "").all()
    return table


def oracle_trial(case: str) -> SurvivalAssumptions:
    """The assumptions of a case of `survival_design_assumptions.csv`."""
    row = _TRIALS.loc[case]
    cuts, effect = _numbers(row.control_cuts), _effect(row)
    prevalences = _numbers(row.prevalences)
    groups = tuple(
        Subgroup(
            name=f"Stratum {place}",
            prevalence=prevalence,
            control=_control(cuts, _numbers(rates)),
            effect=effect,
        )
        for place, (prevalence, rates) in enumerate(
            zip(prevalences, row.control_rates.split(";"), strict=True), start=1
        )
    )
    return SurvivalAssumptions(
        subgroups=groups,
        accrual=Accrual(ends=_numbers(row.accrual_ends), rates=_numbers(row.accrual_rates)),
        control_dropout=HazardAssumption.exponential(rate=row.control_dropout),
        treatment_dropout=HazardAssumption.exponential(rate=row.treatment_dropout),
        allocation_ratio=float(row.allocation_ratio),
    )


def trial_of(
    effect: TreatmentEffect,
    *,
    control: HazardAssumption | None = None,
    dropout: HazardAssumption | None = None,
    subjects: float = 500,
) -> SurvivalAssumptions:
    """The base trial with another effect, hazard or size."""
    return SurvivalAssumptions.of(
        control=control or HazardAssumption.exponential(median=12),
        effect=effect,
        accrual=Accrual.uniform(subjects=subjects, duration=18),
        dropout=dropout or dropout_hazard(0.05, by=12),
    )


def _effect(row: pd.Series) -> TreatmentEffect:
    return TreatmentEffect(
        hazard_ratios=_numbers(row.hazard_ratios), cuts=_numbers(row.effect_cuts)
    )


def _control(cuts: tuple[float, ...], rates: tuple[float, ...]) -> HazardAssumption:
    if cuts:
        return HazardAssumption.piecewise(cuts=cuts, rates=rates)
    return HazardAssumption.exponential(rate=rates[0])


def _numbers(text: object) -> tuple[float, ...]:
    return tuple(float(one) for one in str(text).split("|") if one)


_TRIALS = oracle_rows("survival_design_assumptions").set_index("case")
