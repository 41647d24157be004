-- Values of one laboratory test at scheduled visits, one for each subject and visit, with the baseline.
-- grain: subject, visit
-- params: test VARCHAR
-- columns: subject VARCHAR, arm VARCHAR, visit VARCHAR, visit_number DOUBLE, measured_on DATE, value DOUBLE, low DOUBLE, high DOUBLE, baseline DOUBLE, at_baseline BOOLEAN
WITH numbered AS (
    SELECT
        cohort.arm,
        coalesce(first_dose_on, randomised_on) AS first_on,
        result.*,
        -- Last values carried to a visit such as "End of Treatment" are copies: the visit at
        -- which the value was measured keeps it.
        row_number() OVER (
            PARTITION BY
                result.subject, measured_on, value, time_point,
                CASE WHEN value IS NULL THEN grade::VARCHAR END,
                CASE WHEN measured_on IS NULL THEN visit END
            ORDER BY
                baseline IS DISTINCT FROM 'Y',
                regexp_matches(
                    coalesce(visit, ''),
                    '(?i)end of (treatment|study)|\beo[ts]\b|last|endpoint|locf|worst|m(ax|in)imum'
                ),
                visit_number NULLS LAST,
                visit
        ) AS copy
    FROM laboratory_results AS result
    JOIN cohort ON cohort.subject = result.subject
    WHERE test = $test AND value IS NOT NULL
),

results AS (
    SELECT * FROM numbered WHERE copy = 1
),

baselines AS (
    SELECT subject, value, baseline, measured_on FROM results
    WHERE baseline = 'Y' OR measured_on <= first_on
    QUALIFY row_number() OVER (
        PARTITION BY subject
        ORDER BY
            baseline IS DISTINCT FROM 'Y',
            measured_on DESC NULLS LAST,
            visit_number DESC NULLS LAST,
            value
    ) = 1
)

SELECT
    results.subject,
    results.arm,
    results.visit,
    results.visit_number,
    results.measured_on,
    results.value,
    results.low,
    results.high,
    baselines.value AS baseline,
    coalesce(results.baseline = 'Y' OR results.measured_on <= baselines.measured_on, FALSE)
        AS at_baseline
FROM results
LEFT JOIN baselines USING (subject)
WHERE results.visit IS NOT NULL AND NOT regexp_matches(results.visit, '(?i)unsched')
QUALIFY row_number() OVER (
    PARTITION BY results.subject, results.visit
    ORDER BY
        results.baseline IS DISTINCT FROM 'Y',
        results.measured_on DESC NULLS LAST,
        results.visit_number DESC NULLS LAST,
        results.value
) = 1
ORDER BY
    -- The end of treatment has a number, but comes after every visit.
    regexp_matches(results.visit, '(?i)end of (treatment|study)|\beo[ts]\b'),
    results.visit_number NULLS LAST,
    results.visit,
    results.subject;
