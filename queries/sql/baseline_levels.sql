-- Subjects by arm and level of sex, race and country; a missing level is NULL.
-- grain: arm, variable, level
-- columns: arm VARCHAR, variable VARCHAR, level VARCHAR, subjects BIGINT
SELECT arm, variable, level, count(*) AS subjects
FROM (
    SELECT
        arm,
        unnest(['sex', 'race', 'country']) AS variable,
        unnest([sex, race, country]) AS level
    FROM cohort
)
GROUP BY ALL
ORDER BY arm, variable, subjects DESC, level;
