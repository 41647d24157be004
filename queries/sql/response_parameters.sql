-- What was measured at which visits after baseline, in how many subjects.
-- grain: dataset, parameter, visit
-- params:
-- columns: dataset VARCHAR, parameter VARCHAR, label VARCHAR, unit VARCHAR, visit VARCHAR, visit_number DOUBLE, subjects BIGINT, yes_or_no BOOLEAN
SELECT
    dataset,
    parameter,
    min(label) AS label,
    min(responses.unit) AS unit,
    visit,
    min(visit_number) AS visit_number,
    count(DISTINCT subject) AS subjects,
    bool_and(value IN (0, 1)) AS yes_or_no
FROM responses
JOIN cohort USING (subject)
WHERE
    parameter IS NOT NULL
    AND visit IS NOT NULL
    AND value IS NOT NULL
    AND baseline IS DISTINCT FROM 'Y'
    AND NOT regexp_matches(visit, '(?i)unsched|baseline|screen')
GROUP BY dataset, parameter, visit
ORDER BY dataset, parameter, visit_number NULLS LAST, visit;
