-- Subjects enrolled on each day, by arm.
-- grain: arm, enrolled_on
-- columns: arm VARCHAR, enrolled_on DATE, subjects BIGINT
SELECT arm, enrolled_on, count(*) AS subjects
FROM cohort
WHERE enrolled_on IS NOT NULL
GROUP BY ALL
ORDER BY enrolled_on, arm;
