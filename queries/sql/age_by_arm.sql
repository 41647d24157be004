-- Age in years by arm: quartiles, range, and how many have none recorded.
-- grain: arm
-- columns: arm VARCHAR, collected BIGINT, missing BIGINT, mean DOUBLE, sd DOUBLE, minimum DOUBLE, q1 DOUBLE, median DOUBLE, q3 DOUBLE, maximum DOUBLE
SELECT
    arm,
    count(age) AS collected,
    count(*) - count(age) AS missing,
    avg(age) AS mean,
    stddev_samp(age) AS sd,
    min(age) AS minimum,
    quantile_cont(age, 0.25) AS q1,
    median(age) AS median,
    quantile_cont(age, 0.75) AS q3,
    max(age) AS maximum
FROM cohort
GROUP BY arm
ORDER BY min(arm_number) NULLS LAST, arm;
