-- Doses given, and their periods: records that state a dose and no summary of a subject.
-- grain: record
-- params:
-- columns: subject VARCHAR, treatment VARCHAR, dose DOUBLE, unit VARCHAR, frequency VARCHAR, reason VARCHAR, started_on DATE, ended_on DATE
WITH stated AS (
    SELECT
        exposures.* EXCLUDE (dose),
        -- Some studies carry the dose as the value of a parameter and not in a column of its own.
        coalesce(dose, CASE WHEN parameter = 'DOSE' THEN value END) AS dose
    FROM exposures
    JOIN cohort USING (subject)
    WHERE
        parameter IS NULL
        OR parameter = 'DOSE'
        OR NOT EXISTS (FROM exposures WHERE parameter = 'DOSE')
)
SELECT DISTINCT subject, treatment, dose, unit, frequency, reason, started_on, ended_on
FROM stated
WHERE dose IS NOT NULL
ORDER BY ALL;
