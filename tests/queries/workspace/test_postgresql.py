"""The same workspace on a PostgreSQL server: set EQUIPOISE_POSTGRESQL_URL to an empty database."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, delete, make_url, text, update
from sqlalchemy.exc import IntegrityError

from queries.cohorts import Between, Cohort, OneOf
from queries.errors import DataError
from queries.workspace import Workspace, open_workspace, tables, verifying
from tests.queries.workspace.test_audit_trail import record_at_once

URL = os.environ.get("EQUIPOISE_POSTGRESQL_URL")
OWNER = "local owner"
WOMEN = Cohort(OneOf(column="SEX", values=("F",))).to_json()
ELDERLY = Cohort(Between(column="AGE", low=65)).to_json()

pytestmark = pytest.mark.skipif(URL is None, reason="EQUIPOISE_POSTGRESQL_URL names no server")


@pytest.fixture
def workspaces(tmp_path):
    """Two workspaces on one database, opened at the same moment as two processes would."""
    with ThreadPoolExecutor(2) as pool:
        opened = list(pool.map(lambda _: open_workspace(URL, home=tmp_path), range(2)))
    yield opened
    for workspace in opened:
        workspace.close()


def test_acts_from_two_sides_leave_one_current_snapshot(workspaces, tmp_path):
    one, other = workspaces
    code = f"EQX-{uuid4()}"
    assert one.register_study(code=code, person=OWNER).blinded
    candidates = []
    for number in range(10):
        file = tmp_path / "snapshots" / f"{code}-{number}"
        file.write_bytes(b"")
        candidates.append(
            one.add_candidate(
                study=code, file=file, content_sha256="0" * 64, report_json="{}", person=OWNER
            )
        )
    with ThreadPoolExecutor(4) as pool:
        turns = zip(candidates, [one, other] * 5, strict=True)
        list(pool.map(lambda turn: turn[1].accept(turn[0].id, OWNER), turns))
    states = sorted(snapshot.state for snapshot in other.snapshots(code))
    assert states == ["current", *["superseded"] * 9]
    accepted = [act for act in reversed(one.activity(code)) if act.act == "accept"]
    replaced = [act.detail["replaces"] for act in accepted]
    assert replaced == [None, *[act.detail["snapshot"] for act in accepted][:-1]]
    assert all(act.at.utcoffset().total_seconds() == 0 for act in accepted)


def test_a_study_registered_from_two_sides_is_one(workspaces):
    code = f"EQX-{uuid4()}"
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda n: workspaces[n % 2].register_study(code=code, person=OWNER), range(8))
        )
    assert all(study == found[0] for study in found)
    assert len(workspaces[0].activity(code)) == 1


def test_views_and_refusals_are_the_same(workspaces):
    workspace, code = workspaces[0], f"EQX-{uuid4()}"
    workspace.register_study(code=code, person=OWNER)
    view_id = workspace.save_view(
        study=code, snapshot=None, page="survival", state={"endpoint": "OS"}, person=OWNER
    )
    assert workspaces[1].view(view_id).state == {"endpoint": "OS"}
    for hostile in ("a\0", "'; drop table view; --"):
        with pytest.raises(DataError, match="this workspace knows"):
            workspace.view(hostile)
        with pytest.raises(DataError, match=r"a study is one|the code of a study"):
            workspace.study(hostile)


# Saved cohorts ----------------------------------------------------------------------


@pytest.fixture
def facts(workspaces):
    """What every cohort of a study of its own is saved with."""
    return _facts(workspaces[0], f"EQX-{uuid4()}")


def _facts(workspace: Workspace, code: str) -> dict[str, object]:
    workspace.register_study(code=code, person=OWNER)
    (workspace.home / "snapshots" / code).write_bytes(b"")
    candidate = workspace.add_candidate(
        study=code,
        file=f"snapshots/{code}",
        content_sha256="0" * 64,
        report_json="{}",
        person=OWNER,
    )
    snapshot = workspace.accept(candidate.id, OWNER).id
    return {"study": code, "cohort_json": WOMEN, "snapshot": snapshot, "subjects": 1}


def _or_refusal(act: Callable[..., object], *args: object, **facts: object) -> object:
    try:
        return act(*args, **facts)
    except DataError as refusal:
        return refusal


def _kept(tried: list[object], sentence: str) -> list[object]:
    """What was saved, after the rest was refused with this sentence."""
    assert all(sentence in str(one) for one in tried if isinstance(one, DataError))
    return [one for one in tried if not isinstance(one, DataError)]


def test_a_cohort_comes_back_as_it_was_and_goes_its_way(workspaces, facts):
    one, other = workspaces
    women = one.save_cohort(name="Women", comment="For\nMay", person="anna", **facts)
    elderly = one.save_cohort(name="Elderly", person="anna", **{**facts, "cohort_json": ELDERLY})
    sources = (women.as_source, elderly.as_source)
    both = other.save_cohort(name="Both", operation="union", sources=sources, person=OWNER, **facts)
    assert one.cohorts(facts["study"]) == (both, elderly, women)
    assert other.cohort(women.id, 1) == women
    assert women.saved_at.utcoffset().total_seconds() == 0
    assert one.stale_reasons(both.id, 1) == ()
    version = {name: value for name, value in facts.items() if name != "study"}
    newer = other.save_cohort_version(women.id, based_on=1, person="ben", **version)
    assert [saved.version for saved in one.cohort_history(women.id)] == [2, 1]
    assert one.stale_reasons(both.id, 1) == (
        "Built from 'Women' version 1, which is now at version 2.",
    )
    retired = one.retire_cohort(women.id, OWNER)
    assert (retired.version, retired.retired_by, newer.retired_by) == (2, OWNER, None)
    assert other.cohorts(facts["study"]) == (both, elderly)
    assert other.save_cohort(name="women", person=OWNER, **facts).version == 1


def test_the_same_name_from_two_sides_is_saved_once(workspaces, facts):
    names = ["Women", "WOMEN", "women ", " Women"]

    def save(number: int) -> object:
        workspace = workspaces[number % 2]
        name = names[number // 2 % 4]
        return _or_refusal(workspace.save_cohort, name=name, person=f"person {number}", **facts)

    with ThreadPoolExecutor(8) as pool:
        kept = _kept(list(pool.map(save, range(16))), "already")
    assert len(kept) == 1
    assert workspaces[0].cohorts(facts["study"]) == tuple(kept)
    acts = workspaces[1].activity(facts["study"])
    assert [act.act for act in acts] == ["save cohort", "accept", "import", "register"]


def test_versions_from_two_sides_based_on_the_same_one_are_one(workspaces, facts):
    first = workspaces[0].save_cohort(name="Women", person="anna", **facts)
    version = {name: value for name, value in facts.items() if name != "study"}

    def save(number: int) -> object:
        act = workspaces[number % 2].save_cohort_version
        return _or_refusal(act, first.id, based_on=1, person=f"person {number}", **version)

    with ThreadPoolExecutor(8) as pool:
        kept = _kept(list(pool.map(save, range(16))), "in the meantime")
    assert len(kept) == 1
    assert workspaces[1].cohort(first.id) == kept[0]
    assert [saved.version for saved in workspaces[0].cohort_history(first.id)] == [2, 1]


def test_the_database_refuses_a_second_living_cohort_of_a_name(workspaces, facts):
    workspaces[0].save_cohort(name="Women", person=OWNER, **facts)
    elderly = workspaces[0].save_cohort(name="Elderly", person=OWNER, **facts)
    same = update(tables.cohorts).where(tables.cohorts.c.id == elderly.id)
    with (
        workspaces[0]._engine.begin() as connection,
        pytest.raises(IntegrityError, match="uq_cohort_living_name"),
    ):
        connection.execute(same.values(name_key="women"))


def test_the_longest_name_fits_its_index(workspaces):
    # Of all characters these grow most when names are compared: in bytes, and in number.
    facts = _facts(workspaces[0], "\U0001f9ea" * 28 + str(uuid4()))
    for name in ("\U0001d1c0" * 200, "\ufb03" * 200):
        saved = workspaces[0].save_cohort(name=name, person=OWNER, **facts)
        assert workspaces[1].cohort(saved.id).name == name


def test_hostile_cohorts_are_refused_with_the_same_sentences(workspaces, facts):
    workspace = workspaces[0]
    saved = workspace.save_cohort(name="'; drop table cohort; --", person=OWNER, **facts)
    for wrong, sentence in (
        ({"name": "a\0"}, "the name of a cohort is"),
        ({"name": "\ud800"}, "the name of a cohort is"),
        ({"comment": "a\0"}, "the comment on a cohort is"),
        ({"subjects": 2**31}, "the number of subjects in a cohort is"),
        ({"snapshot": "a\0"}, "a snapshot is one that this workspace knows"),
        ({"cohort_json": WOMEN.replace("F", "\\u0000")}, "valid Unicode without NUL"),
        ({"cohort_json": WOMEN.replace("F", "\\ud800")}, "valid Unicode without NUL"),
    ):
        with pytest.raises(DataError, match=sentence):
            workspace.save_cohort(**{"name": "Women", "person": OWNER, **facts, **wrong})
    with pytest.raises(DataError, match="a saved cohort is one that this workspace knows"):
        workspace.cohort("a\0")
    with pytest.raises(DataError, match="is a whole number from 1 to 1"):
        workspace.cohort(saved.id, 2**31)
    assert workspace.cohorts(facts["study"]) == (saved,)


@pytest.fixture
def old_url(tmp_path):
    """The address of a workspace of schema 1, in a namespace of its own."""
    name = f"equipoise_{uuid4().hex}"
    server = create_engine(URL, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    url = make_url(URL).update_query_dict({"options": f"-csearch_path={name}"})
    shown = url.render_as_string(hide_password=False)
    with open_workspace(shown, home=tmp_path) as workspace:
        facts = _facts(workspace, "EQX-301")
        with workspace._engine.begin() as connection:
            first = {"workspace_fact", "study", "snapshot", "view", "activity"}
            later = [one for one in tables.metadata.sorted_tables if one.name not in first]
            tables.metadata.drop_all(connection, tables=later)
            connection.execute(delete(tables.facts).where(tables.facts.c.item != "schema_version"))
            connection.execute(update(tables.facts).values(value="1"))
    yield shown, facts
    with server.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    server.dispose()


def test_an_older_workspace_opened_from_two_sides_takes_cohorts(old_url, tmp_path):
    url, facts = old_url
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_workspace(url, home=tmp_path), range(4)))
    saved = opened[0].save_cohort(name="Women", person=OWNER, **facts)
    assert opened[1].cohorts("EQX-301") == (saved,)
    assert opened[2].current_snapshot("EQX-301").id == facts["snapshot"]
    with opened[3]._engine.connect() as connection:
        version = connection.execute(
            text("SELECT value FROM workspace_fact WHERE item = 'schema_version'")
        ).scalar()
        assert version == str(tables.SCHEMA_VERSION)
    found = opened[0].audit.verify()
    assert found.holds
    assert found.chained_later == 3
    for workspace in opened:
        workspace.close()


# Saved designs ----------------------------------------------------------------------


@pytest.fixture
def planned(facts):
    """What every design of a study of its own is saved with."""
    return {"study": facts["study"], "kind": "group-sequential", "design_json": '{"a": 0.1}'}


def test_a_design_comes_back_as_it_was_and_is_kept_back(workspaces, facts, planned):
    one, other = workspaces
    women = one.save_cohort(name="Women", person="anna", **facts)
    origin = {"cohort": women.as_source, "snapshot": women.snapshot}
    first = one.designs.save(name="Three looks", person="anna", **planned, **origin)
    assert other.designs.one(first.id) == first
    with pytest.raises(DataError, match="computed with pooled arms"):
        one.designs.save(name="Seen", person="anna", unblinded=True, **planned)
    one.unblind(facts["study"], OWNER, "to see")
    second = other.designs.save_version(
        first.id, based_on=1, kind="fixed", design_json="{}", person="ben", unblinded=True
    )
    assert one.designs.of_study(facts["study"]) == (second,)
    assert one.designs.history(first.id, pooled=True) == (first,)
    renamed = one.designs.rename(first.id, based_on=2, name="Ours", person="ben")
    assert (renamed.version, renamed.unblinded, renamed.design_json) == (3, True, "{}")
    one.blind(facts["study"], OWNER, "sealed again")
    assert one.designs.of_study(facts["study"]) == (first,)
    with pytest.raises(DataError, match="for readers who see the arms"):
        one.designs.retire(first.id, OWNER)
    one.save_cohort_version(
        women.id,
        based_on=1,
        person="ben",
        **{name: value for name, value in facts.items() if name != "study"},
    )
    assert one.designs.stale_reasons(first.id) == (
        "Version 1 of 'Women' has been replaced by version 2.",
    )


def test_one_of_many_designs_takes_a_name_and_one_of_many_versions_a_base(workspaces, planned):
    def save(number: int) -> object:
        room = workspaces[number % 2].designs
        return _or_refusal(room.save, name="Three looks", person=f"p{number}", **planned)

    with ThreadPoolExecutor(4) as pool:
        [saved] = _kept(list(pool.map(save, range(8))), "has a name of its own")

    def save_version(number: int) -> object:
        room = workspaces[number % 2].designs
        facts = {"based_on": 1, "kind": "fixed", "design_json": "{}", "person": f"p{number}"}
        return _or_refusal(room.save_version, saved.id, **facts)

    with ThreadPoolExecutor(4) as pool:
        [second] = _kept(list(pool.map(save_version, range(8))), "in the meantime")
    assert workspaces[0].designs.history(saved.id)[0] == second


def test_hostile_text_in_a_design_is_refused_alike(workspaces, planned):
    room = workspaces[0].designs
    for wrong, sentence in (
        ({"name": "a\0"}, "the name of a design"),
        ({"name": "\ud800"}, "the name of a design"),
        ({"design_json": '{"a": "\0"}'}, "without NUL"),
        ({"design_json": '{"a": "\ud800"}'}, "in Unicode"),
        ({"snapshot": "a\0"}, "a snapshot is one that this workspace knows"),
    ):
        with pytest.raises(DataError, match=sentence):
            room.save(**{"name": "Three looks", "person": OWNER, **planned, **wrong})
    strange = room.save(name="'; drop table design; --", person=OWNER, **planned)
    assert room.of_study(planned["study"]) == (strange,)


# The audit trail --------------------------------------------------------------------


def test_the_chain_holds_with_several_writing_processes(workspaces, tmp_path):
    room = workspaces[0].audit
    anchor, before = room.anchor(), room.count()
    record_at_once(URL, tmp_path)
    found = room.verify([anchor])
    assert found.holds, found.breaks
    assert found.acts == before + 100
    acts = room.acts(start=before)
    assert [one.activity.at for one in acts] == sorted(one.activity.at for one in acts)


def test_what_is_done_behind_its_back_is_found(workspaces):
    workspace = workspaces[0]
    for number in range(4):
        workspace.record(act="download", person="anna", detail={"number": number})
    anchor = workspace.audit.anchor()
    last, act, link = anchor.number, tables.activity, tables.activity_links
    for done, found in (
        ([update(act).where(act.c.number == last - 1).values(person="eve")], (last - 1, "changed")),
        (
            [
                update(act).where(act.c.number == last - 1).values(at=tables.now()),
            ],
            (last - 1, "changed"),
        ),
        (
            [
                delete(link).where(link.c.number == last - 1),
                delete(act).where(act.c.number == last - 1),
            ],
            (last, "missing"),
        ),
        (
            [delete(link).where(link.c.number == last), delete(act).where(act.c.number == last)],
            (last, "cut"),
        ),
    ):
        with workspace._engine.connect() as connection:
            for statement in done:
                connection.execute(statement)
            told = verifying.verify(connection, [anchor])
            connection.rollback()
        assert [(one.number, one.kind) for one in told.breaks] == [found]
    assert workspace.audit.verify([anchor]).holds


def test_a_look_from_two_sides_is_recorded_once(workspaces, facts):
    seen = {"person": "anna", "study": facts["study"], "what": "profile", "snapshot": "s"}
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda n: workspaces[n % 2].audit.see(**seen), range(8)))
    assert told.count(True) == 1
