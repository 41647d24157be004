-- Baseline of each subject in one laboratory test, and the extremes of all values after it.
-- grain: subject
-- params: test VARCHAR
-- columns: subject VARCHAR, arm VARCHAR, source VARCHAR, baseline DOUBLE, baseline_category VARCHAR, baseline_grade DOUBLE, least DOUBLE, greatest DOUBLE, any_low BOOLEAN, any_normal BOOLEAN, any_high BOOLEAN, least_grade DOUBLE, greatest_grade DOUBLE, after BIGINT, records BIGINT, copies BIGINT, without_value BIGINT, undated BIGINT, without_limits BIGINT, without_grade BIGINT, low DOUBLE, high DOUBLE
WITH counted AS (
    SELECT
        result.*,
        TRY_CAST(regexp_extract(result.grade::VARCHAR, '-?[0-9]+') AS DOUBLE) AS graded,
        coalesce(first_dose_on, randomised_on) AS first_on,
        -- Of a row that stands twice, as last values under "End of Treatment" do, one counts.
        row_number() OVER (
            PARTITION BY
                result.subject, measured_on, value, time_point,
                CASE WHEN value IS NULL THEN grade::VARCHAR END,
                CASE WHEN measured_on IS NULL THEN visit END
            ORDER BY baseline IS DISTINCT FROM 'Y', visit_number NULLS LAST, visit
        ) AS copy
    FROM laboratory_results AS result
    JOIN cohort ON cohort.subject = result.subject
    WHERE test = $test
),

results AS (
    SELECT
        *,
        CASE WHEN value < low THEN 'low' WHEN value > high THEN 'high'
            WHEN value IS NOT NULL AND (low IS NOT NULL OR high IS NOT NULL) THEN 'normal'
        END AS category
    FROM counted
    WHERE copy = 1
),

usable AS (
    SELECT * FROM results WHERE value IS NOT NULL OR graded IS NOT NULL
),

flagged AS (
    SELECT *, 'flagged' AS source FROM usable WHERE baseline = 'Y'
    QUALIFY row_number() OVER (
        PARTITION BY subject ORDER BY measured_on DESC NULLS LAST, visit_number DESC NULLS LAST, value
    ) = 1
),

earlier AS (
    SELECT *, 'last before' AS source FROM usable
    WHERE measured_on <= first_on AND subject NOT IN (SELECT subject FROM flagged)
    QUALIFY row_number() OVER (
        PARTITION BY subject ORDER BY measured_on DESC, visit_number DESC NULLS LAST, value
    ) = 1
),

baselines AS (
    SELECT subject, source, value, category, graded, measured_on FROM flagged
    UNION ALL
    SELECT subject, source, value, category, graded, measured_on FROM earlier
),

afterwards AS (
    SELECT
        results.subject,
        min(results.value) AS least,
        max(results.value) AS greatest,
        bool_or(results.category = 'low') AS any_low,
        bool_or(results.category = 'normal') AS any_normal,
        bool_or(results.category = 'high') AS any_high,
        min(results.graded) AS least_grade,
        max(results.graded) AS greatest_grade,
        count(*) AS after
    FROM usable AS results
    LEFT JOIN baselines USING (subject)
    WHERE results.measured_on > greatest(first_on, baselines.measured_on)
    GROUP BY results.subject
),

kept AS (
    SELECT
        subject,
        count(*) AS records,
        sum((copy > 1)::BIGINT)::BIGINT AS copies,
        sum((copy = 1 AND value IS NULL)::BIGINT)::BIGINT AS without_value,
        sum((copy = 1 AND measured_on IS NULL)::BIGINT)::BIGINT AS undated,
        sum((copy = 1 AND value IS NOT NULL AND low IS NULL AND high IS NULL)::BIGINT)::BIGINT
            AS without_limits,
        sum((copy = 1 AND value IS NOT NULL AND graded IS NULL)::BIGINT)::BIGINT AS without_grade,
        mode(low) AS low,
        mode(high) AS high
    FROM counted
    GROUP BY subject
)

SELECT
    cohort.subject,
    arm,
    source,
    baselines.value AS baseline,
    baselines.category AS baseline_category,
    baselines.graded AS baseline_grade,
    least,
    greatest,
    coalesce(any_low, FALSE) AS any_low,
    coalesce(any_normal, FALSE) AS any_normal,
    coalesce(any_high, FALSE) AS any_high,
    least_grade,
    greatest_grade,
    coalesce(after, 0) AS after,
    coalesce(records, 0) AS records,
    coalesce(copies, 0) AS copies,
    coalesce(without_value, 0) AS without_value,
    coalesce(undated, 0) AS undated,
    coalesce(without_limits, 0) AS without_limits,
    coalesce(without_grade, 0) AS without_grade,
    kept.low,
    kept.high
FROM cohort
LEFT JOIN kept USING (subject)
LEFT JOIN baselines USING (subject)
LEFT JOIN afterwards USING (subject)
ORDER BY cohort.subject;
