"""Effect, null hypothesis and test of a binary or continuous design in plain English."""

from __future__ import annotations

from analytics.design.binary import BinaryAssumptions, BinaryDesign
from analytics.design.continuous import ContinuousAssumptions, ContinuousDesign

Assumptions = BinaryAssumptions | ContinuousAssumptions
Design = BinaryDesign | ContinuousDesign


def short_effect(assumed: Assumptions) -> str:
    """The effect in a word or two: "difference", "odds ratio", "mean" with one arm.

    Examples
    --------
    >>> short_effect(ContinuousAssumptions(treatment_mean=1, control_mean=None, sd=5))
    'mean'
    """
    one_arm = isinstance(assumed, ContinuousAssumptions) and assumed.arms == 1
    return "mean" if one_arm else assumed.scale


def effect_name(assumed: Assumptions) -> str:
    """The effect and its direction, for axes.

    Examples
    --------
    >>> effect_name(BinaryAssumptions(treatment_rate=0.4, control_rate=0.25))
    'difference of rates, treatment − control'
    """
    short = short_effect(assumed)
    if short == "mean":
        return "mean"
    what = "rates" if isinstance(assumed, BinaryAssumptions) else "means"
    if assumed.scale == "difference":
        return f"difference of {what}, treatment − control"
    ratio = f"ratio of {what}" if assumed.scale == "ratio" else assumed.scale
    return f"{ratio}, treatment / control"


def null_sentence(assumed: Assumptions, sides: int) -> str:
    """The null hypothesis in a phrase.

    Examples
    --------
    >>> null_sentence(BinaryAssumptions(treatment_rate=0.7, control_rate=0.7, margin=-0.1), 1)
    'a difference of at most -0.1 (non-inferiority)'
    >>> null_sentence(ContinuousAssumptions(treatment_mean=1, sd=5), 1)
    'equal means'
    """
    short, null = short_effect(assumed), assumed.null
    usual = 0.0 if assumed.scale == "difference" else 1.0
    if short != "mean" and null == usual:
        return "equal rates" if isinstance(assumed, BinaryAssumptions) else "equal means"
    article = "an" if short[0] in "aeiou" else "a"
    bound = "" if sides == 2 else "at most " if assumed.higher_is_better else "at least "
    harm = short != "mean" and assumed.direction * (null - usual) < 0
    return f"{article} {short} of {bound}{null:g}{' (non-inferiority)' if harm else ''}"


def effect_phrase(assumed: Assumptions) -> str:
    """What is assumed of both arms, and the effect that follows.

    Examples
    --------
    >>> effect_phrase(BinaryAssumptions(treatment_rate=0.4, control_rate=0.25))
    'rates of 40 % on treatment and 25 % on control, a difference of 0.15'
    """
    short = short_effect(assumed)
    effect = f"{'an' if short[0] in 'aeiou' else 'a'} {short} of {assumed.effect:.4g}"
    if isinstance(assumed, BinaryAssumptions):
        treatment, control = 100 * assumed.treatment_rate, 100 * assumed.control_rate
        return f"rates of {treatment:.4g} % on treatment and {control:.4g} % on control, {effect}"
    own = assumed.sd if assumed.treatment_sd is None else assumed.treatment_sd
    if assumed.control_mean is None:
        return f"a mean of {assumed.treatment_mean:g} with a standard deviation of {own:g}"
    spread = (
        f"a standard deviation of {own:g} in both arms"
        if assumed.equal_sd
        else f"standard deviations of {own:g} and {assumed.sd:g}"
    )
    return (
        f"means of {assumed.treatment_mean:g} on treatment and {assumed.control_mean:g} on "
        f"control, {effect}, and {spread}"
    )


def phrase_of_test(design: Design) -> str:
    """The test and its variance.

    Examples
    --------
    >>> assumed = ContinuousAssumptions(treatment_mean=3, sd=10)
    >>> phrase_of_test(ContinuousDesign(assumptions=assumed, subjects=400))
    't test of treatment against control'
    """
    assumed = design.assumptions
    if isinstance(design, BinaryDesign):
        at = "at the observed rates"
        if design.variance == "pooled":
            own = assumed.null == (0.0 if assumed.scale == "difference" else 1.0)
            at = "at the pooled rate" if own else "at the rates most likely under the null"
        return f"normal test of treatment against control, with the variance {at},"
    against = "of treatment against control"
    if design.assumptions.arms == 1:
        against = "of the mean against a value"
    if design.test == "z":
        return f"z test {against}, with known standard deviation,"
    if design.assumptions.equal_sd:
        return f"t test {against}"
    return f"t test {against} with Satterthwaite's degrees of freedom"


def approximation_sentence(design: Design) -> str:
    """What the power of a design rests on.

    Examples
    --------
    >>> assumed = ContinuousAssumptions(treatment_mean=3, sd=10)
    >>> approximation_sentence(ContinuousDesign(assumptions=assumed, subjects=400, test="z"))
    'Power is that of a normal test with known standard deviations.'
    """
    if isinstance(design, BinaryDesign):
        looks = len(design.monitoring.information_fractions)
        return (
            "Power is by normal approximation, which needs more than a handful of events by arm"
            + (
                "; probabilities at single looks are good to about 0.01."
                if looks > 1 and design.variance == "pooled"
                else "."
            )
        )
    if design.test == "z":
        return "Power is that of a normal test with known standard deviations."
    return "Power is by the noncentral t distribution; looks act through the inflation factor."
