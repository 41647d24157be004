-- Subjects of the cohort by arm, in the study's own order of arms.
-- grain: arm
-- columns: arm VARCHAR, subjects BIGINT, sites BIGINT
SELECT arm, count(*) AS subjects, count(DISTINCT site) AS sites
FROM cohort
GROUP BY arm
ORDER BY min(arm_number) NULLS LAST, arm;
