-- The subjects of the cohort, by their identifier.
-- grain: subject
-- columns: subject VARCHAR
SELECT subject
FROM cohort
ORDER BY subject;
