-- A subject died, says the flag, and has no date of death.
-- severity: warning
-- dataset: ADSL
-- variable: DTHDT
-- needs: ADSL.USUBJID any, ADSL.DTHFL text, ADSL.DTHDT date
-- sentence: The date of death is missing for {subjects} who died, by DTHFL.
SELECT "USUBJID" AS subject FROM adsl WHERE "DTHFL" = 'Y' AND "DTHDT" IS NULL
