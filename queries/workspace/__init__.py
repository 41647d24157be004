"""The workspace: studies and their plans, snapshots, cohorts, designs, views, jobs, the acts."""

from __future__ import annotations

from queries.workspace.activity import Activity
from queries.workspace.audit_room import AuditRoom
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
from queries.workspace.share_access import PasscodeWaitError, Visit
from queries.workspace.share_room import ShareRoom
from queries.workspace.share_talk import Comment, Signature
from queries.workspace.share_versions import (
    NewCard,
    NewVersion,
    Picture,
    SharedCard,
    SharedVersion,
    ShownOutside,
)
from queries.workspace.shares import (
    Audience,
    Readership,
    Share,
    ShareEndedError,
    ShareUnknownError,
)
from queries.workspace.snapshots import Snapshot
from queries.workspace.staleness import stale_reasons
from queries.workspace.studies import Study
from queries.workspace.subject_room import SubjectRoom
from queries.workspace.subjects import SubjectMark
from queries.workspace.trail import ActFilter, ChainedAct
from queries.workspace.verifying import Anchor, Break, Verification
from queries.workspace.views import View
from queries.workspace.workspace import Workspace, open_workspace

__all__ = [
    "ROLES",
    "AccrualPeriod",
    "ActFilter",
    "Activity",
    "Anchor",
    "Audience",
    "AuditRoom",
    "Break",
    "ChainedAct",
    "CohortSource",
    "Comment",
    "DesignRoom",
    "Job",
    "JobRoom",
    "Lease",
    "Membership",
    "NewCard",
    "NewVersion",
    "OpenLog",
    "PasscodeWaitError",
    "PeopleRoom",
    "Person",
    "Picture",
    "Plan",
    "PlannedEndpoint",
    "Readership",
    "Report",
    "ReportCard",
    "ReportRoom",
    "SavedCohort",
    "SavedDesign",
    "Search",
    "SearchLostError",
    "SearchRoom",
    "Session",
    "Share",
    "ShareEndedError",
    "ShareRoom",
    "ShareUnknownError",
    "SharedCard",
    "SharedVersion",
    "ShownOutside",
    "Signature",
    "SignedIn",
    "Snapshot",
    "Study",
    "SubjectMark",
    "SubjectRoom",
    "TooManyAttemptsError",
    "Verification",
    "View",
    "Visit",
    "Workspace",
    "open_workspace",
    "stale_reasons",
]
