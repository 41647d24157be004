"""Simon's two-stage designs in plain English."""

from __future__ import annotations

from analytics.design.binary import TwoStageDesign


def two_stage_sentences(design: TwoStageDesign) -> str:
    """What to do after each stage, and what the design does then.

    Examples
    --------
    >>> design = TwoStageDesign(null_rate=0.1, target_rate=0.3, first_responses=1,
    ...                         first_subjects=10, responses=5, subjects=29)
    >>> two_stage_sentences(design)[:72]
    '10 subjects are treated first; with 1 response or fewer the trial stops '
    """
    null, target = f"{100 * design.null_rate:.4g} %", f"{100 * design.target_rate:.4g} %"
    first, most = _at_most(design.first_responses), _at_most(design.responses)
    return (
        f"{design.first_subjects} subjects are treated first; with {first} the trial stops for "
        f"futility. Otherwise {design.subjects - design.first_subjects} more are treated, "
        f"{design.subjects} in all; with {most} among them the treatment is not worth more study. "
        f"If the response rate is {null}, the trial stops after the first stage with probability "
        f"{100 * design.early_stop(design.null_rate):.1f} %, "
        f"{design.expected_subjects(design.null_rate):.1f} subjects are expected, and the type I "
        f"error is {100 * design.type_one_error:.2f} %; if it is {target}, the power is "
        f"{100 * design.power:.1f} %."
    )


def _at_most(responses: int) -> str:
    if responses == 0:
        return "no response"
    return f"{responses} response{'' if responses == 1 else 's'} or fewer"
