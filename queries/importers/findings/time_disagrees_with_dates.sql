-- A time in days is not the days from start to end, the first day counted.
-- An endpoint that leaves out the first day throughout is another finding.
-- severity: warning
-- dataset: ADTTE
-- variable: AVAL
-- needs: ADTTE.USUBJID any, ADTTE.PARAMCD text, ADTTE.AVAL number, ADTTE.STARTDT date, ADTTE.ADT date
-- optional: ADTTE.AVALU text
-- sentence: AVAL of {detail} is not ADT - STARTDT + 1 in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject, "PARAMCD" AS detail,
    "AVAL" - (date_diff('day', "STARTDT", "ADT") + 1) AS difference
FROM adtte
WHERE COALESCE(upper("AVALU"), 'DAYS') IN ('DAYS', 'DAY', 'D')
QUALIFY abs(difference) >= 0.5
    AND NOT bool_and(COALESCE(abs(difference + 1) < 0.5, TRUE)) OVER (PARTITION BY "PARAMCD")
