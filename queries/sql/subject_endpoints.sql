-- Endpoints of one subject, with the study day they ended on.
-- grain: endpoint
-- params: subject VARCHAR
-- columns: endpoint VARCHAR, label VARCHAR, event BOOLEAN, reason VARCHAR, time DOUBLE, unit VARCHAR, day BIGINT, ended_on DATE
WITH zero AS (
    SELECT subject, COALESCE(first_dose_on, randomised_on) AS day FROM cohort
)
SELECT
    endpoint,
    label,
    event,
    reason,
    time,
    unit,
    ended_on - zero.day + (ended_on >= zero.day)::BIGINT AS day,
    ended_on
FROM endpoint_times
JOIN zero USING (subject)
WHERE subject = $subject
ORDER BY endpoint;
