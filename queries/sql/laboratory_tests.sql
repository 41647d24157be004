-- Laboratory tests with a number or a grade on record, and what was collected with them.
-- grain: test
-- params:
-- columns: test VARCHAR, label VARCHAR, unit VARCHAR, units BIGINT, subjects BIGINT, records BIGINT, limited BIGINT, graded BIGINT
SELECT
    test,
    min(label) AS label,
    min(unit) AS unit,
    count(DISTINCT unit) AS units,
    count(DISTINCT subject) AS subjects,
    count(*) AS records,
    count(CASE WHEN low IS NOT NULL OR high IS NOT NULL THEN 1 END) AS limited,
    count(grade) AS graded
FROM laboratory_results
SEMI JOIN cohort USING (subject)
WHERE test IS NOT NULL AND (value IS NOT NULL OR grade IS NOT NULL)
GROUP BY test
ORDER BY label, test;
