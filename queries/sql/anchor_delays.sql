-- How many days the start of an endpoint's times lies before first dose, and randomisation, at most.
-- params: endpoint VARCHAR
-- columns: first_dose BIGINT, randomisation BIGINT
SELECT
    max(date_diff('day', started_on, first_dose_on)) AS first_dose,
    max(date_diff('day', started_on, randomised_on)) AS randomisation
FROM cohort
JOIN endpoint_times USING (subject)
WHERE endpoint = $endpoint;
