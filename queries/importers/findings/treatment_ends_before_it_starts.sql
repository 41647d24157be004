-- The last dose comes before the first.
-- severity: warning
-- dataset: ADSL
-- variable: TRTEDT
-- needs: ADSL.USUBJID any, ADSL.TRTSDT date, ADSL.TRTEDT date
-- sentence: The last dose comes before the first for {subjects}.
SELECT "USUBJID" AS subject FROM adsl WHERE "TRTEDT" < "TRTSDT"
