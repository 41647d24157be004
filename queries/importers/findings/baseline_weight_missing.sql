-- A subject has no baseline weight, in a study that records it.
-- severity: information
-- dataset: ADSL
-- variable: WEIGHTBL
-- needs: ADSL.USUBJID any, ADSL.WEIGHTBL number
-- sentence: The baseline weight is missing for {subjects}.
SELECT "USUBJID" AS subject FROM adsl
WHERE "WEIGHTBL" IS NULL AND EXISTS (FROM adsl WHERE "WEIGHTBL" IS NOT NULL)
