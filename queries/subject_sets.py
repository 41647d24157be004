"""Who meets a criterion and who has each level, found once and remembered as bits.

A page asks about the same criteria and panels again and again, each time with one of them
changed. A snapshot never changes, so what was found for the others stays true: only a criterion
that is new scans the table of subjects, and all counts come from bits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import reduce
from operator import and_

import duckdb

from queries.cohorts import AllOf, Cohort, Rule
from queries.cohorts.wire import rule_text
from queries.layout import Layout
from queries.level_sets import Bits, LevelSets, bits_of, level_sets, words_of
from queries.recent import Recent

Predicates = Callable[[Sequence[Rule | None]], tuple[list[str], dict[str, object]]]

_MOST_CRITERIA = 200  # remembered; 125 kB each for a million subjects
_MOST_PANELS = 60  # remembered; at most 8 MB each for a million subjects, and mostly 1 to 3
_AT_ONCE = 16  # criteria found in one scan


class SubjectSets:
    """Sets of the subjects of one snapshot, as one reader may see it; safe with threads.

    Parameters
    ----------
    layout : Layout
    cursor : callable
        Gives a connection of its own to whoever asks.
    predicates : callable
        SQL for rules, and its parameters, as `Store.predicates` gives it.
    """

    def __init__(
        self,
        layout: Layout,
        cursor: Callable[[], duckdb.DuckDBPyConnection],
        predicates: Predicates,
    ) -> None:
        self._layout, self._cursor, self._predicates = layout, cursor, predicates
        self._lock = threading.Lock()
        self._subjects: int | None = None
        self._criteria: Recent[Bits] = Recent(_MOST_CRITERIA)
        self._levels: Recent[LevelSets] = Recent(_MOST_PANELS)

    @property
    def subjects(self) -> int:
        """Subjects in the table of subjects, enrolled or not."""
        with self._lock:
            return self._count()

    @property
    def enrolled(self) -> Bits:
        """The subjects who were given an arm."""
        with self._lock:
            return self._found({"": self._layout.enrolled}, {})[""]

    def meeting(self, rules: Sequence[Rule]) -> tuple[Bits, ...]:
        """The subjects who meet each of the rules, enrolled or not.

        Raises
        ------
        DataError
            For a rule that this reader cannot use.
        """
        texts = [rule_text(rule) for rule in rules]
        by_text = dict(zip(texts, rules, strict=True))
        with self._lock:
            met = {text: bits for text in by_text if (bits := self._criteria.get(text)) is not None}
            new = [text for text in by_text if text not in met]
            for first in range(0, len(new), _AT_ONCE):
                together = new[first : first + _AT_ONCE]
                tests, bound = self._predicates([by_text[text] for text in together])
                met |= self._found(dict(zip(together, tests, strict=True)), bound)
        return tuple(met[text] for text in texts)

    def chosen(self, cohort: Cohort) -> Bits:
        """The enrolled subjects of a cohort."""
        return reduce(and_, self.meeting(tuple(_all_to_hold(cohort.rule))), self.enrolled)

    def _found(self, tests: Mapping[str, str], bound: Mapping[str, object]) -> dict[str, Bits]:
        known = {text: bits for text in tests if (bits := self._criteria.get(text)) is not None}
        if len(known) == len(tests):
            return known
        last = 64 * words_of(self._count()) - 1
        number = f"{self._layout.number}::INTEGER"
        sets = [
            f"(bitstring_agg({number}, 0, {last}) FILTER ({test}))::BLOB" for test in tests.values()
        ]
        answer = self._cursor().execute(
            f"SELECT {', '.join(sets)} FROM {self._layout.numbered}", dict(bound)
        )
        packed = answer.fetchone() or ()
        found = {t: bits_of(p, self._count()) for t, p in zip(tests, packed, strict=True)}
        for text, bits in found.items():
            self._criteria.keep(text, bits)
        return found

    def levels(self, panels: Sequence[Hashable], sql: str) -> tuple[LevelSets, ...]:
        """Who has each level of some panels that are found together.

        Parameters
        ----------
        panels : sequence of hashable
            What each answer is remembered by.
        sql : str
            SQL of this room: for each panel a column of levels (text, perhaps several times), and
            then lists of the numbers (`Layout.number`, INTEGER) of the subjects who have them.
        """
        with self._lock:
            known = {panel: self._levels.get(panel) for panel in panels}
            if None in known.values():
                *levels, numbers = self._cursor().execute(sql).to_arrow_table().columns
                rows = numbers.combine_chunks()
                for panel, column in zip(panels, levels, strict=True):
                    found = level_sets(column.to_pylist(), rows, self._count())
                    known[panel] = found
                    self._levels.keep(panel, found)
            return tuple(each for each in known.values() if each is not None)

    def _count(self) -> int:
        if self._subjects is None:
            answer = self._cursor().execute(f"SELECT count(*) FROM {self._layout.subject_source}")
            self._subjects = int((answer.fetchone() or (0,))[0])
        return self._subjects


def _all_to_hold(rule: Rule | None) -> Iterator[Rule]:
    """The rules that all have to hold, however they are nested: each is remembered by itself."""
    if isinstance(rule, AllOf):
        for part in rule.criteria:
            yield from _all_to_hold(part)
    elif rule is not None:
        yield rule
