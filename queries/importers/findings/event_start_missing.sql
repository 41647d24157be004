-- An adverse event has no start date.
-- severity: warning
-- dataset: ADAE
-- variable: ASTDT
-- needs: ADAE.USUBJID any, ADAE.ASTDT date
-- sentence: The start date is missing in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject FROM adae
WHERE "ASTDT" IS NULL AND EXISTS (FROM adae WHERE "ASTDT" IS NOT NULL)
