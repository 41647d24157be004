-- Distinct survival times of one endpoint with their events and censorings.
-- grain: arm, stratum, time
-- params: endpoint VARCHAR
-- columns: arm VARCHAR, stratum VARCHAR, time DOUBLE, events BIGINT, censored BIGINT
SELECT
    arm,
    stratum,
    time,
    count(*) FILTER (event) AS events,
    count(*) FILTER (NOT event) AS censored
FROM cohort
JOIN endpoint_times USING (subject)
WHERE endpoint = $endpoint AND time IS NOT NULL AND event IS NOT NULL
GROUP BY ALL
ORDER BY ALL;
