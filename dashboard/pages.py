"""The pages about a study, in the order of the sidebar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.views import overview
from dashboard.views.cohorts import page as cohorts_page
from dashboard.views.compare import page as compare_page
from dashboard.views.designs import page as designs_page
from dashboard.views.dose_response import page as dose_response_page
from dashboard.views.dosing import page as dosing_page
from dashboard.views.enrolment import page as enrolment_page
from dashboard.views.measurements import page as measurements_page
from dashboard.views.prediction import page as prediction_page
from dashboard.views.report import page as report_page
from dashboard.views.safety import page as safety_page
from dashboard.views.search import page as search_page
from dashboard.views.shares import page as shares_page
from dashboard.views.subjects import page as subjects_page
from dashboard.views.survival import page as survival_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page: its name in addresses and on the command line, and what draws it.

    Whoever has not its right does not find it in the menu.
    """

    name: str
    section: str
    title: str
    icon: str
    help: str
    show: Callable[[], None]
    right: str = "look"


PAGES: tuple[Page, ...] = (
    Page(
        show=overview.show,
        title="Overview",
        name="overview",
        section="Explore",
        icon=":material/dashboard:",
        help="Who is in the study, enrolment against plan, disposition, endpoints, data quality.",
    ),
    Page(
        show=cohorts_page.show,
        title="Cohorts",
        name="cohorts",
        section="Explore",
        icon=":material/groups:",
        help="Choose subjects by clicking charts; see what each criterion costs; save cohorts.",
    ),
    Page(
        show=compare_page.show,
        title="Compare",
        name="compare",
        section="Explore",
        icon=":material/compare_arrows:",
        help="Groups side by side: Table 1, standardised differences, overlap, distributions.",
    ),
    Page(
        show=subjects_page.show,
        title="Subjects",
        name="subjects",
        section="Explore",
        icon=":material/person_search:",
        help="The subjects of the cohort, searched and sorted; the profile of each.",
    ),
    Page(
        show=survival_page.show,
        title="Survival",
        name="survival",
        section="Estimate",
        icon=":material/timeline:",
        help="Kaplan–Meier curves, medians, log-rank test and hazard ratio of one endpoint.",
    ),
    Page(
        show=safety_page.show,
        title="Safety",
        name="safety",
        section="Estimate",
        icon=":material/health_and_safety:",
        help="Adverse events by arm, from the overview down to one subject.",
    ),
    Page(
        show=measurements_page.show,
        title="Labs and vitals",
        name="measurements",
        section="Estimate",
        icon=":material/labs:",
        help="Liver safety, shifts from baseline, values over time, vital signs and QT.",
    ),
    Page(
        show=prediction_page.show,
        title="Prediction",
        name="prediction",
        section="Estimate",
        icon=":material/online_prediction:",
        help="Who may be harmed by a day, how good the prediction is, and the model card.",
    ),
    Page(
        show=dose_response_page.show,
        title="Dose–response",
        name="dose-response",
        section="Estimate",
        icon=":material/show_chart:",
        help="Response by dose: contrast tests, fitted curves, target dose, benefit against harm.",
    ),
    Page(
        show=enrolment_page.show,
        title="Enrolment",
        name="enrolment",
        section="Plan",
        icon=":material/person_add:",
        help="When the target is reached, which sites enrol, what if; milestones of events.",
    ),
    Page(
        show=designs_page.show,
        title="Designs",
        name="designs",
        section="Plan",
        icon=":material/architecture:",
        help="Group-sequential trials: assumptions, looks, power, course, cost, simulation.",
    ),
    Page(
        show=search_page.show,
        title="Search",
        name="search",
        section="Plan",
        icon=":material/travel_explore:",
        help="Better looks, boundaries and sizes for the design at hand, searched and simulated.",
    ),
    Page(
        show=dosing_page.show,
        title="Dosing",
        name="dosing",
        section="Plan",
        icon=":material/medication:",
        help="Dose escalation: decision table, conduct cohort by cohort, designs compared.",
    ),
    Page(
        show=report_page.show,
        title="Report",
        name="report",
        section="Take away",
        icon=":material/lab_profile:",
        help="Results taken from the pages, with comments: as documents and as bundles.",
    ),
    Page(
        show=shares_page.show,
        title="Shares",
        name="shares",
        section="Take away",
        icon=":material/share:",
        help="Links to frozen views: who has read them, what they say, and ending them.",
        right="shares",
    ),
)
"""The first is the one that opens."""

BY_NAME = {page.name: page for page in PAGES}
