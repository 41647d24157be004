"""What each criterion of a cohort costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from queries.cohorts import Cohort
from queries.cohorts.editing import parts
from queries.panels import count_panels
from queries.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortAttrition:
    """The criteria of a cohort one after another.

    Parameters
    ----------
    cohort : Cohort
    labels : mapping of str to str
        Names of variables, for the sentences of the criteria.

    Examples
    --------
    >>> from queries.cohorts import Between
    >>> elderly = Cohort(Between(column="AGE", low=65))
    >>> CohortAttrition(cohort=elderly).run(store)[["criterion", "left"]].values.tolist()
    [['AGE is at least 65', 3]]
    """

    cohort: Cohort
    labels: Mapping[str, str] = field(default_factory=dict)

    def run(self, store: Store) -> pd.DataFrame:
        """One row per criterion.

        Returns
        -------
        DataFrame
            `criterion`; `left`, the subjects after it and all before it, and `left_share` of the
            snapshot; `gained`, those who would come in without it alone, and `gained_share` of
            the cohort.
        """
        counts = count_panels(store, self.cohort, [])
        left, gained = counts.attrition["left"], counts.attrition["gained"]
        said = [Cohort(part).sentence(self.labels) for part in parts(self.cohort.rule)]
        return pd.DataFrame(
            {
                "criterion": said,
                "left": left,
                "left_share": left / max(counts.total, 1),
                "gained": gained,
                "gained_share": gained / max(counts.subjects, 1),
            }
        )
