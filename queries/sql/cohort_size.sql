-- How many subjects, sites and countries the cohort has.
-- columns: subjects BIGINT, sites BIGINT, countries BIGINT
SELECT count(*) AS subjects, count(DISTINCT site) AS sites, count(DISTINCT country) AS countries
FROM cohort;
