-- The last value of each test on or before a day: several on that day are averaged.
-- grain: subject, test
-- params: tests VARCHAR[], until_day INTEGER
-- columns: subject VARCHAR, test VARCHAR, value DOUBLE, measured_on DATE
WITH latest AS (
    SELECT cohort.subject, test, value, measured_on
    FROM (
        SELECT subject, test, value, measured_on FROM laboratory_results
        UNION ALL
        SELECT subject, test, value, measured_on FROM vital_signs
        UNION ALL
        SELECT subject, test, value, measured_on FROM electrocardiograms
    ) AS results
    JOIN cohort ON cohort.subject = results.subject
    WHERE
        list_contains($tests, test)
        AND isfinite(value)
        -- A value without a date could be from the future.
        AND measured_on <= cohort.first_dose_on + $until_day::INTEGER
    QUALIFY measured_on = max(measured_on) OVER (PARTITION BY cohort.subject, test)
)
SELECT subject, test, avg(value) AS value, measured_on
FROM latest
GROUP BY subject, test, measured_on
ORDER BY subject, test;
