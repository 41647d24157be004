-- Visits of one subject, by study day: 1 is the day of first dose, there is no 0.
-- grain: day, visit
-- params: subject VARCHAR
-- columns: day BIGINT, visit VARCHAR
WITH zero AS (
    SELECT subject, COALESCE(first_dose_on, randomised_on) AS day FROM cohort
)
SELECT DISTINCT held_on - zero.day + (held_on >= zero.day)::BIGINT AS day, visit
FROM visits
JOIN zero USING (subject)
WHERE subject = $subject AND visit IS NOT NULL AND held_on IS NOT NULL
ORDER BY day, visit;
