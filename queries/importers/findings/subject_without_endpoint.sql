-- A subject has no record of an endpoint that others have.
-- severity: information
-- dataset: ADTTE
-- variable: PARAMCD
-- needs: ADTTE.USUBJID text, ADTTE.PARAMCD text, ADSL.USUBJID text
-- sentence: ADSL holds {subjects} without a record of {detail} in {dataset}.
SELECT subjects."USUBJID" AS subject, endpoints."PARAMCD" AS detail
FROM (SELECT DISTINCT "PARAMCD" FROM adtte WHERE "PARAMCD" IS NOT NULL) AS endpoints
CROSS JOIN (SELECT "USUBJID" FROM adsl) AS subjects
ANTI JOIN adtte ON adtte."USUBJID" = subjects."USUBJID" AND adtte."PARAMCD" = endpoints."PARAMCD"
