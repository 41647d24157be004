"""Who is in the study: subjects, age, sex and race by arm, as text."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboard.text import number, percent
from queries.cohorts import EVERYONE, Cohort
from queries.store import Store

NOT_COLLECTED = "not collected"
_MOST_LEVELS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineSummary:
    """The short baseline table of the Overview.

    Parameters
    ----------
    cohort : Cohort
    arms : tuple of str
        Columns, in this order; arms without subjects are left out.

    Examples
    --------
    >>> table = BaselineSummary(arms=store.arms()).run(store)
    >>> table.loc[0, "Characteristic"]
    'Subjects'
    """

    cohort: Cohort = EVERYONE
    arms: tuple[str, ...] = ()

    def run(self, store: Store) -> pd.DataFrame:
        """One row per characteristic, one column per arm."""
        sizes = store.ask("subjects_by_arm", cohort=self.cohort).set_index("arm")["subjects"]
        arms = [arm for arm in self.arms if arm in sizes.index]
        rows = {"Subjects": {arm: f"{sizes[arm]:,}" for arm in arms}}
        rows |= self._ages(store, arms)
        rows |= self._levels(store, arms, sizes)
        shown = pd.DataFrame(rows).T.rename_axis("Characteristic").reset_index()
        return shown[["Characteristic", *arms]]

    def _ages(self, store: Store, arms: list[str]) -> dict[str, dict[str, str]]:
        if not store.collected("age"):
            return {"Age, years": dict.fromkeys(arms, NOT_COLLECTED)}
        ages = store.ask("age_by_arm", cohort=self.cohort).set_index("arm")
        said = {}
        for arm, age in ages.iterrows():
            middle, least, most = (number(age[one], 0) for one in ("median", "minimum", "maximum"))
            said[str(arm)] = f"{middle} ({least}–{most})"
        return {"Age, median (range)": said}

    def _levels(self, store: Store, arms: list[str], sizes: pd.Series) -> dict[str, dict[str, str]]:
        levels = store.ask("baseline_levels", cohort=self.cohort)
        rows: dict[str, dict[str, str]] = {}
        for variable in ("sex", "race"):
            title = variable.capitalize()
            if not store.collected(variable):
                rows[title] = dict.fromkeys(arms, NOT_COLLECTED)
                continue
            counts = levels[levels["variable"] == variable]
            totals = counts.groupby("level", dropna=False)["subjects"].sum()
            for level in totals.nlargest(_MOST_LEVELS).index:
                name = NOT_COLLECTED if pd.isna(level) else str(level)
                rows[f"{title}: {name}"] = {
                    arm: _count(counts, arm, level, int(sizes[arm])) for arm in arms
                }
        return rows


def counted_levels(levels: pd.DataFrame, sizes: pd.DataFrame) -> pd.DataFrame:
    """The counts of the levels of sex and race, a row each, beside the size of the arm.

    Parameters
    ----------
    levels : DataFrame
        The answer to `baseline_levels`.
    sizes : DataFrame
        The answer to `subjects_by_arm`.

    Returns
    -------
    DataFrame
        `variable`, `level`, `arm`, `subjects`, `of`.

    Examples
    --------
    >>> levels = pd.DataFrame({"variable": ["sex"], "level": ["F"], "arm": ["A"], "subjects": [4]})
    >>> sizes = pd.DataFrame({"arm": ["A"], "subjects": [9]})
    >>> counted_levels(levels, sizes).to_numpy().tolist()
    [['Sex', 'F', 'A', 4, 9]]
    """
    rows = levels[levels["variable"].isin(["sex", "race"])].reset_index(drop=True)
    of = sizes.set_index("arm")["subjects"]
    return pd.DataFrame(
        {
            "variable": rows["variable"].str.capitalize(),
            "level": [NOT_COLLECTED if pd.isna(one) else str(one) for one in rows["level"]],
            "arm": rows["arm"],
            "subjects": rows["subjects"].astype("int64"),
            "of": rows["arm"].map(of).astype("int64"),
        }
    )


def _count(counts: pd.DataFrame, arm: str, level: object, size: int) -> str:
    of_level = counts["level"].isna() if pd.isna(level) else counts["level"] == level
    n = int(counts.loc[of_level & (counts["arm"] == arm), "subjects"].sum())
    return f"{n:,} ({percent(n / size)})"
