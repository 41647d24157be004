-- A record of an endpoint has no time, or does not say whether it is an event.
-- severity: warning
-- dataset: ADTTE
-- variable: AVAL
-- needs: ADTTE.USUBJID any, ADTTE.PARAMCD text, ADTTE.AVAL number, ADTTE.CNSR number
-- sentence: The time or the censoring code is missing in {records} of {detail} in {dataset}; they cannot be used.
SELECT "USUBJID" AS subject, "PARAMCD" AS detail FROM adtte WHERE "AVAL" IS NULL OR "CNSR" IS NULL
