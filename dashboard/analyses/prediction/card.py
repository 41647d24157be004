"""The model card of a fit: written from the run, so that it cannot say what was not done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.safety.prediction.model_card import (
    INTENDED_USE,
    NOT_APPLICABLE,
    ModelCard,
    card_items,
    listed,
)
from dashboard import __version__
from dashboard.analyses.prediction.fit import PredictionFit, PredictionReport

_NAMES = {
    "auc": "AUC (event against no event)",
    "ipa": "IPA against the incidence in all",
    "brier": "Brier score",
    "observed_expected": "Observed / expected",
    "calibration_slope": "Calibration slope",
    "ici": "ICI",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the data came from.

    Parameters
    ----------
    study, data_cut, snapshot_sha256, cohort : str
    """

    study: str
    data_cut: str
    snapshot_sha256: str
    cohort: str


def make_card(asked: PredictionFit, report: PredictionReport, about: Provenance) -> ModelCard:
    """The card of a report."""
    sections = {
        "Question": _question(asked, report),
        "Data": _data(asked, report, about),
        "Predictors": _predictors(asked, report),
        "Model": _model(asked, report),
        "Performance": _performance(report),
        "Fairness": _fairness(report),
        "Limits": _limits(report),
        "Provenance": {
            "Study": about.study,
            "Data cut": about.data_cut,
            "Snapshot (SHA-256)": about.snapshot_sha256,
            "Equipoise": __version__,
            "Seed": str(report.seed),
            "Settings": repr(asked),
        },
    }
    return ModelCard(
        title=f"Model card: {report.question}", sections=sections, items=_items(report)
    )


def _question(asked: PredictionFit, report: PredictionReport) -> Mapping[str, str]:
    question = asked.question
    return {
        "What is predicted": report.question,
        "Events counted": question.selection.sentence(),
        "Follow-up": question.selection.follow_up(),
        "Intended use": INTENDED_USE,
    }


def _data(asked: PredictionFit, report: PredictionReport, about: Provenance) -> Mapping[str, str]:
    left_out = [f"{row.reason}: {row.subjects:,}" for row in report.left_out.itertuples()]
    supported = report.supported
    return {
        "Subjects": f"{supported.subjects:,}",
        "With the event by the day": f"{supported.events:,}",
        "Cohort": about.cohort,
        "Analysis set": asked.question.subjects.analysis_set or "all subjects of the cohort",
        "Left out": listed(left_out),
        "Sample size": supported.sentence,
    }


def _predictors(asked: PredictionFit, report: PredictionReport) -> Mapping[str, str]:
    missing = [
        f"{row.predictor}: {row.missing:,}" for row in report.missing.itertuples() if row.missing
    ]
    return {
        "In the model": listed(sorted(report.importance.table["predictor"])),
        "Not supported by the sample size, left out": report.dropped or "None.",
        "Answered for by a person": listed(list(asked.question.confirmed)),
        "Missing values (subjects)": listed(missing),
        "Handling of missing values": "Numbers: the median of the fitted fold and an indicator; "
        "categories: a level of their own.",
        "Date rule": "Records dated after the landmark are not read; columns of ADSL that tell "
        "what happened after baseline are refused; so is a predictor that alone gives the "
        "outcome away.",
    }


def _model(asked: PredictionFit, report: PredictionReport) -> Mapping[str, str]:
    judged = report.validation
    models = list(dict.fromkeys(judged.table["model"]))
    return {
        "Chosen": f"{report.chosen}, by its cross-validated Brier score",
        "Tried": listed(models),
        "Tuning": f"Optuna, {asked.trials} settings inside each fold",
        "Validation": f"{judged.repeats} times {judged.folds}-fold nested cross-validation by "
        f"{judged.grouped_by}; {judged.bootstraps} bootstrap draws of subjects",
    }


def _performance(report: PredictionReport) -> Mapping[str, str]:
    table = report.validation.table.set_index(["model", "score"])
    rows = {"Verdict": report.validation.verdict(report.chosen)}
    for score, name in _NAMES.items():
        own, base = (
            table.loc[(model, score)] for model in (report.chosen, report.validation.baseline)
        )
        rows[name] = (
            f"{own['estimate']:.3f} ({own['lower']:.3f} to {own['upper']:.3f}); arm average "
            f"{base['estimate']:.3f}; optimism {own['optimism']:+.3f}"
        )
    return rows


def _fairness(report: PredictionReport) -> Mapping[str, str]:
    rows = {}
    table = report.fairness.table
    for (factor, group), own in table.groupby(["factor", "group"], sort=False):
        one = own.set_index("score")
        about = f"{one['subjects'].iloc[0]:,} subjects, {one['events'].iloc[0]:,} events"
        if reason := one["reason"].iloc[0]:
            rows[f"{factor}: {group}"] = f"{about}; {reason}"
            continue
        rows[f"{factor}: {group}"] = (
            f"{about}; O/E {one.loc['observed_expected', 'estimate']:.2f}, slope "
            f"{one.loc['calibration_slope', 'estimate']:.2f}, AUC {one.loc['auc', 'estimate']:.2f}"
        )
    return rows


def _limits(report: PredictionReport) -> Mapping[str, str]:
    return {
        "Population": "Subjects of one trial, who met its criteria; not validated elsewhere.",
        "Cause": "Importance and contributions describe the model. They say nothing of causes.",
        "Intervals": "From draws of the subjects with the models as fitted; models fitted to "
        "another study would differ more.",
        "Choice": "The best of several models was chosen, which makes it look a little better.",
        "Dose": "Risk by dose is a model of its own (the Dose tab) and not part of this card.",
        "Supports": report.supported.sentence,
    }


def _items(report: PredictionReport) -> dict[str, str]:
    return card_items(
        {
            1: "The title of this card.",
            4: "Question.",
            5: "Provenance.",
            7: "Predictors: handling of missing values, date rule.",
            8: "Question.",
            9: "Predictors.",
            10: "Data: sample size.",
            11: "Predictors: missing values and their handling.",
            12: "Model.",
            13: "No resampling: risks are calibrated, not classes.",
            14: "Fairness.",
            15: "A risk from 0 to 1 by the day of the question.",
            16: "The same trial; judged on subjects or sites left out.",
            20: "Data: left out; characteristics on the Compare page.",
            21: "Data.",
            22: f"Refitted from the settings under Provenance: {report.chosen}.",
            23: "Performance and Fairness.",
            24: NOT_APPLICABLE,
            26: "Limits.",
        }
    )
