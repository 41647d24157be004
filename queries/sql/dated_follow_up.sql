-- Follow-up for one endpoint in calendar time, a subject a row, and how it ended.
-- grain: subject
-- params: endpoint VARCHAR, allowance_days INTEGER
-- columns: subject VARCHAR, arm VARCHAR, enrolled_on DATE, started_on DATE, ended_on DATE, time DOUBLE, event BOOLEAN, ending VARCHAR, cut_on DATE
WITH cut AS (
    SELECT max(TRY_CAST(value AS DATE)) AS day
    FROM provenance_snapshot
    WHERE item = 'data_cut'
)
SELECT
    subject,
    arm,
    enrolled_on,
    started_on,
    ended_on,
    time,
    event,
    CASE
        WHEN event THEN 'event'
        WHEN upper(trim(status)) = 'COMPLETED' THEN 'completed the study'
        -- Who leaves after the cut was still under observation at it.
        WHEN upper(trim(status)) NOT IN ('', 'ONGOING', 'ON STUDY')
            AND coalesce(ended_study_on <= cut.day, TRUE) THEN 'left the study'
        WHEN ended_on IS NULL OR cut.day IS NULL THEN 'not dated'
        WHEN date_diff('day', ended_on, cut.day) > $allowance_days::INTEGER
            THEN 'ended before the data cut'
        ELSE 'reached the data cut'
    END AS ending,
    cut.day AS cut_on
FROM cohort
JOIN endpoint_times USING (subject)
CROSS JOIN cut
WHERE endpoint = $endpoint AND time IS NOT NULL AND event IS NOT NULL
ORDER BY subject;
