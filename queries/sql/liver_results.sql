-- Results of the liver tests of some subjects, as multiples of the limit, by study day.
-- grain: record
-- params: origin VARCHAR, subjects VARCHAR[]
-- columns: subject VARCHAR, test VARCHAR, day BIGINT, measured_on DATE, value DOUBLE, high DOUBLE, unit VARCHAR, multiple DOUBLE, after_start BOOLEAN
WITH zero AS (
    SELECT
        subject,
        CASE WHEN $origin = 'randomisation' THEN randomised_on ELSE first_dose_on END AS started_on
    FROM cohort
    WHERE list_contains($subjects, subject)
)
SELECT
    subject,
    test,
    measured_on - started_on + (measured_on >= started_on)::BIGINT AS day,
    measured_on,
    value,
    high,
    unit,
    multiple,
    measured_on > started_on AS after_start
FROM zero
JOIN liver_results USING (subject)
WHERE measured_on IS NOT NULL AND started_on IS NOT NULL AND multiple IS NOT NULL
ORDER BY subject, measured_on, test, value;
