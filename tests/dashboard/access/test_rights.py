"""Who may do what: every role by every right, and whose arms are pooled."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from dashboard.access.rights import LOCAL_OWNER, RIGHTS, TABLE, NotAllowedError, Reader
from queries.workspace import ROLES, Study

# As the issue that asked for roles says it, written out once more by hand.
EXPECTED = {
    "administrator": "look imports people audit",
    "manager": "look cohorts reports shares",
    "statistician": "look cohorts reports shares exports designs jobs sign-off unblind",
    "viewer": "look",
}


def study(status: str, *, blinded: bool) -> Study:
    at = datetime(2026, 3, 31, tzinfo=UTC)
    return Study(code="EQX-301", title="", status=status, blinded=blinded, plan=None, created_at=at)


@pytest.mark.parametrize(("role", "right"), list(product(ROLES, RIGHTS)))
def test_a_role_has_its_rights_and_no_others(role: str, right: str) -> None:
    reader = Reader(name="anna", roles=(role,))
    expected = right in EXPECTED[role].split()
    assert reader.may(right) is expected
    if expected:
        assert reader.require(right) == "anna"
    else:
        with pytest.raises(NotAllowedError, match="your role does not allow you"):
            reader.require(right)


def test_the_table_names_every_role_and_only_rights_there_are() -> None:
    assert tuple(TABLE) == ROLES
    assert set().union(*TABLE.values()) == set(RIGHTS)
    assert all(LOCAL_OWNER.may(right) for right in RIGHTS)
    with pytest.raises(ValueError, match="no right is called"):
        LOCAL_OWNER.may("everything")


def test_several_roles_add_up() -> None:
    both = Reader(name="anna", roles=("administrator", "viewer"))
    assert {right for right in RIGHTS if both.may(right)} == TABLE["administrator"]


@pytest.mark.parametrize(
    ("role", "member", "reads"),
    [
        (role, member, member or role == "administrator")
        for role in ROLES
        for member in (True, False)
    ],
)
def test_studies_are_those_of_the_membership(role: str, member: bool, reads: bool) -> None:
    reader = Reader(name="anna", roles=(role,), studies={"EQX-301": False} if member else {})
    assert reader.reads("EQX-301") is reads


@pytest.mark.parametrize(
    ("role", "arms", "status", "blinded"),
    list(product(ROLES, (True, False), ("ongoing", "complete"), (True, False))),
)
def test_arms_are_shown_to_whom_the_membership_says(
    role: str, arms: bool, status: str, blinded: bool
) -> None:
    reader = Reader(name="anna", roles=(role,), studies={"EQX-301": arms})
    may = role == "statistician" and arms
    shown = not blinded and (status == "complete" or may)
    assert reader.is_blinded(study(status, blinded=blinded)) is not shown
    assert reader.may_unblind("EQX-301") is may
    assert not reader.may_unblind("EQX-201")
