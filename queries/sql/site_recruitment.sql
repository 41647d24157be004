-- What each site has recruited; screening is that of the whole study, and NULL where it was not collected.
-- grain: site
-- columns: site VARCHAR, country VARCHAR, subjects BIGINT, undated BIGINT, first_on DATE, last_on DATE, screened BIGINT, screen_failures BIGINT, first_screened_on DATE
WITH randomised AS (
    SELECT
        site,
        any_value(country) AS country,
        count(*) AS subjects,
        count(*) FILTER (enrolled_on IS NULL) AS undated,
        min(enrolled_on) AS first_on,
        max(enrolled_on) AS last_on
    FROM cohort
    GROUP BY site
),
screening AS (
    SELECT
        site,
        any_value(country) AS country,
        count(*) AS screened,
        count(*) FILTER (NOT enrolled) AS screen_failures,
        min(screened_on) AS first_screened_on
    FROM screened
    GROUP BY site
),
collected AS (
    SELECT count(*) > 0 AS screening FROM screened
)
SELECT
    COALESCE(randomised.site, screening.site) AS site,
    COALESCE(randomised.country, screening.country) AS country,
    COALESCE(subjects, 0) AS subjects,
    COALESCE(undated, 0) AS undated,
    first_on,
    last_on,
    CASE WHEN collected.screening THEN COALESCE(screened, 0) END AS screened,
    CASE WHEN collected.screening THEN COALESCE(screen_failures, 0) END AS screen_failures,
    first_screened_on
FROM randomised
FULL JOIN screening ON randomised.site IS NOT DISTINCT FROM screening.site
CROSS JOIN collected
ORDER BY subjects DESC, site;
