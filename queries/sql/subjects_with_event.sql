-- Treated subjects, and those with an adverse event of a kind on treatment, by arm.
-- grain: arm
-- params: term VARCHAR, kind VARCHAR
-- columns: arm VARCHAR, subjects BIGINT, with_event BIGINT
WITH meant AS (
    SELECT DISTINCT subject
    FROM event_records AS event
    JOIN event_terms AS known USING (code)
    -- The subjects with an adverse event flagged as treatment-emergent, by number.
    JOIN subject_event_kinds USING (number)
    WHERE
        -- The bits of `queries.prepared.KINDS`.
        event.kinds & 1 > 0
        AND ($term::VARCHAR IS NULL OR known.term = $term)
        AND CASE $kind::VARCHAR
            WHEN 'any' THEN TRUE
            WHEN 'serious' THEN event.kinds & 2 > 0
            WHEN 'severe' THEN event.grade >= 3
            WHEN 'related' THEN event.kinds & 4 > 0
            WHEN 'withdrawn' THEN event.kinds & 8 > 0
            WHEN 'fatal' THEN event.kinds & 16 > 0
            ELSE FALSE
        END
),

treated AS (
    SELECT * FROM cohort
    WHERE first_dose_on IS NOT NULL OR NOT EXISTS (FROM cohort WHERE first_dose_on IS NOT NULL)
)

SELECT
    arm,
    count(*) AS subjects,
    count(meant.subject) AS with_event
FROM treated
LEFT JOIN meant ON meant.subject = treated.subject
GROUP BY arm
ORDER BY min(arm_number) NULLS LAST, arm;
