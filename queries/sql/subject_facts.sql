-- What the table of subjects says of one subject.
-- params: subject VARCHAR
-- columns: subject VARCHAR, arm VARCHAR, site VARCHAR, country VARCHAR, age DOUBLE, sex VARCHAR, race VARCHAR, randomised_on DATE, first_dose_on DATE, last_dose_on DATE, status VARCHAR, discontinuation_reason VARCHAR, died_on DATE, last_alive_on DATE
SELECT
    subject,
    arm,
    site,
    country,
    age,
    sex,
    race,
    randomised_on,
    first_dose_on,
    last_dose_on,
    status,
    discontinuation_reason,
    died_on,
    last_alive_on
FROM cohort
WHERE subject = $subject;
