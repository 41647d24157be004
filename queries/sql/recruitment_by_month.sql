-- Subjects enrolled and subjects screened in each calendar month, by site; screening is that of the whole study.
-- grain: site, month
-- columns: site VARCHAR, country VARCHAR, month DATE, subjects BIGINT, screened BIGINT, screen_failures BIGINT
WITH moments AS (
    SELECT
        site, country, date_trunc('month', enrolled_on)::DATE AS month,
        1 AS enrolled, 0 AS screened, 0 AS failed
    FROM cohort
    WHERE enrolled_on IS NOT NULL
    UNION ALL
    SELECT
        site, country, date_trunc('month', screened_on)::DATE,
        0, 1, (NOT enrolled)::INTEGER
    FROM screened
    WHERE screened_on IS NOT NULL
),
collected AS (
    SELECT count(screened_on) > 0 AS screening FROM screened
)
SELECT
    site,
    any_value(country) AS country,
    month,
    sum(enrolled)::BIGINT AS subjects,
    CASE WHEN any_value(collected.screening) THEN sum(screened)::BIGINT END AS screened,
    CASE WHEN any_value(collected.screening) THEN sum(failed)::BIGINT END AS screen_failures
FROM moments
CROSS JOIN collected
GROUP BY site, month
ORDER BY site, month;
