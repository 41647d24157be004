-- Subjects of the cohort that an endpoint's analysis cannot use, by arm and why.
-- grain: arm, reason
-- params: endpoint VARCHAR
-- columns: arm VARCHAR, reason VARCHAR, subjects BIGINT
SELECT arm, reason, count(*) AS subjects
FROM (
    SELECT
        cohort.arm,
        CASE
            WHEN times.subject IS NULL THEN 'no record of this endpoint'
            WHEN times.time IS NULL THEN 'no time'
            WHEN times.event IS NULL THEN 'no censoring indicator'
        END AS reason
    FROM cohort
    LEFT JOIN (SELECT * FROM endpoint_times WHERE endpoint = $endpoint) AS times USING (subject)
)
WHERE reason IS NOT NULL
GROUP BY ALL
ORDER BY ALL;
