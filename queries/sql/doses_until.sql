-- The average daily dose from first dose until a day; days without a record count as none.
-- grain: subject
-- params: until_day INTEGER
-- columns: subject VARCHAR, daily_dose DOUBLE
SELECT
    cohort.subject,
    sum(
        dose * greatest(
            least(
                coalesce(ended_on, started_on), cohort.first_dose_on + $until_day::INTEGER
            ) - greatest(started_on, cohort.first_dose_on) + 1,
            0
        )
    ) / ($until_day::INTEGER + 1) AS daily_dose
FROM exposures
JOIN cohort USING (subject)
WHERE
    dose IS NOT NULL
    AND started_on <= cohort.first_dose_on + $until_day::INTEGER
GROUP BY cohort.subject
ORDER BY cohort.subject;
