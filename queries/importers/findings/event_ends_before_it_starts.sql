-- An adverse event ends before it starts.
-- severity: warning
-- dataset: ADAE
-- variable: AENDT
-- needs: ADAE.USUBJID any, ADAE.ASTDT date, ADAE.AENDT date
-- sentence: The end comes before the start in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject FROM adae WHERE "AENDT" < "ASTDT"
