"""What an import found: the report a person reads before accepting a snapshot."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from queries.importers.identifiers.detection import IdentifierFound
from queries.importers.identifiers.risk import Anonymity


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSummary:
    """One imported dataset and the file it came from."""

    name: str
    domain: str | None
    label: str
    file: str
    rows: int
    columns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A data-quality finding: imported as it is, and listed.

    `severity` is "warning" (somebody should look) or "information".
    """

    rule: str
    severity: str
    dataset: str
    variable: str
    subjects: int
    records: int
    sentence: str
    example: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCollected:
    """A recommended variable that is absent, or blank throughout, and the feature it costs."""

    domain: str
    variable: str
    label: str
    feature: str
    blank: bool = False

    @property
    def sentence(self) -> str:
        """The same, for a reader."""
        how = "blank throughout" if self.blank else "not collected"
        name = (
            f"{self.domain} ({self.label})"
            if not self.variable
            else (f"{self.domain}.{self.variable} ({self.label})")
        )
        return f"{name} is {how}; this costs: {self.feature}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that was not imported, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """All that an import has to say about the data.

    `sha256` is the hash of the snapshot's content: over each dataset's name and the
    hash of its file, in the order of the names. Of a de-identified import it is over
    hashes of the files and the plan of de-identification with the key of the home: the
    same files under the same plan and key have the same, and nobody without the key can
    try out what the files may have been. `identifiers` are the signs that are left.

    Examples
    --------
    >>> report = CheckReport(study="EQX-301", sha256="00", subjects=720, arms=("Control",))
    >>> CheckReport.from_json(report.to_json()) == report
    True
    """

    study: str
    sha256: str
    subjects: int
    arms: tuple[str, ...]
    title: str | None = None
    data_cut: str | None = None
    data_cut_source: str | None = None
    datasets: tuple[DatasetSummary, ...] = ()
    findings: tuple[Finding, ...] = ()
    not_collected: tuple[NotCollected, ...] = ()
    derivations: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    plan: dict[str, Any] | None = None
    identifiers: tuple[IdentifierFound, ...] = ()
    anonymity: Anonymity | None = None
    deidentified: bool = False

    def to_json(self) -> str:
        """The report as JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> CheckReport:
        """The report that `to_json` wrote."""
        values = json.loads(text)
        for name, kind in _PARTS.items():
            values[name] = tuple(kind(**item) for item in values.get(name, ()))
        for name in ("arms", "derivations"):
            values[name] = tuple(values[name])
        if found := values.get("anonymity"):
            values["anonymity"] = Anonymity(**{**found, "columns": tuple(found["columns"])})
        return cls(**values)


_PARTS: dict[str, Any] = {
    "datasets": DatasetSummary,
    "findings": Finding,
    "not_collected": NotCollected,
    "skipped": Skipped,
    "identifiers": IdentifierFound,
}
