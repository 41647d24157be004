-- Adverse events of one subject, by study day: 1 is the day of first dose, there is no 0.
-- grain: record
-- params: subject VARCHAR
-- columns: term VARCHAR, class VARCHAR, grade DOUBLE, severity VARCHAR, serious BOOLEAN, related VARCHAR, action VARCHAR, outcome VARCHAR, start_day BIGINT, end_day BIGINT, started_on DATE, ended_on DATE
WITH zero AS (
    SELECT subject, COALESCE(first_dose_on, randomised_on) AS day FROM cohort
)
SELECT
    term,
    class,
    TRY_CAST(grade AS DOUBLE) AS grade,
    severity,
    serious = 'Y' AS serious,
    related,
    action,
    outcome,
    started_on - zero.day + (started_on >= zero.day)::BIGINT AS start_day,
    ended_on - zero.day + (ended_on >= zero.day)::BIGINT AS end_day,
    started_on,
    ended_on
FROM adverse_events
JOIN zero USING (subject)
WHERE subject = $subject
ORDER BY started_on NULLS LAST, term, ended_on;
