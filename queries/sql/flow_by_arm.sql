-- Subjects by arm, whether treatment began, how the study ended for them, and the stratum.
-- grain: arm, treated, status, reason, stratum
-- columns: arm VARCHAR, treated BOOLEAN, status VARCHAR, reason VARCHAR, stratum VARCHAR, subjects BIGINT
SELECT
    arm,
    first_dose_on IS NOT NULL AS treated,
    upper(status) AS status,
    discontinuation_reason AS reason,
    stratum,
    count(*) AS subjects
FROM cohort
GROUP BY ALL
ORDER BY ALL;
