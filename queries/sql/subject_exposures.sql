-- Doses of one subject, by study day: 1 is the day of first dose, there is no 0.
-- grain: record
-- params: subject VARCHAR
-- columns: treatment VARCHAR, dose DOUBLE, unit VARCHAR, start_day BIGINT, end_day BIGINT, started_on DATE, ended_on DATE
WITH zero AS (
    SELECT subject, COALESCE(first_dose_on, randomised_on) AS day FROM cohort
)
SELECT
    treatment,
    dose,
    unit,
    started_on - zero.day + (started_on >= zero.day)::BIGINT AS start_day,
    ended_on - zero.day + (ended_on >= zero.day)::BIGINT AS end_day,
    started_on,
    ended_on
FROM exposures
JOIN zero USING (subject)
WHERE subject = $subject AND dose IS NOT NULL
ORDER BY started_on NULLS LAST, treatment, ended_on;
