-- Rows of one laboratory test: all of them, and those that values by visit leave out.
-- grain:
-- params: test VARCHAR
-- columns: records BIGINT, copies BIGINT, without_value BIGINT, unscheduled BIGINT, repeats BIGINT
WITH numbered AS (
    SELECT
        result.subject,
        value,
        visit,
        row_number() OVER (
            PARTITION BY
                result.subject, measured_on, value, time_point,
                CASE WHEN value IS NULL THEN grade::VARCHAR END,
                CASE WHEN measured_on IS NULL THEN visit END
            ORDER BY
                baseline IS DISTINCT FROM 'Y',
                regexp_matches(
                    coalesce(visit, ''),
                    '(?i)end of (treatment|study)|\beo[ts]\b|last|endpoint|locf|worst|m(ax|in)imum'
                ),
                visit_number NULLS LAST,
                visit
        ) AS copy
    FROM laboratory_results AS result
    SEMI JOIN cohort ON cohort.subject = result.subject
    WHERE test = $test
),

told AS (
    SELECT
        *,
        copy = 1 AND value IS NOT NULL AS usable,
        visit IS NULL OR regexp_matches(visit, '(?i)unsched') AS unplanned
    FROM numbered
)

SELECT
    count(*) AS records,
    count(CASE WHEN copy > 1 THEN 1 END) AS copies,
    count(CASE WHEN copy = 1 AND value IS NULL THEN 1 END) AS without_value,
    count(CASE WHEN usable AND unplanned THEN 1 END) AS unscheduled,
    count(CASE WHEN usable AND NOT unplanned THEN 1 END)
        - count(DISTINCT CASE WHEN usable AND NOT unplanned THEN (subject, visit) END) AS repeats
FROM told;
