-- Baseline and the extremes after it of vital signs and electrocardiograms, of each subject.
-- grain: subject, test
-- params: tests VARCHAR[], time_point VARCHAR
-- columns: subject VARCHAR, arm VARCHAR, test VARCHAR, baseline DOUBLE, flagged BOOLEAN, highest DOUBLE, lowest DOUBLE, highest_change DOUBLE, lowest_change DOUBLE, highest_percent_change DOUBLE, lowest_percent_change DOUBLE, records BIGINT, after_baseline BIGINT, without_value BIGINT, without_date BIGINT, unplaced BIGINT
WITH measured AS (
    SELECT subject, test, value, measured_on, coalesce(time_point, '') AS time_point,
        coalesce(upper(baseline) = 'Y', FALSE) AS flagged
    FROM (SELECT * FROM vital_signs UNION ALL SELECT * FROM electrocardiograms)
    WHERE list_contains($tests, test)
),
-- The tests of a subject may be taken at several time points: each has its own baseline.
records AS (
    SELECT measured.*, cohort.arm, cohort.first_dose_on
    FROM measured
    JOIN cohort USING (subject)
    -- A test without time points, such as weight, is there whichever is chosen.
    WHERE $time_point::VARCHAR IS NULL OR measured.time_point IN ($time_point, '')
),
before AS (
    SELECT *,
        bool_or(flagged) OVER own AS any_flagged
    FROM records
    WHERE value IS NOT NULL AND (flagged OR measured_on <= first_dose_on)
    WINDOW own AS (PARTITION BY subject, test, time_point)
),
last_before AS (
    SELECT *, max(measured_on) OVER own AS last_on
    FROM before
    WHERE flagged OR NOT any_flagged
    WINDOW own AS (PARTITION BY subject, test, time_point)
),
baselines AS (
    -- Several on the last day of baseline count with their mean.
    SELECT subject, test, time_point, avg(value) AS baseline, bool_or(flagged) AS flagged,
        max(last_on) AS baseline_on
    FROM last_before
    WHERE measured_on IS NOT DISTINCT FROM last_on
    GROUP BY ALL
),
placed AS (
    SELECT records.* EXCLUDE (flagged), records.flagged AS is_baseline,
        baselines.baseline, baselines.flagged,
        greatest(baseline_on, first_dose_on) AS starts_after,
        -- Rounded, so that 38.4 - 37.4 is a change of 1 and not of almost 1.
        round(value - baseline, 9) AS change
    FROM records
    LEFT JOIN baselines USING (subject, test, time_point)
),
judged AS (
    SELECT *,
        NOT is_baseline AND value IS NOT NULL AND coalesce(measured_on > starts_after, FALSE) AS later,
        round(100 * change / nullif(greatest(baseline, 0), 0), 9) AS percent_change
    FROM placed
)
SELECT
    subject,
    arm,
    test,
    CASE WHEN count(DISTINCT time_point) = 1 THEN max(baseline) END AS baseline,
    bool_and(flagged) AS flagged,
    max(value) FILTER (later) AS highest,
    min(value) FILTER (later) AS lowest,
    max(change) FILTER (later) AS highest_change,
    min(change) FILTER (later) AS lowest_change,
    max(percent_change) FILTER (later) AS highest_percent_change,
    min(percent_change) FILTER (later) AS lowest_percent_change,
    count(*) AS records,
    count(*) FILTER (later) AS after_baseline,
    count(*) FILTER (value IS NULL) AS without_value,
    count(*) FILTER (value IS NOT NULL AND measured_on IS NULL AND NOT is_baseline) AS without_date,
    -- Neither a first dose nor a baseline says which records are later.
    count(*) FILTER (value IS NOT NULL AND measured_on IS NOT NULL AND starts_after IS NULL
        AND NOT is_baseline) AS unplaced
FROM judged
GROUP BY subject, arm, test
ORDER BY subject, test;
