"""The workspace: studies and their plans, snapshots, cohorts, designs, views, jobs, the acts."""

from __future__ import annotations

from queries.workspace.activity import Activity
from queries.workspace.cohorts import CohortSource, SavedCohort
from queries.workspace.design_room import DesignRoom
from queries.workspace.designs import SavedDesign
from queries.workspace.job_leases import Lease
from queries.workspace.job_room import JobRoom
from queries.workspace.jobs import Job
from queries.workspace.people import ROLES, Membership, Person
from queries.workspace.people_room import PeopleRoom, SignedIn
from queries.workspace.plans import AccrualPeriod, Plan, PlannedEndpoint
from queries.workspace.report_room import ReportRoom
from queries.workspace.reports import Report, ReportCard
from queries.workspace.search_room import OpenLog, SearchRoom
from queries.workspace.searches import Search, SearchLostError
from queries.workspace.sessions import Session, TooManyAttemptsError
from queries.workspace.snapshots import Snapshot
from queries.workspace.staleness import stale_reasons
from queries.workspace.studies import Study
from queries.workspace.views import View
from queries.workspace.workspace import Workspace, open_workspace

__all__ = [
    "ROLES",
    "AccrualPeriod",
    "Activity",
    "CohortSource",
    "DesignRoom",
    "Job",
    "JobRoom",
    "Lease",
    "Membership",
    "OpenLog",
    "PeopleRoom",
    "Person",
    "Plan",
    "PlannedEndpoint",
    "Report",
    "ReportCard",
    "ReportRoom",
    "SavedCohort",
    "SavedDesign",
    "Search",
    "SearchLostError",
    "SearchRoom",
    "Session",
    "SignedIn",
    "Snapshot",
    "Study",
    "TooManyAttemptsError",
    "View",
    "Workspace",
    "open_workspace",
    "stale_reasons",
]
