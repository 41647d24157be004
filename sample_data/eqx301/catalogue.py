"""The adverse events of EQX-301: invented terms, and how likely each is for whom.

Terms and classes are made up in plain words; they are not a medical dictionary.
Each line is `term | rate | arm | age | renal | biomarker | shape | profile | related`:

rate       onsets per 100 subject-years on placebo for a reference subject
arm        log rate ratio, Lumarestat against placebo
age        log rate ratio per 10 years above 62
renal      log rate ratio per 20 mL/min/1.73 m2 of EGFRBL below 80
biomarker  log rate ratio per 60 points of BMKBL above 130
shape      when: early, steady or late (see `SHAPES`)
profile    how severe: mild, mid, grave or fatal (see `GRADES`)
related    chance that the investigator calls it related
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sample_data.hazards import Floats

_TERMS = """
# Digestive complaints
Morning queasiness | 70 | 0.55 | 0.00 | 0.10 | 0.00 | early | mild | 0.6
Bowel quickening | 58 | 0.70 | 0.05 | 0.10 | 0.00 | steady | mid | 0.6
Sluggish gut | 40 | 0.05 | 0.10 | 0.05 | 0.00 | steady | mild | 0.2
Gastric flutter | 28 | 0.20 | 0.00 | 0.05 | 0.00 | early | mild | 0.3
Sore palate | 20 | 0.80 | 0.00 | 0.10 | 0.15 | early | mid | 0.7
Copper palate | 12 | 0.45 | 0.00 | 0.00 | 0.00 | early | mild | 0.5
Waning appetite | 46 | 0.25 | 0.10 | 0.10 | 0.00 | steady | mild | 0.3
# Skin and nail changes
Amber rash | 26 | 1.00 | 0.00 | 0.05 | 0.30 | early | mid | 0.8
Lattice itch | 28 | 0.60 | 0.05 | 0.05 | 0.20 | early | mild | 0.6
Parchment skin | 24 | 0.40 | 0.10 | 0.00 | 0.00 | steady | mild | 0.4
Ridged nails | 9 | 0.60 | 0.00 | 0.00 | 0.00 | late | mild | 0.5
Hair dulling | 14 | 0.30 | 0.00 | 0.00 | 0.00 | late | mild | 0.4
# Blood count changes
White-cell dip | 30 | 0.65 | 0.10 | 0.20 | 0.35 | steady | grave | 0.7
Red-cell dip | 52 | 0.30 | 0.15 | 0.35 | 0.00 | steady | mid | 0.4
Platelet dip | 20 | 0.45 | 0.10 | 0.15 | 0.25 | steady | mid | 0.6
Clotting drift | 7 | 0.00 | 0.10 | 0.00 | 0.00 | steady | mid | 0.2
# Liver and bile strain
Enzyme surge | 18 | 0.60 | 0.00 | 0.00 | 0.35 | early | grave | 0.6
Bile stasis sign | 7 | 0.20 | 0.10 | 0.00 | 0.00 | steady | mid | 0.3
Liver strain | 5 | 0.50 | 0.10 | 0.00 | 0.25 | steady | grave | 0.5
# Kidney and fluid balance
Renal strain | 22 | 0.80 | 0.45 | 0.70 | 0.50 | steady | grave | 0.6
Salt imbalance | 22 | 0.20 | 0.15 | 0.45 | 0.00 | steady | mid | 0.3
Ankle puffing | 34 | 0.15 | 0.15 | 0.35 | 0.00 | steady | mild | 0.2
Protein leak | 14 | 0.60 | 0.10 | 0.50 | 0.10 | late | mid | 0.5
Night voiding | 12 | 0.00 | 0.30 | 0.20 | 0.00 | steady | mild | 0.1
# Heart and circulation
Pressure surge | 40 | 0.50 | 0.25 | 0.30 | 0.00 | steady | grave | 0.4
Racing pulse | 13 | 0.15 | 0.05 | 0.05 | 0.00 | steady | mild | 0.2
Skipped beats | 8 | 0.25 | 0.35 | 0.10 | 0.00 | steady | mid | 0.3
Vein clot sign | 12 | 0.15 | 0.15 | 0.10 | 0.15 | steady | grave | 0.2
Heart strain | 6 | 0.35 | 0.55 | 0.35 | 0.00 | late | fatal | 0.3
# Nerves and sleep
Tingling glove | 26 | 0.55 | 0.15 | 0.10 | 0.00 | late | mild | 0.6
Restless night | 30 | 0.00 | 0.05 | 0.00 | 0.00 | steady | mild | 0.1
Light-headed spell | 32 | 0.10 | 0.15 | 0.15 | 0.00 | early | mild | 0.2
Band headache | 36 | 0.00 | -0.10 | 0.00 | 0.00 | early | mild | 0.2
Word-finding lapse | 6 | 0.10 | 0.45 | 0.05 | 0.00 | steady | mild | 0.1
# Breathing complaints
Tickle cough | 48 | 0.00 | 0.05 | 0.00 | 0.00 | steady | mild | 0.1
Short-wind spell | 40 | 0.05 | 0.20 | 0.10 | 0.00 | steady | mid | 0.1
Airway irritation | 16 | 0.00 | 0.00 | 0.00 | 0.00 | steady | mild | 0.1
Lung haze | 6 | 0.90 | 0.20 | 0.05 | 0.30 | late | fatal | 0.6
# Muscles and joints
Morning joint lock | 38 | 0.10 | 0.10 | 0.00 | 0.00 | steady | mild | 0.2
Calf knotting | 22 | 0.25 | 0.05 | 0.15 | 0.00 | steady | mild | 0.3
Back tightness | 38 | -0.05 | 0.05 | 0.00 | 0.00 | steady | mild | 0.1
Rib tenderness | 16 | 0.00 | 0.00 | 0.00 | 0.00 | steady | mild | 0.1
# Infections of any kind
Throat infection, demo type | 40 | 0.05 | -0.05 | 0.00 | 0.00 | steady | mild | 0.1
Bladder infection, demo type | 26 | 0.10 | 0.25 | 0.15 | 0.00 | steady | mid | 0.1
Skin infection, demo type | 13 | 0.35 | 0.00 | 0.10 | 0.10 | steady | mid | 0.3
Lung infection, demo type | 18 | 0.25 | 0.35 | 0.20 | 0.10 | steady | fatal | 0.2
Blood infection, demo type | 5 | 0.35 | 0.30 | 0.30 | 0.20 | steady | fatal | 0.3
# General condition
Heavy tiredness | 80 | 0.40 | 0.15 | 0.20 | 0.10 | early | mid | 0.5
Warm flush | 20 | 0.10 | -0.15 | 0.00 | 0.00 | early | mild | 0.3
Feverish spell | 30 | 0.20 | 0.00 | 0.05 | 0.10 | steady | mild | 0.3
Facial puffing | 9 | 0.70 | 0.00 | 0.20 | 0.00 | steady | mild | 0.6
Weight drift | 18 | 0.15 | 0.10 | 0.05 | 0.00 | late | mild | 0.2
# Eyes and ears
Gritty eyes | 16 | 0.45 | 0.10 | 0.00 | 0.00 | steady | mild | 0.5
Rim blur | 8 | 0.20 | 0.25 | 0.00 | 0.00 | late | mild | 0.2
Humming ears | 8 | 0.00 | 0.15 | 0.00 | 0.00 | steady | mild | 0.1
"""

SHAPES: dict[str, Floats] = {
    "early": np.array([2.6, 1.2, 0.7, 0.6]),
    "steady": np.array([1.0, 1.0, 1.0, 1.0]),
    "late": np.array([0.2, 0.6, 1.2, 1.4]),
}
"""Factor on the rate in days 0-42, 42-91, 91-365 and later."""

GRADES: dict[str, Floats] = {
    "mild": np.array([0.690, 0.270, 0.038, 0.002, 0.000]),
    "mid": np.array([0.480, 0.390, 0.115, 0.015, 0.000]),
    "grave": np.array([0.290, 0.400, 0.250, 0.060, 0.000]),
    "fatal": np.array([0.220, 0.360, 0.270, 0.090, 0.060]),
}
"""Chance of grades 1 to 5 at onset."""

SERIOUS: Floats = np.array([0.005, 0.020, 0.280, 0.750, 1.000])
"""Chance of being serious, by grade."""

STOPPING: Floats = np.array([0.000, 0.008, 0.045, 0.220, 1.000])
"""Chance that study treatment is withdrawn for it, by grade."""

POST_TREATMENT_TERM, POST_TREATMENT_CLASS = "Post-treatment slump", "General condition"
"""Mild, and only within 30 days after the last dose; no part of any true risk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The terms as columns, in the order of the text above."""

    terms: tuple[str, ...]
    classes: tuple[str, ...]
    daily_rate: Floats
    log_ratios: Floats  # terms x (arm, age, renal, biomarker)
    shapes: tuple[str, ...]
    grades: Floats  # terms x 5
    related: Floats


def _read() -> Catalogue:
    rows: list[list[str]] = []
    current = ""
    for line in _TERMS.strip().splitlines():
        if line.startswith("#"):
            current = line.removeprefix("#").strip()
        else:
            rows.append([current, *(part.strip() for part in line.split("|"))])
    numbers = np.array([[float(value) for value in (*row[2:7], row[9])] for row in rows])
    return Catalogue(
        terms=tuple(row[1] for row in rows),
        classes=tuple(row[0] for row in rows),
        daily_rate=numbers[:, 0] / 36_525,
        log_ratios=numbers[:, 1:5],
        shapes=tuple(row[7] for row in rows),
        grades=np.array([GRADES[row[8]] for row in rows]),
        related=numbers[:, 5],
    )


CATALOGUE = _read()
