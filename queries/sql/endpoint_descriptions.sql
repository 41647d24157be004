-- How the times of one endpoint ended, by arm: events and censorings as the data describe them.
-- grain: arm, event, description
-- params: endpoint VARCHAR
-- columns: arm VARCHAR, event BOOLEAN, description VARCHAR, subjects BIGINT
SELECT
    arm,
    event,
    CASE
        WHEN event THEN nullif(trim(event_description), '')
        ELSE coalesce(nullif(trim(reason), ''), nullif(trim(event_description), ''))
    END AS description,
    count(*) AS subjects
FROM cohort
JOIN endpoint_times USING (subject)
WHERE endpoint = $endpoint AND time IS NOT NULL AND event IS NOT NULL
GROUP BY ALL
ORDER BY event DESC, description NULLS LAST, min(arm_number) NULLS LAST, arm;
