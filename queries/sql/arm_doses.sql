-- The dose of each arm: as planned for its subjects, and the one that was given on most days.
-- grain: arm
-- params:
-- columns: arm VARCHAR, subjects BIGINT, planned_doses BIGINT, planned_dose DOUBLE, planned_unit VARCHAR, given_dose DOUBLE, given_unit VARCHAR
WITH given AS (
    SELECT
        arm,
        -- Some studies carry the dose as the value of a parameter and not in a column of its own.
        coalesce(exposures.dose, CASE WHEN parameter = 'DOSE' THEN value END) AS dose,
        unit,
        sum(coalesce(ended_on - started_on, 0) + 1) AS days
    FROM exposures
    JOIN cohort USING (subject)
    GROUP BY ALL
),

most AS (
    SELECT arm, dose, unit
    FROM given
    WHERE dose IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY arm ORDER BY days DESC, dose, unit) = 1
),

arms AS (
    SELECT
        arm,
        min(arm_number) AS arm_number,
        count(*) AS subjects,
        count(DISTINCT planned_dose) AS planned_doses,
        min(planned_dose) AS planned_dose,
        min(planned_dose_unit) AS planned_unit
    FROM cohort
    GROUP BY arm
)

SELECT
    arms.arm,
    subjects,
    planned_doses,
    planned_dose,
    planned_unit,
    most.dose AS given_dose,
    most.unit AS given_unit
FROM arms
LEFT JOIN most ON most.arm = arms.arm
ORDER BY arm_number NULLS LAST, arms.arm;
