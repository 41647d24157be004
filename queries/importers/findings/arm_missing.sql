-- A subject has no planned arm.
-- severity: warning
-- dataset: ADSL
-- variable: TRT01P
-- needs: ADSL.USUBJID any, ADSL.TRT01P any
-- sentence: The planned arm is missing for {subjects}.
SELECT "USUBJID" AS subject FROM adsl WHERE "TRT01P" IS NULL
