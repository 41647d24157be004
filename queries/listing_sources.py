"""What listings are made of: SQL over the cohort and the records of its subjects."""

from __future__ import annotations

_ZERO = "coalesce(first_dose_on, randomised_on)"


def _study_day(day: str) -> str:
    """Day 1 is the day of first dose, and there is no day 0."""
    return f"{day} - {_ZERO} + ({day} >= {_ZERO})::BIGINT"


EVENTS = f"""
SELECT
    subject,
    arm,
    term,
    class,
    -- Grades that are numbers in the source are whole ones.
    coalesce(regexp_replace(grade, '[.]0$', ''), adverse_events.severity) AS grade,
    grade AS graded,
    adverse_events.severity AS severity,
    {_study_day("adverse_events.started_on")} AS start_day,
    {_study_day("adverse_events.ended_on")} AS end_day,
    serious,
    related,
    action,
    outcome,
    adverse_events.death AS death,
    CASE WHEN adverse_events.started_on > last_dose_on
        THEN adverse_events.started_on - last_dose_on END AS days_after_last_dose,
    emergent,
    CASE WHEN (adverse_events.death = 'Y' OR upper(outcome) = 'FATAL')
        AND serious IS DISTINCT FROM 'Y' THEN 'Fatal, not marked serious' END AS note
FROM adverse_events
JOIN cohort USING (subject)
"""

DEATHS = f"""
, fatal AS (
    SELECT
        subject,
        string_agg(term, '; ' ORDER BY started_on NULLS LAST, term) AS terms,
        max(coalesce(ended_on, started_on)) AS ended_on,
        bool_or(serious IS DISTINCT FROM 'Y') AS unmarked
    FROM adverse_events
    WHERE death = 'Y' OR upper(outcome) = 'FATAL'
    GROUP BY subject
),
disposed AS (
    SELECT subject, min(decided_on) AS decided_on
    FROM dispositions
    WHERE upper(decision) IN ('DEATH', 'DIED')
    GROUP BY subject
),
registered AS (
    SELECT subject, min(died_on) AS died_on
    FROM demographics
    WHERE death = 'Y' OR died_on IS NOT NULL
    GROUP BY subject
),
known AS (
    SELECT
        cohort.subject,
        arm,
        coalesce(
            cohort.died_on, registered.died_on, disposed.decided_on, fatal.ended_on
        ) AS died_on,
        first_dose_on,
        randomised_on,
        last_dose_on,
        death_cause AS cause,
        coalesce(cohort.death = 'Y', FALSE) OR cohort.died_on IS NOT NULL
            OR registered.subject IS NOT NULL AS recorded,
        disposed.subject IS NOT NULL
            OR coalesce(upper(discontinuation_reason) IN ('DEATH', 'DIED'), FALSE) AS left_by_death,
        fatal.subject IS NOT NULL AS by_event,
        fatal.terms AS fatal_events,
        CASE WHEN fatal.unmarked THEN 'Fatal event not marked serious' END AS note
    FROM cohort
    LEFT JOIN registered ON registered.subject = cohort.subject
    LEFT JOIN disposed ON disposed.subject = cohort.subject
    LEFT JOIN fatal ON fatal.subject = cohort.subject
)
SELECT
    subject,
    arm,
    died_on,
    {_study_day("died_on")} AS study_day,
    CASE WHEN died_on >= last_dose_on THEN died_on - last_dose_on END AS days_after_last_dose,
    cause,
    CASE
        WHEN recorded AND by_event THEN 'Death on record and fatal event'
        WHEN recorded THEN 'Death on record'
        WHEN left_by_death AND by_event THEN 'Disposition and fatal event'
        WHEN left_by_death THEN 'Only disposition'
        ELSE 'Only a fatal event'
    END AS evidence,
    fatal_events,
    note
FROM known
WHERE recorded OR left_by_death OR by_event
"""
