-- From which day the times of an endpoint count, over the subjects of the cohort.
-- params: endpoint VARCHAR
-- columns: records BIGINT, randomised BIGINT, first_dose BIGINT
SELECT
    count(*) AS records,
    count(*) FILTER (started_on = randomised_on) AS randomised,
    count(*) FILTER (started_on = first_dose_on) AS first_dose
FROM cohort
JOIN endpoint_times USING (subject)
WHERE endpoint = $endpoint;
