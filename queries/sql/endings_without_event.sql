-- Why follow-up for one endpoint ended without the event, by arm: for what the trial planned, or before.
-- grain: arm, ending
-- params: endpoint VARCHAR, allowance_days INTEGER
-- columns: arm VARCHAR, ending VARCHAR, subjects BIGINT, deaths BIGINT
WITH cut AS (
    SELECT max(TRY_CAST(value AS DATE)) AS day
    FROM provenance_snapshot
    WHERE item = 'data_cut'
),
ended AS (
    SELECT
        arm,
        upper(trim(status)) AS status,
        coalesce(upper(discontinuation_reason) SIMILAR TO '.*(DEATH|DIED).*', FALSE) AS died,
        ended_study_on,
        ended_on,
        cut.day AS cut_on
    FROM cohort
    JOIN endpoint_times USING (subject)
    CROSS JOIN cut
    WHERE endpoint = $endpoint AND time IS NOT NULL AND NOT event
)
SELECT
    arm,
    CASE
        WHEN status = 'COMPLETED' THEN 'completed the study'
        -- Who leaves after the cut was still under observation at it.
        WHEN status NOT IN ('', 'ONGOING', 'ON STUDY')
            AND coalesce(ended_study_on <= cut_on, TRUE) THEN 'left the study'
        WHEN ended_on IS NULL OR cut_on IS NULL THEN 'not dated'
        WHEN date_diff('day', ended_on, cut_on) > $allowance_days::INTEGER
            THEN 'ended before the data cut'
        ELSE 'reached the data cut'
    END AS ending,
    count(*) AS subjects,
    count(*) FILTER (died) AS deaths
FROM ended
GROUP BY ALL
ORDER BY arm, ending;
