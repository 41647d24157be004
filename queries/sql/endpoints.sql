-- Time-to-event endpoints with their subjects, events and follow-up, by arm.
-- grain: endpoint, arm
-- columns: endpoint VARCHAR, label VARCHAR, unit VARCHAR, arm VARCHAR, subjects BIGINT, events BIGINT, longest DOUBLE
SELECT
    endpoint,
    any_value(label) AS label,
    lower(any_value(unit)) AS unit,
    arm,
    count(*) AS subjects,
    count(*) FILTER (event) AS events,
    max(time) AS longest
FROM cohort
JOIN endpoint_times USING (subject)
WHERE endpoint IS NOT NULL AND time IS NOT NULL AND event IS NOT NULL
GROUP BY endpoint, arm
ORDER BY endpoint, min(arm_number) NULLS LAST, arm;
