-- Subjects enrolled on each day at each site; all arms together.
-- grain: site, enrolled_on
-- columns: site VARCHAR, country VARCHAR, enrolled_on DATE, subjects BIGINT
SELECT site, any_value(country) AS country, enrolled_on, count(*) AS subjects
FROM cohort
WHERE enrolled_on IS NOT NULL
GROUP BY site, enrolled_on
ORDER BY enrolled_on, site;
