-- Adverse events of some kind, class or term, by subject and day.
-- grain: subject, started_on
-- params: kind VARCHAR, classes VARCHAR[], terms VARCHAR[], related VARCHAR[]
-- columns: subject VARCHAR, started_on DATE, events BIGINT
SELECT subject, adverse_events.started_on, count(*) AS events
FROM cohort
JOIN adverse_events USING (subject)
WHERE
    -- Where no event is flagged as treatment-emergent, all are taken.
    (emergent = 'Y' OR NOT EXISTS (FROM adverse_events WHERE emergent IS NOT NULL))
    AND (len($classes) = 0 OR list_contains($classes, class))
    AND (len($terms) = 0 OR list_contains($terms, term))
    AND CASE $kind
        WHEN 'any' THEN TRUE
        WHEN 'serious' THEN serious = 'Y'
        WHEN 'severe' THEN coalesce(
            TRY_CAST(grade AS DOUBLE) >= 3,
            upper(severity) IN ('SEVERE', 'LIFE THREATENING', 'LIFE-THREATENING', 'FATAL', 'DEATH')
        )
        WHEN 'related' THEN list_contains($related, upper(adverse_events.related))
        WHEN 'withdrawn' THEN action = 'DRUG WITHDRAWN'
        WHEN 'fatal' THEN outcome = 'FATAL' OR adverse_events.death = 'Y'
    END
GROUP BY ALL
ORDER BY ALL;
