-- From when until when each subject was followed for events that can recur.
-- grain: subject
-- params: origin VARCHAR, until VARCHAR, days_after INTEGER
-- columns: subject VARCHAR, arm VARCHAR, started_on DATE, ended_on DATE, died BOOLEAN
WITH cut AS (
    SELECT max(TRY_CAST(value AS DATE)) AS day
    FROM provenance_snapshot
    WHERE item = 'data_cut'
),
dated AS (
    SELECT
        subject,
        arm,
        CASE WHEN $origin = 'randomisation' THEN randomised_on ELSE first_dose_on END AS started_on,
        died_on,
        cut.day AS cut_on,
        CASE $until
            WHEN 'last known alive' THEN coalesce(died_on, last_alive_on)
            WHEN 'end of study' THEN coalesce(ended_study_on, cut.day)
            WHEN 'data cut' THEN cut.day
            WHEN 'last dose' THEN least(
                coalesce(last_dose_on + $days_after::INTEGER, cut.day),
                coalesce(died_on, last_alive_on),
                ended_study_on
            )
        END AS until_on
    FROM cohort
    CROSS JOIN cut
)
SELECT
    subject,
    arm,
    started_on,
    -- `least` passes over what is missing; without an end, a death or a data cut is none.
    CASE WHEN until_on IS NOT NULL THEN least(until_on, died_on, cut_on) END AS ended_on,
    coalesce(died_on <= least(until_on, cut_on), FALSE) AS died
FROM dated
ORDER BY subject;
