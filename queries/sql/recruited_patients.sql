-- Who was enrolled, and of the whole study who was screened and not enrolled; a patient a row.
-- grain: subject
-- columns: subject VARCHAR, site VARCHAR, country VARCHAR, screened_on DATE, enrolled_on DATE, enrolled BOOLEAN
SELECT
    cohort.subject,
    COALESCE(cohort.site, screened.site) AS site,
    COALESCE(cohort.country, screened.country) AS country,
    screened.screened_on,
    cohort.enrolled_on,
    TRUE AS enrolled
FROM cohort
LEFT JOIN screened ON screened.subject = cohort.subject
UNION ALL BY NAME
SELECT
    subject,
    site,
    country,
    screened_on,
    NULL::DATE AS enrolled_on,
    FALSE AS enrolled
FROM screened
WHERE NOT enrolled
ORDER BY subject;
