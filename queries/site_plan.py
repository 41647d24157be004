"""Sites as a team plans them: activation, targets and costs, from a CSV file that somebody made."""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import pandas as pd

from queries.errors import DataError
from queries.importers.refusal import MOST_PROBLEMS, ImportRefused

MOST_BYTES = 5 * 2**20
MOST_SITES = 20_000
MOST_TARGET = 100_000
MOST_COST = 1e12
_LONGEST = 200
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"\d{1,15}(\.\d{1,6})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSite:
    """A site of the plan; what the file does not say is None.

    Parameters
    ----------
    site : str
        As in SITEID of the study.
    country : str or None
    planned_activation, actual_activation, closed : date or None
        The day on which it may or could enrol, and the last one.
    target : int or None
        Subjects it is to enrol.
    activation_cost, cost_per_subject : float or None
        >= 0, in `currency`.
    currency : str or None
        Three capitals, as EUR.
    """

    site: str
    country: str | None = None
    planned_activation: datetime.date | None = None
    actual_activation: datetime.date | None = None
    closed: datetime.date | None = None
    target: int | None = None
    activation_cost: float | None = None
    cost_per_subject: float | None = None
    currency: str | None = None

    @property
    def activation(self) -> datetime.date | None:
        """The actual day, else the planned one."""
        return self.actual_activation or self.planned_activation


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlan:
    """All sites of a plan, each once.

    Examples
    --------
    >>> plan = SitePlan(sites=(PlannedSite(site="701", target=12),))
    >>> plan.to_frame()[["site", "target"]].values.tolist()
    [['701', 12]]
    """

    sites: tuple[PlannedSite, ...]

    def __post_init__(self) -> None:
        names = [one.site for one in self.sites]
        if not names:
            raise DataError("a plan of sites names at least one site")
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise DataError("a plan names each site once", got=twice)
        currencies = {one.currency for one in self.sites if one.currency}
        if len(currencies) > 1:
            raise DataError("all costs of a plan are in one currency", got=sorted(currencies))

    def to_frame(self) -> pd.DataFrame:
        """One row per site, in the order of the file; what is not known is None."""
        names = [one.name for one in fields(PlannedSite)]
        rows = [{name: getattr(one, name) for name in names} for one in self.sites]
        return pd.DataFrame(rows, columns=names, dtype=object)

    def compared(self, recruited: pd.DataFrame) -> pd.DataFrame:
        """Beside what the sites have recruited.

        Parameters
        ----------
        recruited : DataFrame
            As `queries.questions.site_recruitment` answers.

        Returns
        -------
        DataFrame
            The columns of both by `site`, and `planned` and `recruiting`: whether the site is in
            the plan, and whether it is in the data.
        """
        ours, theirs = self.to_frame(), recruited.drop(columns="country", errors="ignore")
        both = ours.merge(theirs, on="site", how="outer", indicator="found")
        return both.assign(
            planned=both["found"] != "right_only", recruiting=both["found"] != "left_only"
        ).drop(columns="found")


def read_site_plan(data: bytes, *, file: str = "sites.csv") -> SitePlan:
    """The plan in a CSV file.

    Parameters
    ----------
    data : bytes
        The file: UTF-8, or Windows-1252; commas, semicolons or tabs. The first line names the
        columns, in any order and in capitals or not: `site` (or SITEID), and any of `country`,
        `planned_activation`, `actual_activation`, `closed` (days as 2026-03-31), `target`,
        `activation_cost` (or `cost`), `cost_per_subject` and `currency`. Empty cells are not
        known. Columns with other names are refused, so that none is left out unseen.
    file : str
        Its name, for messages.

    Raises
    ------
    ImportRefused
        With a sentence for every problem, 50 at most.

    Examples
    --------
    >>> plan = read_site_plan(b"SITEID,target,actual activation\\n701,12,2026-03-31\\n702,,\\n")
    >>> plan.sites[0].actual_activation, plan.sites[1].target
    (datetime.date(2026, 3, 31), None)
    """
    try:
        rows = _rows(data, file)
        columns = _columns(rows[0], file)
    except DataError as problem:
        raise ImportRefused([problem]) from problem
    problems: list[DataError] = []
    sites: dict[str, PlannedSite] = {}
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        found = _site(cells, columns, file, number, problems)
        if found is not None and found.site in sites:
            rule = "a plan names each site once"
            problems.append(DataError(rule, got=found.site, file=file, column="site", row=number))
        elif found is not None:
            sites[found.site] = found
        if len(problems) >= MOST_PROBLEMS:
            break
    if problems:
        raise ImportRefused(problems)
    try:
        return SitePlan(sites=tuple(sites.values()))
    except DataError as problem:
        raise ImportRefused([DataError(problem.rule, got=problem.got, file=file)]) from problem


def _rows(data: bytes, file: str) -> list[list[str]]:
    if not data.strip():
        raise DataError("a file is not empty", file=file)
    if len(data) > MOST_BYTES:
        raise DataError(
            f"a plan of sites has at most {MOST_BYTES:,} bytes", got=len(data), file=file
        )
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or b"\0" in data:
        raise DataError("a plan of sites is text in UTF-8 or Windows-1252", file=file)
    text = _decoded(data, file).removeprefix("\ufeff")
    first = text.splitlines()[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        for cells in reader:
            rows.append(cells)
            if len(rows) > MOST_SITES + 1:
                raise DataError(f"a plan has at most {MOST_SITES:,} sites", file=file)
    except csv.Error as error:
        rule = "quotes are closed and cells are separated"
        raise DataError(rule, got=str(error), file=file, row=reader.line_num) from error
    return rows


def _decoded(data: bytes, file: str) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DataError("a plan of sites is text in UTF-8 or Windows-1252", file=file)


def _columns(header: list[str], file: str) -> list[str]:
    names = [re.sub(r"[\s_-]+", "_", one.strip().lower()) for one in header]
    known = [_NAMES.get(one, "") for one in names]
    for given, name in zip(header, known, strict=True):
        if not name:
            raise DataError(f"columns are {', '.join(_READERS)}", got=given, file=file, row=1)
        if known.count(name) > 1:
            raise DataError("each column is there once", got=given, file=file, row=1)
    if "site" not in known:
        raise DataError("a plan of sites has a column site", got=header, file=file, row=1)
    return known


def _site(
    cells: list[str], columns: list[str], file: str, row: int, problems: list[DataError]
) -> PlannedSite | None:
    if len(cells) != len(columns):
        rule = f"a row has {len(columns)} cells, as the first one has"
        problems.append(DataError(rule, got=len(cells), file=file, row=row))
        return None
    values: dict[str, object] = {}
    for name, cell in zip(columns, cells, strict=True):
        try:
            values[name] = _READERS[name](cell.strip()) if cell.strip() else None
        except DataError as problem:
            problems.append(
                DataError(problem.rule, got=cell.strip(), file=file, column=name, row=row)
            )
            return None
    rule = _broken(values)
    if rule:
        problems.append(DataError(rule, file=file, row=row))
        return None
    return PlannedSite(**values)  # type: ignore[arg-type]


def _broken(values: Mapping[str, object]) -> str:
    if values["site"] is None:
        return "each row names its site"
    opened = values.get("actual_activation") or values.get("planned_activation")
    closed = values.get("closed")
    both = isinstance(opened, datetime.date) and isinstance(closed, datetime.date)
    if both and closed < opened:  # type: ignore[operator]
        return "a site closes after it was activated"
    costs = [values.get(name) for name in ("activation_cost", "cost_per_subject")]
    if any(costs) and values.get("currency") is None:
        return "costs have a currency, as EUR"
    return ""


def _text(cell: str) -> str:
    if len(cell) > _LONGEST or not cell.isprintable():
        raise DataError(f"names have at most {_LONGEST} characters, none of them for control")
    return cell


def _day(cell: str) -> datetime.date:
    rule = "days are written as 2026-03-31"
    if not _DATE.fullmatch(cell):
        raise DataError(rule)
    try:
        found = datetime.date.fromisoformat(cell)
    except ValueError as error:
        raise DataError(rule) from error
    if not 1950 <= found.year <= 2150:
        raise DataError("days are from 1950 to 2150")
    return found


def _count(cell: str) -> int:
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 6 and int(cell) <= MOST_TARGET):
        raise DataError(f"a target is a whole number from 0 to {MOST_TARGET:,}")
    return int(cell)


def _cost(cell: str) -> float:
    if not (cell.isascii() and _NUMBER.fullmatch(cell)):
        raise DataError("costs are numbers >= 0 as 12500.50, without a sign for thousands")
    found = float(cell)
    if not (math.isfinite(found) and found <= MOST_COST):
        raise DataError(f"costs are at most {MOST_COST:,.0f}")
    return found


def _currency(cell: str) -> str:
    if not _CURRENCY.fullmatch(cell):
        raise DataError("a currency is three capitals, as EUR")
    return cell


_READERS: Mapping[str, Callable[[str], object]] = {
    "site": _text,
    "country": _text,
    "planned_activation": _day,
    "actual_activation": _day,
    "closed": _day,
    "target": _count,
    "activation_cost": _cost,
    "cost_per_subject": _cost,
    "currency": _currency,
}
_NAMES = {name: name for name in _READERS} | {
    "siteid": "site",
    "site_id": "site",
    "cost": "activation_cost",
    "activated": "actual_activation",
    "planned": "planned_activation",
}
