-- An adverse event ends before it starts, by its times.
-- severity: warning
-- dataset: ADAE
-- variable: AENDTM
-- needs: ADAE.USUBJID any, ADAE.ASTDTM date, ADAE.AENDTM date
-- sentence: The end comes before the start in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject FROM adae WHERE "AENDTM" < "ASTDTM"
