-- By liver test: how many records there are, and how many are not used and why.
-- grain: test
-- params: origin VARCHAR
-- columns: test VARCHAR, records BIGINT, copies BIGINT, without_value BIGINT, undated BIGINT, without_limit BIGINT, without_limit_subjects BIGINT, used BIGINT
WITH zero AS (
    SELECT
        subject,
        CASE WHEN $origin = 'randomisation' THEN randomised_on ELSE first_dose_on END AS started_on
    FROM cohort
),
reasons AS (
    SELECT
        liver_results.*,
        value IS NULL AS no_value,
        value IS NOT NULL AND (measured_on IS NULL OR started_on IS NULL) AS no_date
    FROM zero
    JOIN liver_results USING (subject)
)
SELECT
    test,
    sum(records)::BIGINT AS records,
    (sum(records - 1) FILTER (NOT no_value))::BIGINT AS copies,
    (sum(records) FILTER (no_value))::BIGINT AS without_value,
    count(*) FILTER (no_date) AS undated,
    count(*) FILTER (NOT no_value AND NOT no_date AND multiple IS NULL) AS without_limit,
    count(DISTINCT subject) FILTER (
        NOT no_value AND NOT no_date AND multiple IS NULL
    ) AS without_limit_subjects,
    count(*) FILTER (NOT no_value AND NOT no_date AND multiple IS NOT NULL) AS used
FROM reasons
GROUP BY test
ORDER BY test;
