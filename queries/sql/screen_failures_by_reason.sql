-- Subjects who were screened and not enrolled, by reason; a reason that was not recorded is NULL.
-- grain: reason
-- columns: reason VARCHAR, subjects BIGINT
SELECT reason, count(*) AS subjects
FROM screen_failures
GROUP BY reason
ORDER BY subjects DESC, reason;
