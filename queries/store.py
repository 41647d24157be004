"""The clinical store: one snapshot, open read-only, answering questions.

A store is opened for one kind of reader: by arm, or *pooled*, in which case no
question and no cohort can see an arm or a column that stands for one. `arm` is
resolved here and nowhere else.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

import duckdb
import pandas as pd

from queries.blinding import POOLED_ARM, reveals_by_name
from queries.cohort_records import CohortRecords
from queries.cohorts import EVERYONE, Cohort, Rule, Schema, predicates
from queries.encryption import attach
from queries.endpoint_sets import EndpointSets
from queries.errors import DataError
from queries.events.sets import EventSets
from queries.identifiers import quoted
from queries.layout import read_layout
from queries.liver_view import create_liver_view
from queries.prepared import prepare_views
from queries.question import read_question
from queries.record_views import create_record_views
from queries.records_found import RecordsFound
from queries.screening import create_screening_view
from queries.standard import Selection
from queries.subject_sets import SubjectSets

ArmRole = Literal["planned", "actual"]
NO_ARM = "No arm recorded"
_FEW_LEVELS = 12
# Where a study does not number its arms, one that is named like a reference comes first.
_REFERENCE_FIRST = "CASE WHEN lower({arm}_arm) SIMILAR TO '.*(placebo|control).*' THEN 0 END"


def open_store(path: Path, *, pooled: bool = False, key: str | None = None) -> Store:
    """Open a snapshot file for reading.

    Parameters
    ----------
    path : Path
        A snapshot file, as an import wrote it.
    pooled : bool
        Open it for a blinded reader: arms are not told apart.
    key : str, optional
        The encryption key of the file.

    Raises
    ------
    DataError
        When the file is missing, is no snapshot, or the key does not open it.

    Examples
    --------
    >>> open_store(Path("no-such.duckdb"))
    Traceback (most recent call last):
        ...
    queries.errors.DataError: no-such.duckdb: a snapshot file exists.
    """
    return Store(path, pooled=pooled, key=key)


class Store:
    """One snapshot, open read-only; safe to use from several threads."""

    def __init__(self, path: Path, *, pooled: bool = False, key: str | None = None) -> None:
        if not path.is_file():
            raise DataError("a snapshot file exists", file=path.name)
        self.path, self.pooled = path, pooled
        self._lock = threading.Lock()
        self._factors: tuple[str, ...] | None = None
        self._arms: dict[str, tuple[str, ...]] = {}
        self._connection = duckdb.connect(":memory:")
        try:
            self._open(path, key)
        except BaseException:
            self._connection.close()
            raise

    def _open(self, path: Path, key: str | None) -> None:
        attach(self._connection, path, key)
        self.layout = read_layout(self._connection, pooled=self.pooled, file=path.name)
        self._create_views()
        prepare_views(self._connection, self.layout)
        create_screening_view(self._connection, self.layout)
        create_record_views(self._connection, self.layout)
        create_liver_view(self._connection)
        self._records_found = RecordsFound(self._connection, self.layout)
        self._sets = SubjectSets(self.layout, self._cursor, self.predicates)
        self._endpoint_sets = EndpointSets(self._cursor, self._sets, self._enrolled_subjects)
        self._event_sets = EventSets(self.layout, self._cursor, self._sets, self._enrolled_subjects)
        self._connection.execute("SET lock_configuration = true")

    # What the snapshot holds -------------------------------------------------

    @property
    def datasets(self) -> Mapping[str, Mapping[str, str]]:
        """Types of the columns of every dataset, by name."""
        return self.layout.datasets

    @property
    def base(self) -> str:
        """The dataset of subjects: "adsl", else "dm"."""
        return self.layout.base

    @property
    def schema(self) -> Schema:
        """What a rule of this reader may use."""
        return self.layout.schema

    @property
    def columns(self) -> Mapping[str, str]:
        """The columns of the subjects that this reader may see, and their types."""
        return self.layout.schema.subjects

    @property
    def _selection(self) -> Selection:
        return self.layout.subjects

    def _create_views(self) -> None:
        source = "snapshot.adtte" if "adtte" in self.datasets else "range(0)"
        self._connection.execute(
            f"CREATE VIEW endpoint_times AS SELECT *, censoring = 0 AS event "
            f"FROM (SELECT {self.layout.endpoints.sql} FROM {source})"
        )
        for table in ("snapshot", "files", "variables", "findings"):
            kept, source = self._shown(table), f"snapshot.provenance.{table}"
            self._connection.execute(
                f"CREATE VIEW provenance_{table} AS SELECT * FROM {source} {kept}"
            )

    def _shown(self, table: str) -> str:
        """A finding on a treatment variable may name a subject and its arm."""
        if not self.pooled or table != "findings":
            return ""
        found = self._connection.execute(
            "SELECT DISTINCT variable FROM snapshot.provenance.findings"
        ).fetchall()
        hidden = [name for (name,) in found if name and reveals_by_name(name)]
        listed = ", ".join("'" + name.replace("'", "''") + "'" for name in hidden)
        return f"WHERE COALESCE(variable, '') NOT IN ({listed})" if hidden else ""

    @property
    def derivations(self) -> tuple[str, ...]:
        """Sentences that say which standard column came from another than its usual source."""
        arms = ("planned arm", "actual arm")
        said = self._selection.derivations
        return tuple(s for s in said if not (self.pooled and any(arm in s for arm in arms)))

    def collected(self, column: str) -> bool:
        """Whether a standard column of the subjects (`country`, `died_on`, ...) was collected."""
        return column in self._selection.sources

    def source_of(self, column: str) -> str:
        """The source column behind a standard column; DataError when it was not collected."""
        if column not in self._selection.sources:
            raise DataError(f"{column} was collected in this study")
        return self._selection.sources[column]

    def factors(self) -> tuple[str, ...]:
        """Columns with 2 to 12 levels, in the order of the data: what can stratify or group."""
        if self._factors is None:
            self._factors = self._find_factors()
        return self._factors

    def _find_factors(self) -> tuple[str, ...]:
        kinds = ("VARCHAR", "BOOLEAN", "DOUBLE", "BIGINT")
        names = [name for name, kind in self.columns.items() if kind in kinds]
        if not names:
            return ()
        counts = ", ".join(f"count(DISTINCT {quoted(name)})" for name in names)
        with self._cursor() as cursor:
            row = cursor.execute(f"SELECT {counts} FROM snapshot.{self.base}").fetchone() or ()
        return tuple(n for n, levels in zip(names, row, strict=True) if 2 <= levels <= _FEW_LEVELS)

    def arms(self, arm: ArmRole = "planned") -> tuple[str, ...]:
        """Arms in the study's own numbering, else by name; pooled: one for all subjects."""
        if arm not in self._arms:
            self._arms[arm] = tuple(self.ask("subjects_by_arm", arm=arm)["arm"])
        return self._arms[arm]

    # Questions ---------------------------------------------------------------

    def ask(
        self,
        question: str,
        *,
        cohort: Cohort = EVERYONE,
        arm: ArmRole = "planned",
        stratum: tuple[str, ...] = (),
        **values: object,
    ) -> pd.DataFrame:
        """The answer to one question about a cohort.

        Parameters
        ----------
        question : str
            The name of a file in `queries/sql`.
        cohort : Cohort
            The subjects asked about.
        arm : {"planned", "actual"}
            Planned arms serve efficacy, actual arms safety. Ignored when pooled.
        stratum : tuple of str
            Columns of ADSL whose levels, joined by " / ", make the strata.
        **values
            The parameters that the question's header names.

        Raises
        ------
        DataError
            For a missing or an extra parameter, or a column that is not there.
        """
        return self._run(question, cohort, arm, stratum, values).df()

    def describe(self, question: str, **values: object) -> dict[str, str]:
        """The columns and types of a question's answer, as DuckDB names them."""
        answer = self._run(question, EVERYONE, "planned", (), values)
        return {name: str(kind) for name, kind, *_ in answer.description or ()}

    def _run(
        self,
        question: str,
        cohort: Cohort,
        arm: ArmRole,
        stratum: tuple[str, ...],
        values: Mapping[str, object],
    ) -> duckdb.DuckDBPyConnection:
        asked = read_question(question)
        if set(values) != set(asked.params):
            raise DataError(f"{question} takes {sorted(asked.params)}", got=sorted(values))
        subjects, bound = self.subjects_sql(cohort, arm, stratum=stratum)
        body = f", {asked.sql[5:]}" if asked.sql.upper().startswith("WITH ") else asked.sql
        used = bound if "cohort" in body else {}
        return self._cursor().execute(f"WITH cohort AS ({subjects}) {body}", {**used, **values})

    def execute(self, sql: str, bound: Mapping[str, object]) -> pd.DataFrame:
        """The answer to SQL that this room has written; its names went through `quoted`."""
        return self._cursor().execute(sql, dict(bound)).df()

    def predicates(self, rules: Sequence[Rule | None]) -> tuple[list[str], dict[str, object]]:
        """SQL that is true for the subjects of each rule, and the parameters of all.

        It stands where the columns of the table of subjects are in scope, and no other table's.
        """
        return predicates(rules, self.schema, self._records_found.tests(rules))

    @property
    def sets(self) -> SubjectSets:
        """Sets of subjects: who meets a criterion, who has each level."""
        return self._sets

    @property
    def endpoint_sets(self) -> EndpointSets:
        """Records of endpoints: who has which time, by arm and stratum."""
        return self._endpoint_sets

    @property
    def event_sets(self) -> EventSets:
        """Adverse events: who has which, when, by arm and stratum."""
        return self._event_sets

    def records_of(self, cohort: Cohort) -> CohortRecords:
        """The datasets of a cohort's subjects, with every column that this reader may see."""
        [chosen], bound = self.predicates([cohort.rule])
        return CohortRecords(self.layout, self._cursor(), chosen, bound, pooled=self.pooled)

    @property
    def enrolled(self) -> str:
        """SQL that is true for a subject who was given an arm."""
        return self.layout.enrolled

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            return self._connection.cursor()

    def subjects_sql(
        self,
        cohort: Cohort,
        arm: ArmRole,
        *,
        stratum: tuple[str, ...] = (),
        columns: Mapping[str, str] | None = None,
    ) -> tuple[str, dict[str, object]]:
        """SQL of the subjects of a cohort with their arm, as questions read them.

        Parameters
        ----------
        columns : mapping of str to str
            More columns, by their names in the answer: SQL over the columns of ADSL, whose
            names went through `quoted`.

        Returns
        -------
        tuple of str and dict
            A SELECT of the standard columns, `stratum`, `arm`, `arm_number` and the columns
            asked for, and its parameters.
        """
        [where], bound = self.predicates([cohort.rule])
        more = "".join(f", {sql} AS {name}" for name, sql in (columns or {}).items())
        chosen = f"FROM {self.layout.subject_source} WHERE {where} AND {self.enrolled}"
        return self._with_arm(f"{more} {chosen}", arm, stratum), bound

    def _enrolled_subjects(self, arm: str, stratum: tuple[str, ...]) -> str:
        """SQL for everyone who was enrolled, each with a `number`."""
        chosen = f"FROM {self.layout.numbered} WHERE {self.enrolled}"
        return self._with_arm(f", {self.layout.number}::INTEGER AS number {chosen}", arm, stratum)

    def _with_arm(self, chosen: str, arm: str, stratum: tuple[str, ...]) -> str:
        subjects = f"{self._selection.sql}, {self._stratum(stratum)} AS stratum"
        # A dose stands for an arm.
        seen = "* REPLACE (NULL::DOUBLE AS planned_dose)" if self.pooled else "*"
        return f"SELECT {seen}, {self._arm(arm)} FROM (SELECT {subjects} {chosen})"

    def _arm(self, arm: str) -> str:
        if self.pooled:
            return f"'{POOLED_ARM}' AS arm, 0 AS arm_number"
        if arm not in ("planned", "actual"):
            raise DataError("arm is planned or actual", got=arm)
        return (
            f"COALESCE({arm}_arm, '{NO_ARM}') AS arm, "
            f"COALESCE({arm}_arm_number, {_REFERENCE_FIRST.format(arm=arm)}) AS arm_number"
        )

    def _stratum(self, stratum: tuple[str, ...]) -> str:
        for name in stratum:
            if name not in self.columns:
                raise DataError("a stratum is a column of ADSL that this reader may see", got=name)
        levels = [f"COALESCE({quoted(name)}::VARCHAR, 'missing')" for name in stratum]
        return f"concat_ws(' / ', {', '.join(levels)})" if levels else "''"

    def close(self) -> None:
        """Let go of the snapshot file."""
        self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
