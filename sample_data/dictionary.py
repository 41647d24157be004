"""The dictionary of a study's files: every dataset, every variable, its label and values.

One text per dataset is the only place where a variable is named, typed and
described. Files are written from it and the README is checked against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

Kind = Literal["char", "num", "date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One column of a dataset.

    `kind` is how SAS would store it; a date is a number of days with format DATE9.
    """

    name: str
    kind: Kind
    label: str
    values: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One file of a study: name, label, what a row is, and its columns in order."""

    name: str
    label: str
    row: str
    variables: tuple[Variable, ...]

    @property
    def columns(self) -> list[str]:
        """Names of the variables, in the order of the file."""
        return [variable.name for variable in self.variables]


def read_dataset(name: str, label: str, row: str, text: str) -> Dataset:
    """A dataset's dictionary from lines of `NAME | kind | label | values`.

    Examples
    --------
    >>> read_dataset("ADSL", "Subjects", "subject", "AGE | num | Age | years").variables[0].values
    'years'
    """
    variables = []
    for line in filter(None, map(str.strip, text.splitlines())):
        variable, kind, described, values = (part.strip() for part in line.split("|", 3))
        variables.append(
            Variable(name=variable, kind=cast(Kind, kind), label=described, values=values)
        )
    return Dataset(name=name, label=label, row=row, variables=tuple(variables))


def markdown(dataset: Dataset, *, extension: str = "xpt") -> str:
    """The dictionary of one dataset as a Markdown table, as it stands in the README.

    Parameters
    ----------
    dataset : Dataset
    extension : str
        Of its file.

    Examples
    --------
    >>> print(markdown(read_dataset("ADSL", "Subjects", "subject", "AGE | num | Age | years")))
    #### adsl.xpt: Subjects (one row per subject)
    <BLANKLINE>
    | Variable | Type | Label | Unit or values |
    |---|---|---|---|
    | AGE | num | Age | years |
    """
    lines = [
        f"#### {dataset.name.lower()}.{extension}: {dataset.label} (one row per {dataset.row})",
        "",
        "| Variable | Type | Label | Unit or values |",
        "|---|---|---|---|",
    ]
    lines += [f"| {v.name} | {v.kind} | {v.label} | {v.values} |" for v in dataset.variables]
    return "\n".join(lines)
