-- Subjects by site, most first, with the first and last day of enrolment.
-- grain: site
-- columns: site VARCHAR, country VARCHAR, subjects BIGINT, first_on DATE, last_on DATE
SELECT
    site,
    any_value(country) AS country,
    count(*) AS subjects,
    min(enrolled_on) AS first_on,
    max(enrolled_on) AS last_on
FROM cohort
GROUP BY site
ORDER BY subjects DESC, site;
