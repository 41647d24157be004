-- The vital signs and electrocardiograms that were recorded, by test.
-- grain: test
-- params:
-- columns: test VARCHAR, label VARCHAR, units VARCHAR[], time_points VARCHAR[], subjects BIGINT, vital BOOLEAN
WITH measured AS (
    SELECT test, label, unit, time_point, subject, TRUE AS vital FROM vital_signs
    UNION ALL
    SELECT test, label, unit, time_point, subject, FALSE AS vital FROM electrocardiograms
)
SELECT
    test,
    min(label) AS label,
    list_sort(coalesce(list(DISTINCT unit) FILTER (unit IS NOT NULL), [])) AS units,
    list_sort(coalesce(list(DISTINCT time_point) FILTER (time_point IS NOT NULL), [])) AS time_points,
    count(DISTINCT subject) AS subjects,
    bool_or(vital) AS vital
FROM measured
JOIN cohort USING (subject)
WHERE test IS NOT NULL
GROUP BY test
ORDER BY test;
