-- The highest value of each liver test after a day of the subject, as a multiple of its limit.
-- grain: subject, test
-- params: origin VARCHAR
-- columns: subject VARCHAR, arm VARCHAR, test VARCHAR, multiple DOUBLE, day BIGINT, baseline DOUBLE
WITH zero AS (
    SELECT
        subject,
        arm,
        CASE WHEN $origin = 'randomisation' THEN randomised_on ELSE first_dose_on END AS started_on
    FROM cohort
),
dated AS (
    SELECT
        zero.subject,
        zero.arm,
        test,
        multiple,
        measured_on > started_on AS after_start,
        measured_on - started_on + (measured_on >= started_on)::BIGINT AS day
    FROM zero
    LEFT JOIN liver_results ON liver_results.subject = zero.subject AND multiple IS NOT NULL
)
SELECT
    subject,
    arm,
    test,
    max(multiple) FILTER (after_start) AS multiple,
    -- The first day on which it was highest.
    -arg_max(-day, {'multiple': multiple, 'earlier': -day}) FILTER (after_start) AS day,
    arg_max(multiple, {'day': day, 'multiple': multiple}) FILTER (NOT after_start) AS baseline
FROM dated
GROUP BY subject, arm, test
ORDER BY subject, test;
