-- A period of exposure ends before it starts.
-- severity: warning
-- dataset: ADEX
-- variable: AENDT
-- needs: ADEX.USUBJID any, ADEX.ASTDT date, ADEX.AENDT date
-- sentence: The end comes before the start in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject FROM adex WHERE "AENDT" < "ASTDT"
