-- What the data themselves state of a subject's exposure, by parameter.
-- grain: subject, parameter
-- params: parameters VARCHAR[]
-- columns: subject VARCHAR, parameter VARCHAR, value DOUBLE
SELECT subject, parameter, min(value) AS value
FROM exposures
JOIN cohort USING (subject)
WHERE list_contains($parameters, parameter)
GROUP BY ALL
-- A parameter with several values in a subject is no summary of that subject.
HAVING count(DISTINCT value) = 1
ORDER BY ALL;
