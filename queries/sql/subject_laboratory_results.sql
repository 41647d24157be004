-- Laboratory results of one subject, by study day: 1 is the day of first dose, there is no 0.
-- grain: record
-- params: subject VARCHAR
-- columns: test VARCHAR, label VARCHAR, unit VARCHAR, day BIGINT, value DOUBLE, low DOUBLE, high DOUBLE, measured_on DATE
WITH zero AS (
    SELECT subject, COALESCE(first_dose_on, randomised_on) AS day FROM cohort
)
SELECT DISTINCT
    test,
    label,
    unit,
    measured_on - zero.day + (measured_on >= zero.day)::BIGINT AS day,
    value,
    low,
    high,
    measured_on
FROM laboratory_results
JOIN zero USING (subject)
WHERE subject = $subject AND value IS NOT NULL
ORDER BY test, measured_on NULLS LAST, value;
