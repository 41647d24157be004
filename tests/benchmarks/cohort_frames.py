"""What the Cohorts page counts, in pandas: written plainly, and with everything made ready.

`PlainFrames` is what an analyst writes: frames as they are read, `isin`, `value_counts` and
`nunique`. `PreparedFrames` gives pandas whatever can be done before the question: categories for
every column of text, subjects by number, adverse events counted by subject and term.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from queries.panels import Panel
from queries.prepared import RELATED

KINDS = ("serious", "severe", "related", "withdrawn", "fatal")
Counts = dict[str, pd.Series]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One setting of the page: an age from which, a sex, and perhaps adverse events.

    Parameters
    ----------
    low : float
    sex : str
    serious : bool
        Only subjects with a serious adverse event.
    term : str, optional
        Only subjects with this adverse event.
    """

    low: float
    sex: str
    serious: bool = False
    term: str | None = None

    @property
    def with_events(self) -> bool:
        """Whether adverse events are asked for, and so all their panels."""
        return self.serious or self.term is not None


def _values(kept: pd.Series, panel: Panel) -> pd.Series:
    match panel.kind:
        case "numbers":
            kept = (kept - panel.start) // panel.width
        case "days":
            kept = kept.dt.to_period("M")
    return kept.value_counts(dropna=False)


def _by_panel(
    adsl: pd.DataFrame, masks: Mapping[str, pd.Series], panels: list[Panel]
) -> Iterator[tuple[str, pd.Series]]:
    """Levels of every panel under all the other criteria, and what each criterion costs."""
    everybody = pd.DataFrame(masks)
    for panel in panels:
        others = everybody.drop(columns=panel.column, errors="ignore").all(axis=1)
        yield panel.column, _values(adsl.loc[others, panel.column], panel)
    for name in everybody:
        yield f"without {name}", pd.Series(everybody.drop(columns=name).all(axis=1).sum())


class PlainFrames:
    """ADSL and the treatment-emergent records of ADAE, as they are."""

    def __init__(self, file: Path, columns: tuple[str, ...]) -> None:
        named = ", ".join(f'"{name}"' for name in ("USUBJID", *columns))
        events = "USUBJID, AEBODSYS, AEDECOD, AESER, ATOXGRN, AEREL, AEACN, AEOUT"
        with duckdb.connect(str(file), read_only=True) as connection:
            # By way of Arrow equal texts share one object, which `.df()` would not let them:
            # it saves gigabytes, and is in favour of pandas.
            self.adsl = connection.execute(f"SELECT {named} FROM adsl").to_arrow_table().to_pandas()
            self.adsl = self.adsl.astype({"RANDDT": "datetime64[ns]"})
            sql = f"SELECT {events} FROM adae WHERE TRTEMFL = 'Y'"
            self.adae = connection.execute(sql).to_arrow_table().to_pandas()

    def count(self, asked: Filter, panels: list[Panel]) -> Counts:
        """What the page shows at a filter."""
        adsl, adae = self.adsl, self.adae
        masks = {"AGE": adsl["AGE"] >= asked.low, "SEX": adsl["SEX"] == asked.sex}
        if asked.serious:
            grave = adae.loc[adae["AESER"] == "Y", "USUBJID"]
            masks["event kinds"] = adsl["USUBJID"].isin(grave)
        if asked.term is not None:
            having = adae.loc[adae["AEDECOD"] == asked.term, "USUBJID"]
            masks["event terms"] = adsl["USUBJID"].isin(having)
        counts = dict(_by_panel(adsl, masks, panels))
        if asked.with_events:
            everybody = pd.DataFrame(masks)
            for panel, count in self._events().items():
                others = everybody.drop(columns=panel, errors="ignore").all(axis=1)
                counts[panel] = count(adae[adae["USUBJID"].isin(adsl.loc[others, "USUBJID"])])
        return counts

    def _events(self) -> dict:
        return {
            "event kinds": _plain_kinds,
            "event classes": lambda found: found.groupby("AEBODSYS")["USUBJID"].nunique(),
            "event terms": lambda found: found.groupby("AEDECOD")["USUBJID"].nunique(),
        }


def _plain_kinds(found: pd.DataFrame) -> pd.Series:
    kinds = {
        "any": found,
        "serious": found[found["AESER"] == "Y"],
        "severe": found[found["ATOXGRN"] >= 3],
        "related": found[found["AEREL"].isin(RELATED)],
        "withdrawn": found[found["AEACN"] == "DRUG WITHDRAWN"],
        "fatal": found[found["AEOUT"] == "FATAL"],
    }
    return pd.Series({kind: records["USUBJID"].nunique() for kind, records in kinds.items()})


class PreparedFrames:
    """The same data with all that can be done beforehand done."""

    def __init__(self, file: Path, columns: tuple[str, ...]) -> None:
        named = ", ".join(f'"{name}"' for name in columns)
        with duckdb.connect(str(file), read_only=True) as connection:
            adsl = connection.execute(f"SELECT {named} FROM adsl").df()
            terms = connection.execute("FROM prepared.event_terms ORDER BY code").df()
            pairs = connection.execute(
                "SELECT DISTINCT number, code FROM prepared.event_subjects ORDER BY number"
            ).fetchnumpy()
            kinds = connection.execute(
                f"SELECT number, {', '.join(KINDS)} FROM prepared.subject_event_kinds"
            ).df()
        self.adsl = adsl.astype(dict.fromkeys(adsl.select_dtypes("object"), "category"))
        self.numbers = pairs["number"]
        self.events = pd.DataFrame({"number": self.numbers})
        for name in ("class", "term"):
            codes, levels = pd.factorize(terms[name])
            self.events[name] = pd.Categorical.from_codes(codes[pairs["code"]], levels)
        filled = kinds.set_index("number").fillna(False).astype(bool).assign(any=True)
        self.kinds = filled.reindex(adsl.index, fill_value=False)

    def count(self, asked: Filter, panels: list[Panel]) -> Counts:
        """What the page shows at a filter."""
        masks = {"AGE": self.adsl["AGE"] >= asked.low, "SEX": self.adsl["SEX"] == asked.sex}
        if asked.serious:
            masks["event kinds"] = self.kinds["serious"]
        if asked.term is not None:
            having = self.numbers[(self.events["term"] == asked.term).to_numpy()]
            mask = np.zeros(len(self.adsl), dtype=bool)
            mask[having] = True
            masks["event terms"] = pd.Series(mask)
        counts = dict(_by_panel(self.adsl, masks, panels))
        if asked.with_events:
            counts |= self._events(pd.DataFrame(masks))
        return counts

    def _events(self, masks: pd.DataFrame) -> Counts:
        chosen = masks.all(axis=1)
        found = self.events[chosen.to_numpy()[self.numbers]]
        classes = found.drop_duplicates(["number", "class"])["class"].value_counts()
        for_kinds = masks.drop(columns="event kinds", errors="ignore").all(axis=1)
        terms = found
        if "event terms" in masks:
            others = masks.drop(columns="event terms").all(axis=1)
            terms = self.events[others.to_numpy()[self.numbers]]
        return {
            "event kinds": self.kinds[for_kinds].sum(),
            "event classes": classes,
            "event terms": terms["term"].value_counts(),
        }
