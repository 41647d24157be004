-- Subjects by arm, end-of-study status and reason for discontinuation.
-- grain: arm, status, reason
-- columns: arm VARCHAR, status VARCHAR, reason VARCHAR, subjects BIGINT
SELECT arm, upper(status) AS status, discontinuation_reason AS reason, count(*) AS subjects
FROM cohort
GROUP BY ALL
ORDER BY ALL;
