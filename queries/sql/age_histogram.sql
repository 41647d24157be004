-- Subjects by arm and five-year band of age.
-- grain: arm, age_from
-- columns: arm VARCHAR, age_from DOUBLE, subjects BIGINT
SELECT arm, floor(age / 5) * 5 AS age_from, count(*) AS subjects
FROM cohort
WHERE age IS NOT NULL
GROUP BY ALL
ORDER BY ALL;
