"""What a search for escalation designs found, as people read it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analytics.dosing.characteristics import (
    OperatingCharacteristics,
    optimal_benchmark,
)
from analytics.dosing.escalation import Boin, EscalationDesign, Keyboard, Mtpi, Mtpi2
from analytics.dosing.search import (
    DOSE_MEASURES,
    AgainstDefaults,
    DoseFront,
    DoseObjective,
    DoseSearchProblem,
)
from dashboard.analyses.dosing.search import OWN, SEARCHED, HeldOutComparison
from dashboard.text import number, percent

TITLES: Mapping[str, str] = {
    "correct": "Correct selection",
    "overdosed": "Patients above the target",
    "overdosed_60": "More than 60 % of patients overdosed",
    "at_target": "Patients at a right dose",
    "patients": "Patients",
    "toxicities": "Toxicities",
    "none": "No dose selected",
    "duration": "Duration, months",
}
SHARES = frozenset({"correct", "overdosed", "overdosed_60", "at_target", "none"})
OVERS: Mapping[str, str] = {
    "mean": "Mean of the scenarios",
    "worst": "Worst scenario",
    "quantile": "In all but the worst fifth",
}
_AFTER = {"mean": "", "worst": ", worst scenario", "quantile": ", all but the worst fifth"}


def titled(one: DoseObjective) -> str:
    """An objective for people.

    Examples
    --------
    >>> titled(DoseObjective(measure="correct", over="worst"))
    'Correct selection, worst scenario'
    """
    return TITLES[one.measure] + _AFTER[one.over]


def said(measure: str, value: float) -> str:
    """A value of a measure for people.

    Examples
    --------
    >>> said("correct", 0.5432), said("patients", 24.31), said("duration", float("nan"))
    ('54.3%', '24.3', '–')
    """
    if value != value:
        return "–"
    return percent(value, 1) if measure in SHARES else number(value)


def described(design: EscalationDesign, point: Mapping[str, object]) -> str:
    """What a searched design is, apart from its family and its size.

    Examples
    --------
    >>> design = EscalationDesign(method=Boin(doses=3, target=0.3), most_patients=12)
    >>> described(design, {"under": 0.6, "over": 1.4, "safety": 0.95})
    'too low 0.6, too high 1.4 times the target; eliminated over 0.95'
    """
    safety = f"{point['safety']:g}"
    if isinstance(design.method, Boin):
        ends = f"too low {point['under']:g}, too high {point['over']:g} times the target"
        return f"{ends}; eliminated over {safety}"
    if isinstance(design.method, Keyboard | Mtpi | Mtpi2):
        low, high = design.target - design.method.below, design.target + design.method.beyond
        on = f"on target {percent(low, 1)} to {percent(high, 1)}"
        return f"{on}; eliminated over {safety}"
    return f"half-width {point['half_width']:g}, guess dose {point['prior_mtd']}; unsafe {safety}"


def front_rows(front: DoseFront) -> pd.DataFrame:
    """The front as text: objectives, then what the design is."""
    rows = []
    for one in front.numbers:
        point = front.problem.space.stated(front.point(one))
        row = {"Design": str(one), "Family": SEARCHED.get(point["family"], point["family"])}
        kept = front.row(one)
        for wanted in front.problem.objectives:
            row[titled(wanted)] = said(wanted.measure, float(kept[wanted.label]))
        early = point["stop_at"] if point["stop_at"] < point["patients"] else None
        row |= {
            "At most": str(point["patients"]),
            "Cohort": str(point["cohort"]),
            "Stops at": "–" if early is None else str(early),
            "Settings": described(front.design(one), point),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def own_values(problem: DoseSearchProblem, found: OperatingCharacteristics) -> dict[str, float]:
    """The objectives of a design that was evaluated under the scenarios of a search, by label."""
    table = found.to_frame()
    columns = {str(name): table[name].to_numpy(dtype=np.float64) for name in table}
    return {
        one.label: one.over_scenarios(DOSE_MEASURES[one.measure].read(columns).tolist())
        for one in problem.objectives
    }


def marked_designs(
    front: DoseFront,
    chosen: int,
    own: OperatingCharacteristics | None,
    *,
    across: str,
    up: str,
) -> dict[str, tuple[float, float]]:
    """Two objectives of the chosen design and, where known, of the own one, by name.

    Parameters
    ----------
    front : DoseFront
    chosen : int
        Number of a design of it.
    own : OperatingCharacteristics, optional
        Of the own design, under the scenarios of the search.
    across, up : str
        Labels of objectives.

    Examples
    --------
    >>> from analytics.dosing.characteristics import ToxicityScenario
    >>> from analytics.dosing.search import DoseSearchSpace, search_doses
    >>> problem = DoseSearchProblem(
    ...     space=DoseSearchSpace(doses=3, target=0.3, families=("boin",), patients=(9, 18)),
    ...     scenarios=(ToxicityScenario(probabilities=(0.1, 0.3, 0.5)),),
    ...     objectives=(DoseObjective(measure="correct"), DoseObjective(measure="patients")))
    >>> front = search_doses(problem, budget=3, policy="random", seed=1).front()
    >>> up, across = problem.labels
    >>> best = front.knee()
    >>> found = marked_designs(front, best, None, across=across, up=up)
    >>> found == {f"Design {best}": (front.row(best)[across], front.row(best)[up])}
    True
    """
    row = front.row(chosen)
    found = {f"Design {chosen}": (float(row[across]), float(row[up]))}
    if own is not None:
        values = own_values(front.problem, own)
        found[OWN] = values[across], values[up]
    return found


def held_points(table: pd.DataFrame, across: str, up: str) -> pd.DataFrame:
    """Designs under held-out scenarios: `design`, and two objectives as `across` and `up`.

    Examples
    --------
    >>> table = pd.DataFrame({"design": ["3+3"], "correct": [0.4], "patients": [18.0]})
    >>> held_points(table, "patients", "correct").to_numpy().tolist()
    [['3+3', 18.0, 0.4]]
    """
    return table.assign(across=table[across], up=table[up])[["design", "across", "up"]]


def held_table(against: AgainstDefaults) -> pd.DataFrame:
    """The front and the others below one another, with their objectives."""
    return pd.concat([against.front, against.defaults], ignore_index=True)


def verdict_rows(against: AgainstDefaults) -> pd.DataFrame:
    """One row per textbook design: whether it is dominated, by which design, and by how much."""
    rows = []
    for row in against.defaults.to_dict("records"):
        number_of = int(row["dominated_by"])
        judged = all(row[one] == row[one] for one in against.problem.labels)
        what = "No improvement found" if judged else "Not judged: too many states"
        told = {"Design": row["design"], "Verdict": what}
        if number_of >= 0:
            told["Verdict"] = f"Dominated by design {number_of}"
        for one in against.problem.objectives:
            told[titled(one)] = _gained(row, one) if judged else "–"
        rows.append(told)
    return pd.DataFrame(rows)


def _gained(row: Mapping[str, object], one: DoseObjective) -> str:
    """The value of a default, and the better one with what is gained."""
    value, gain = float(str(row[one.label])), float(str(row[f"gain: {one.label}"]))
    if gain != gain:
        return said(one.measure, value)
    factor, unit = (100.0, " points") if one.measure in SHARES else (1.0, "")
    error = float(str(row[f"error: {one.label}"]))
    spread = "" if error != error else f" ± {number(factor * error, 1)}"
    better = said(one.measure, value - one.sign * gain)
    signed = "+" if one.sign < 0 else "−"
    return (
        f"{said(one.measure, value)} → {better} ({signed}{number(factor * gain, 1)}{spread}{unit})"
    )


def summary_sentence(against: AgainstDefaults) -> str:
    """What the comparison says, in a sentence."""
    beaten, every = against.dominated, len(against.defaults)
    if not beaten:
        return (
            f"No improvement found: no design of the front is as good as one of the {every} "
            "others in everything that was asked for and better in something."
        )
    named = ", ".join(beaten)
    verb = "is" if len(beaten) == 1 else "are"
    return f"{len(beaten)} of {every} designs {verb} dominated by one of the front: {named}."


def held_note(held: HeldOutComparison) -> str:
    """How the comparison was made, and what it can say."""
    return (
        f"Exact under {held.count:,} random scenarios, seed {held.seed}, that the search did not "
        "use (Clertant and O'Quigley 2017: each dose equally often the right one). ± is the "
        "standard error of a gain for this draw of scenarios; with another seed, and above all "
        "with fewer scenarios, a small gain may vanish. A design that breaks a limit under them "
        "dominates nothing."
    )


def beside_rows(
    against: AgainstDefaults, columns: Mapping[str, str], benchmarks: Mapping[str, float]
) -> pd.DataFrame:
    """Every figure of some designs side by side: mean of the held-out scenarios.

    Parameters
    ----------
    against : AgainstDefaults
    columns : mapping
        The designs as `against` knows them, by the titles of their columns.
    benchmarks : mapping
        By title, the correct selection of the benchmark with as many patients as the design has.
    """
    figures, rows = against.figures, []
    for measure in figures["measure"].drop_duplicates():
        own = figures[figures["measure"] == measure].set_index("design")["mean"]
        values = {
            title: said(measure, float(own.get(name, np.nan))) for title, name in columns.items()
        }
        rows.append({"Figure": TITLES[measure], **values})
        if measure == "correct":
            known = {title: said(measure, benchmarks[title]) for title in columns}
            rows.append({"Figure": "Benchmark with as many patients", **known})
    return pd.DataFrame(rows)


def benchmark_of(held: HeldOutComparison, *, patients: int) -> float:
    """Correct selection of the non-parametric benchmark, mean of the held-out scenarios.

    Examples
    --------
    >>> from analytics.dosing.characteristics import ToxicityScenario
    >>> from analytics.dosing.search import DoseSearchSpace
    >>> held = HeldOutComparison(
    ...     problem=DoseSearchProblem(
    ...         space=DoseSearchSpace(doses=3, target=0.3),
    ...         scenarios=(ToxicityScenario(probabilities=(0.1, 0.3, 0.5)),),
    ...         objectives=(DoseObjective(measure="correct"),)),
    ...     designs=(), others=(), count=10, seed=1)
    >>> benchmark_of(held, patients=12) < benchmark_of(held, patients=48)
    True
    """
    target = held.problem.space.target
    found = [
        optimal_benchmark(one, target=target, patients=patients).correct for one in held.scenarios
    ]
    return float(np.mean(found))
