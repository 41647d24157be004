"""The 400 adverse events of EQX-LARGE: invented terms, and how often each comes in which arm.

Terms are put together from plain words, five places in each of twenty classes with four
complaints each; they are not a medical dictionary. How often a term comes, and what the
drug does to it, is drawn once and for all and does not depend on the seed of a study.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sample_data.hazards import Floats
from sample_data.large.draws import Draws
from sample_data.large.protocol import ARMS

_PLACES = """
Digestive complaints: Gullet, Stomach, Bowel, Palate, Appetite
Skin and nail changes: Scalp, Cheek, Forearm, Nail, Shin
Blood count changes: White-cell, Red-cell, Platelet, Marrow, Clotting
Liver and bile strain: Enzyme, Bile, Liver, Gall, Spleen
Kidney and fluid balance: Kidney, Salt, Bladder, Ankle, Thirst
Heart and circulation: Pulse, Pressure, Vein, Artery, Heartbeat
Nerves and sleep: Fingertip, Sleep, Dream, Balance, Temple
Breathing complaints: Cough, Breath, Lung, Windpipe, Voice
Muscles and joints: Knee, Shoulder, Calf, Spine, Wrist
Infections of any kind: Throat germ, Sinus germ, Wound germ, Gum germ, Toe germ
General condition: Morning, Evening, Warmth, Stamina, Weight
Eyes and sight: Eyelid, Tear, Iris, Focus, Glare
Ears and hearing: Eardrum, Ear canal, Pitch, Echo, Loudness
Mood and thinking: Mood, Memory, Attention, Word-finding, Patience
Hormones and sugar: Sugar, Thyroid, Cortisol, Ketone, Iron
Mouth and teeth: Tongue, Gum, Jaw, Tooth, Lip
Reactions to infusion: Needle-site, Arm-vein, Chill, Flush, Line
Injuries and falls: Stumble, Bruise, Scrape, Strain, Tumble
Signs of allergy: Pollen, Dust, Welt, Sneeze, Feather
Test results out of range: Calcium, Magnesium, Urate, Lipase, Ferritin
"""
_COMPLAINTS = (
    "drag", "hum", "ripple", "shimmer", "drift", "lull", "patter", "fizz", "creak", "glow",
)  # fmt: skip
_COMPLAINTS_A_PLACE = 4
_DOSE = np.array([0.0, 0.5, 1.0])  # share of a term's log rate ratio that each arm gets

GRADES: Floats = np.array(
    [[0.700, 0.265, 0.033, 0.002], [0.480, 0.390, 0.115, 0.015], [0.290, 0.400, 0.250, 0.060]]
)
"""Chance of grades 1 to 4 at onset, for mild, middling and grave terms."""

SERIOUS: Floats = np.array([0.005, 0.020, 0.280, 0.750, 1.000])
"""Chance of being serious, by grade."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The terms as columns.

    Attributes
    ----------
    terms, classes : tuple of str
        AEDECOD and AEBODSYS.
    class_of : array
        Position of each term's class.
    weight : array
        Share of each term among adverse events on placebo.
    log_ratio : array
        Log rate ratio, 100 mg against placebo; 50 mg has half of it.
    profile : array
        Row of `GRADES`.
    related : array
        Chance that the investigator calls it related.
    """

    terms: tuple[str, ...]
    classes: tuple[str, ...]
    class_of: NDArray[np.int16]
    weight: Floats
    log_ratio: Floats
    profile: NDArray[np.int64]
    related: Floats

    def arm_rates(self) -> Floats:
        """Rate of each term in each arm, in units of all events on placebo; arms x terms.

        Examples
        --------
        >>> CATALOGUE.arm_rates().sum(axis=1).round(2).tolist()[0]
        1.0
        """
        return np.asarray(self.weight * np.exp(np.outer(_DOSE, self.log_ratio)))


def _read() -> Catalogue:
    lines = [line.split(": ") for line in _PLACES.strip().splitlines()]
    places = [place for _, listed in lines for place in listed.split(", ")]
    terms = tuple(
        f"{place} {_COMPLAINTS[(3 * position + complaint) % len(_COMPLAINTS)]}"
        for position, place in enumerate(places)
        for complaint in range(_COMPLAINTS_A_PLACE)
    )
    draws = Draws(seed=0, first=0, last=len(terms))
    commonness = np.exp(1.2 * draws.normal("catalogue: commonness"))
    affected = draws.happens("catalogue: affected", 0.35)
    effect = np.where(affected, 0.45 + 0.25 * draws.normal("catalogue: effect"), 0.0)
    return Catalogue(
        terms=terms,
        classes=tuple(name for name, _ in lines),
        class_of=np.repeat(np.arange(len(lines), dtype=np.int16), len(terms) // len(lines)),
        weight=commonness / commonness.sum(),
        log_ratio=effect.round(2),
        profile=draws.choice("catalogue: profile", (0.60, 0.30, 0.10)),
        related=0.15 + 0.6 * np.clip(effect, 0, 1),
    )


CATALOGUE = _read()
assert len(_DOSE) == len(ARMS)
