-- The value of one parameter at one visit and its change from baseline, for every subject.
-- grain: subject
-- params: dataset VARCHAR, parameter VARCHAR, visit VARCHAR
-- columns: subject VARCHAR, arm VARCHAR, value DOUBLE, change DOUBLE, carried BOOLEAN
WITH results AS (
    SELECT
        responses.*,
        regexp_matches(coalesce(derivation, ''), '(?i)[lwb]ocf|carried') AS carried
    FROM responses
    WHERE dataset = $dataset AND parameter = $parameter AND value IS NOT NULL
),

baselines AS (
    SELECT subject, value
    FROM results
    WHERE baseline = 'Y'
    QUALIFY row_number() OVER (
        PARTITION BY subject ORDER BY measured_on DESC NULLS LAST, value
    ) = 1
),

chosen AS (
    SELECT *
    FROM results
    WHERE visit = $visit AND baseline IS DISTINCT FROM 'Y'
    QUALIFY row_number() OVER (
        PARTITION BY subject
        ORDER BY carried, analysed IS DISTINCT FROM 'Y', measured_on DESC NULLS LAST, value
    ) = 1
)

SELECT
    cohort.subject,
    cohort.arm,
    CASE WHEN NOT carried THEN chosen.value END AS value,
    CASE
        WHEN NOT carried
            THEN coalesce(change, chosen.value - baseline_value, chosen.value - baselines.value)
    END AS change,
    coalesce(carried, FALSE) AS carried
FROM cohort
LEFT JOIN chosen ON chosen.subject = cohort.subject
LEFT JOIN baselines ON baselines.subject = cohort.subject
ORDER BY cohort.subject;
