-- Terms of adverse events on treatment, the one of most subjects first.
-- grain: term
-- params:
-- columns: term VARCHAR, subjects BIGINT
SELECT
    known.term,
    count(DISTINCT number) AS subjects
FROM event_records AS event
JOIN event_terms AS known USING (code)
JOIN subject_event_kinds USING (number)
JOIN cohort USING (subject)
WHERE event.kinds & 1 > 0 AND known.term IS NOT NULL
GROUP BY known.term
ORDER BY subjects DESC, known.term;
