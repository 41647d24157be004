-- Distinct times to the first of several events, by what came first: "" where none did.
-- grain: arm, stratum, time, cause
-- params: endpoint VARCHAR, apart VARCHAR[], rest VARCHAR, competing VARCHAR[], other VARCHAR
-- columns: arm VARCHAR, stratum VARCHAR, time DOUBLE, cause VARCHAR, subjects BIGINT
WITH described AS (
    SELECT
        arm,
        stratum,
        subject,
        time,
        event,
        CASE
            WHEN event THEN nullif(trim(event_description), '')
            ELSE coalesce(nullif(trim(reason), ''), nullif(trim(event_description), ''))
        END AS description
    FROM cohort
    JOIN endpoint_times USING (subject)
    WHERE endpoint = $endpoint AND time IS NOT NULL AND event IS NOT NULL
),
own AS (
    SELECT
        * EXCLUDE (event, description),
        CASE
            WHEN event AND list_contains($apart, description) THEN description
            WHEN event THEN $rest
            WHEN list_contains($competing, description) THEN description
            ELSE ''
        END AS cause
    FROM described
),
other AS (
    SELECT
        subject,
        min(time) AS time,
        arg_min(coalesce(nullif(trim(event_description), ''), label, endpoint), time) AS cause
    FROM endpoint_times
    WHERE endpoint = $other AND event AND time IS NOT NULL
    GROUP BY subject
),
first_of_all AS (
    SELECT
        arm,
        stratum,
        CASE
            WHEN other.time < own.time OR (other.time = own.time AND own.cause = '')
            THEN {'time': other.time, 'cause': other.cause}
            ELSE {'time': own.time, 'cause': own.cause}
        END AS ended
    FROM own
    LEFT JOIN other USING (subject)
)
SELECT arm, stratum, ended.time AS time, ended.cause AS cause, count(*) AS subjects
FROM first_of_all
GROUP BY ALL
ORDER BY ALL;
