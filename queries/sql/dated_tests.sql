-- The tests of laboratory, vital signs and electrocardiograms, and whose values they are.
-- grain: test
-- columns: test VARCHAR, label VARCHAR, subjects BIGINT
SELECT test, min(label) AS label, count(DISTINCT subject) AS subjects
FROM (
    SELECT subject, test, label, value, measured_on FROM laboratory_results
    UNION ALL
    SELECT subject, test, label, value, measured_on FROM vital_signs
    UNION ALL
    SELECT subject, test, label, value, measured_on FROM electrocardiograms
)
JOIN cohort USING (subject)
WHERE value IS NOT NULL AND measured_on IS NOT NULL
GROUP BY test
ORDER BY subjects DESC, test;
