"""What the usual reports hold: sections, each with results of one page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from queries.errors import DataError


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Results of one page, under a heading.

    Parameters
    ----------
    heading : str
    page : str
        As in `dashboard.pages`.
    inputs : mapping
        Inputs of the page by their keys, such as the tab that is open.
    results : tuple of str
        Ends of the names of the results that are taken, in this order; all of them when empty.
    """

    heading: str
    page: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    results: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A usual report.

    Parameters
    ----------
    name : str
        On the command line.
    title : str
    about : str
        Who reads it, and what for.
    sections : tuple of Section
    """

    name: str
    title: str
    about: str
    sections: tuple[Section, ...]


TEMPLATES = (
    Template(
        name="safety-review",
        title="Safety review",
        about="For a safety committee: who was exposed, who was harmed, how badly and when.",
        sections=(
            Section(heading="Subjects", page="overview", results=("disposition", "baseline")),
            Section(
                heading="Exposure",
                page="safety",
                inputs={"safety_tab": "Exposure"},
            ),
            Section(
                heading="Adverse events",
                page="safety",
                inputs={"safety_tab": "Overview"},
            ),
            Section(
                heading="Adverse events by term",
                page="safety",
                inputs={"safety_tab": "Terms"},
            ),
            Section(
                heading="Differences between arms",
                page="safety",
                inputs={"safety_tab": "Dot plot"},
            ),
            Section(
                heading="Onset",
                page="safety",
                inputs={"safety_tab": "Onset"},
            ),
            Section(
                heading="Liver",
                page="measurements",
                inputs={"measurements_tab": "Liver"},
            ),
        ),
    ),
    Template(
        name="interim-report",
        title="Interim report",
        about="For the trial's team: how far enrolment and endpoints are, and what they show.",
        sections=(
            Section(
                heading="The study so far",
                page="overview",
                results=("enrolment", "endpoints", "sites", "disposition", "baseline", "age"),
            ),
            Section(
                heading="Enrolment ahead",
                page="enrolment",
                inputs={"enrolment_tab": "Forecast"},
            ),
            Section(heading="Primary endpoint", page="survival"),
            Section(
                heading="Adverse events",
                page="safety",
                inputs={"safety_tab": "Overview"},
            ),
        ),
    ),
    Template(
        name="design-report",
        title="Design report",
        about="For a protocol: the design, its boundaries, its power and its course.",
        sections=(
            Section(
                heading="Boundaries",
                page="designs",
                inputs={"design_tab": "Boundaries"},
            ),
            Section(
                heading="Power",
                page="designs",
                inputs={"design_tab": "Power"},
            ),
            Section(
                heading="Course",
                page="designs",
                inputs={"design_tab": "Course"},
            ),
        ),
    ),
)


def template_of(name: str) -> Template:
    """The template with a name.

    Examples
    --------
    >>> template_of("safety-review").title
    'Safety review'
    """
    known = {template.name: template for template in TEMPLATES}
    if name not in known:
        raise DataError(f"a template is one of {', '.join(known)}", got=name)
    return known[name]
