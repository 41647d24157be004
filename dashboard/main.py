"""The script that Streamlit runs: pages, sidebar, and the link to what is on screen."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from dashboard import links, navigation, state
from dashboard.pages import PAGES
from dashboard.results import explained, mode
from dashboard.turns import turn
from dashboard.views import account, import_data, sidebar, signed_out
from dashboard.views.audit import page as audit_page
from dashboard.views.people import page as people_page
from dashboard.views.shares import dialog as share_dialog

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
AUDIT_PAGE = st.Page(
    audit_page.show,
    title="Audit trail",
    url_path="audit",
    icon=":material/history:",
    help="Who did what, and when; whether all of it is as it was recorded.",
)
PEOPLE_PAGE = st.Page(
    people_page.show,
    title="People",
    url_path="people",
    icon=":material/manage_accounts:",
    help="Who may sign in, what each may do, and who is signed in now.",
)
STUDY_PAGES = [
    st.Page(
        one.show,
        title=one.title,
        url_path=one.name,
        icon=one.icon,
        help=one.help,
        default=one is PAGES[0],
    )
    for one in PAGES
]


def _sections() -> dict[str, list[StreamlitPage]]:
    sections: dict[str, list[StreamlitPage]] = {}
    for one, drawn in zip(PAGES, STUDY_PAGES, strict=True):
        if state.may(one.right):
            sections.setdefault(one.section, []).append(drawn)
    if state.may("imports"):
        sections["Bring in"] = [IMPORT_PAGE]
    manage = [
        *([PEOPLE_PAGE] if state.may("people") else []),
        *([AUDIT_PAGE] if state.may("audit") else []),
    ]
    if manage:
        sections["Manage"] = manage
    return sections


def _draw() -> None:
    """The page that is asked for, with its sidebar and its link."""
    state.begin_run()
    if not state.is_signed_in():
        signed_out.show()
        return
    with explained():
        links.open_link()
    page = st.navigation(_sections(), expanded=True)
    navigation.follow({one.url_path: one for one in STUDY_PAGES}, page.url_path)
    if page in (IMPORT_PAGE, AUDIT_PAGE, PEOPLE_PAGE):
        account.show()
        page.run()
    elif not state.studies():
        account.show()
        _welcome()
    else:
        _draw_study(page)


def _welcome() -> None:
    st.title("Welcome", anchor=False)
    if state.may("imports"):
        st.write("No study is here yet. Import one, or run `equipoise demo` for three to look at.")
        st.page_link(IMPORT_PAGE, label="Import a study")
    else:
        st.write("You are not a member of a study yet. An administrator makes you one.")


def _draw_study(page: StreamlitPage) -> None:
    with explained():
        sidebar.show()
    account.show()
    with state.fresh_body():
        page.run()
    with explained():
        links.save_link(page.url_path or "overview")
        share_dialog.show(page.url_path or "overview")


with turn():
    _draw()
