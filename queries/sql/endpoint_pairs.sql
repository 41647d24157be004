-- Whether the times of two endpoints count from the same day, over the subjects of the first.
-- grain: arm
-- params: endpoint VARCHAR, other VARCHAR
-- columns: arm VARCHAR, subjects BIGINT, without_other BIGINT, same_start BIGINT, undated BIGINT
WITH own AS (
    SELECT arm, subject, started_on
    FROM cohort
    JOIN endpoint_times USING (subject)
    WHERE endpoint = $endpoint AND time IS NOT NULL AND event IS NOT NULL
),
other AS (
    SELECT subject, any_value(started_on) AS started_on
    FROM endpoint_times
    WHERE endpoint = $other AND time IS NOT NULL AND event IS NOT NULL
    GROUP BY subject
)
SELECT
    arm,
    count(*) AS subjects,
    count(*) FILTER (other.subject IS NULL) AS without_other,
    count(*) FILTER (own.started_on = other.started_on) AS same_start,
    count(*) FILTER (
        other.subject IS NOT NULL AND (own.started_on IS NULL OR other.started_on IS NULL)
    ) AS undated
FROM own
LEFT JOIN other USING (subject)
GROUP BY arm
ORDER BY arm;
