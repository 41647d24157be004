"""The script that Streamlit runs: pages, sidebar, and the link to what is on screen."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import links, navigation, state
from dashboard.results import explained, mode
from dashboard.views import import_data, overview, sidebar
from dashboard.views.cohorts import page as cohorts_page
from dashboard.views.compare import page as compare_page
from dashboard.views.designs import page as designs_page
from dashboard.views.dose_response import page as dose_response_page
from dashboard.views.dosing import page as dosing_page
from dashboard.views.enrolment import page as enrolment_page
from dashboard.views.measurements import page as measurements_page
from dashboard.views.prediction import page as prediction_page
from dashboard.views.safety import page as safety_page
from dashboard.views.search import page as search_page
from dashboard.views.subjects import page as subjects_page
from dashboard.views.survival import page as survival_page

# A file of ours: Streamlit fetches named icons and emoji for the browser tab from elsewhere.
STATIC = Path(__file__).parent / "static"
ICON = STATIC / "icon.svg"
st.set_page_config(page_title="Equipoise", page_icon=str(ICON), layout="wide")

st.logo(STATIC / f"logo-{mode()}.svg", size="large", icon_image=ICON)

IMPORT_PAGE = st.Page(
    import_data.show,
    title="Import",
    url_path="import",
    icon=":material/upload_file:",
    help="Bring a trial's data files in: they are checked first, then accepted or rejected.",
)
STUDY_PAGES = [
    st.Page(
        overview.show,
        title="Overview",
        url_path="overview",
        icon=":material/dashboard:",
        default=True,
        help="Who is in the study, enrolment against plan, disposition, endpoints, data quality.",
    ),
    st.Page(
        cohorts_page.show,
        title="Cohorts",
        url_path="cohorts",
        icon=":material/groups:",
        help="Choose subjects by clicking charts; see what each criterion costs; save cohorts.",
    ),
    st.Page(
        compare_page.show,
        title="Compare",
        url_path="compare",
        icon=":material/compare_arrows:",
        help="Groups side by side: Table 1, standardised differences, overlap, distributions.",
    ),
    st.Page(
        subjects_page.show,
        title="Subjects",
        url_path="subjects",
        icon=":material/person_search:",
        help="The subjects of the cohort, searched and sorted; the profile of each.",
    ),
    st.Page(
        survival_page.show,
        title="Survival",
        url_path="survival",
        icon=":material/timeline:",
        help="Kaplan–Meier curves, medians, log-rank test and hazard ratio of one endpoint.",
    ),
    st.Page(
        safety_page.show,
        title="Safety",
        url_path="safety",
        icon=":material/health_and_safety:",
        help="Adverse events by arm, from the overview down to one subject.",
    ),
    st.Page(
        measurements_page.show,
        title="Labs and vitals",
        url_path="measurements",
        icon=":material/labs:",
        help="Liver safety, shifts from baseline, values over time, vital signs and QT.",
    ),
    st.Page(
        prediction_page.show,
        title="Prediction",
        url_path="prediction",
        icon=":material/online_prediction:",
        help="Who may be harmed by a day, how good the prediction is, and the model card.",
    ),
    st.Page(
        enrolment_page.show,
        title="Enrolment",
        url_path="enrolment",
        icon=":material/person_add:",
        help="When the target is reached, which sites enrol, what if; milestones of events.",
    ),
    st.Page(
        designs_page.show,
        title="Designs",
        url_path="designs",
        icon=":material/architecture:",
        help="Group-sequential trials: assumptions, looks, power, course, cost, simulation.",
    ),
    st.Page(
        search_page.show,
        title="Search",
        url_path="search",
        icon=":material/travel_explore:",
        help="Better looks, boundaries and sizes for the design at hand, searched and simulated.",
    ),
    st.Page(
        dose_response_page.show,
        title="Dose–response",
        url_path="dose-response",
        icon=":material/show_chart:",
        help="Response by dose: contrast tests, fitted curves, target dose, benefit against harm.",
    ),
    st.Page(
        dosing_page.show,
        title="Dosing",
        url_path="dosing",
        icon=":material/medication:",
        help="Dose escalation: decision table, conduct cohort by cohort, designs compared.",
    ),
]

state.begin_run()
with explained():
    links.open_link()
page = st.navigation([*STUDY_PAGES, IMPORT_PAGE])
navigation.follow({one.url_path: one for one in STUDY_PAGES}, page.url_path)
if page is IMPORT_PAGE:
    page.run()
elif not state.studies():
    st.title("Welcome", anchor=False)
    st.write("No study is here yet. Import one, or run `equipoise demo` for three to look at.")
    st.page_link(IMPORT_PAGE, label="Import a study")
else:
    with explained():
        sidebar.show()
    with state.fresh_body():
        page.run()
    with explained():
        links.save_link(page.url_path or "overview")
