-- An endpoint counts days from start to end without the first day, throughout.
-- severity: information
-- dataset: ADTTE
-- variable: AVAL
-- needs: ADTTE.USUBJID any, ADTTE.PARAMCD text, ADTTE.AVAL number, ADTTE.STARTDT date, ADTTE.ADT date
-- optional: ADTTE.AVALU text
-- sentence: AVAL of {detail} in {dataset} is ADT - STARTDT throughout; the first day is not counted.
SELECT "USUBJID" AS subject, "PARAMCD" AS detail,
    "AVAL" - (date_diff('day', "STARTDT", "ADT") + 1) AS difference
FROM adtte
WHERE COALESCE(upper("AVALU"), 'DAYS') IN ('DAYS', 'DAY', 'D')
QUALIFY difference IS NOT NULL
    AND bool_and(COALESCE(abs(difference + 1) < 0.5, TRUE)) OVER (PARTITION BY "PARAMCD")
