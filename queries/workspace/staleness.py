"""Whether what was computed from a saved cohort still stands, and if not, why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection

from queries.errors import DataError
from queries.workspace import cohorts, snapshots
from queries.workspace.cohorts import SavedCohort


def stale_reasons(
    saved: SavedCohort,
    sources: Iterable[SavedCohort] = (),
    *,
    latest: Mapping[str, int],
    current_snapshot: str | None,
    computed_on: str | None = None,
) -> tuple[str, ...]:
    """Why something computed from a saved cohort is stale, as sentences; empty when it is fresh.

    Parameters
    ----------
    saved : SavedCohort
        The version it was computed from.
    sources : iterable of SavedCohort
        Every version that `saved` was built from, directly or through others.
    latest : mapping of str to int
        Id of a cohort to the number of its newest version, for `saved` and its sources.
    current_snapshot : str or None
        Id of the current snapshot of the study; None when there is none to compare with.
    computed_on : str, optional
        Id of the snapshot it was computed on. Default: the one `saved` was saved on, which is
        where its number of subjects comes from.

    Returns
    -------
    tuple of str
        First the version itself, then its sources from near to far, then the snapshot. A
        source that is an earlier version of the very cohort built from it is no reason: it was
        replaced by what was built.

    Raises
    ------
    DataError
        When a source or a newest version is not given: not knowing is not being fresh.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from queries.cohorts import Cohort
    >>> at = datetime(2026, 3, 31, tzinfo=UTC)
    >>> elderly = SavedCohort(
    ...     id="C" * 22, study="EQX-301", created_at=at, created_by="anna", version=2, latest=2,
    ...     name="Elderly", comment="", cohort_json=Cohort(name="Elderly").to_json(),
    ...     snapshot="a", subjects=720, saved_at=at, saved_by="anna")
    >>> stale_reasons(elderly, latest={elderly.id: 2}, current_snapshot="a")
    ()
    >>> for reason in stale_reasons(elderly, latest={elderly.id: 4}, current_snapshot="b"):
    ...     print(reason)
    Version 2 of 'Elderly' has been replaced by version 4.
    Computed on an earlier snapshot of the study.
    """
    reasons = []
    if (newest := _newest(saved, latest)) > saved.version:
        reasons.append(
            f"Version {saved.version} of {saved.name!r} has been replaced by version {newest}."
        )
    for source in _overtakable(saved, sources):
        if (newest := _newest(source, latest)) > source.version:
            reasons.append(
                f"Built from {source.name!r} version {source.version}, "
                f"which is now at version {newest}."
            )
    earlier = snapshot_reasons(computed_on or saved.snapshot, current_snapshot)
    return (*reasons, *earlier)


def snapshot_reasons(computed_on: str, current_snapshot: str | None) -> tuple[str, ...]:
    """Why something computed on a snapshot is stale, as sentences; empty when it is fresh.

    Examples
    --------
    >>> snapshot_reasons("a", "b")
    ('Computed on an earlier snapshot of the study.',)
    >>> snapshot_reasons("a", None)
    ()
    """
    fresh = current_snapshot in {None, computed_on}
    return () if fresh else ("Computed on an earlier snapshot of the study.",)


def reasons_now(
    connection: Connection, cohort_id: str, version: int, *, computed_on: str | None = None
) -> tuple[str, ...]:
    """Why something computed from this version is stale by what the workspace now holds."""
    saved = cohorts.one(connection, cohort_id, version)
    if computed_on is not None:
        cohorts.check_snapshot(connection, saved.study, computed_on)
    sources = cohorts.sources_of(connection, saved)
    current = snapshots.current(connection, saved.study)
    return stale_reasons(
        saved,
        sources,
        latest={known.id: known.latest for known in (saved, *sources)},
        current_snapshot=None if current is None else current.id,
        computed_on=computed_on,
    )


def _overtakable(saved: SavedCohort, sources: Iterable[SavedCohort]) -> Iterator[SavedCohort]:
    """The sources whose newer versions matter, each once, from near to far."""
    given = {source.as_source: source for source in sources}
    yielded, seen = set(), {saved.as_source}
    waiting = [(saved, source) for source in saved.sources]
    for built, named in waiting:  # grows while it is walked
        if named not in given:
            got = f"{named.cohort} version {named.version}"
            raise DataError("staleness is judged with every source at hand", got=got)
        if named.cohort not in {built.id, saved.id} and named not in yielded:
            yielded.add(named)
            yield given[named]
        if named not in seen:
            seen.add(named)
            waiting += [(given[named], source) for source in given[named].sources]


def _newest(saved: SavedCohort, latest: Mapping[str, int]) -> int:
    if saved.id not in latest:
        raise DataError("staleness is judged with every newest version known", got=saved.name)
    return latest[saved.id]
