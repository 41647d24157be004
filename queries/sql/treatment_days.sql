-- First and last dose of each subject, whether treatment goes on, and the data cut.
-- grain: subject
-- params:
-- columns: subject VARCHAR, arm VARCHAR, started_on DATE, ended_on DATE, ongoing BOOLEAN, cut_on DATE
WITH cut AS (
    SELECT max(TRY_CAST(value AS DATE)) AS day
    FROM provenance_snapshot
    WHERE item = 'data_cut'
)
SELECT
    subject,
    arm,
    first_dose_on AS started_on,
    last_dose_on AS ended_on,
    first_dose_on IS NOT NULL AND CASE
        WHEN treatment_status IS NOT NULL THEN upper(treatment_status) = 'ONGOING'
        -- A study that has ended for a subject ended its treatment too.
        ELSE coalesce(last_dose_on >= cut.day, TRUE)
            AND coalesce(upper(status) NOT IN ('COMPLETED', 'DISCONTINUED'), TRUE)
    END AS ongoing,
    cut.day AS cut_on
FROM cohort
CROSS JOIN cut
ORDER BY subject;
