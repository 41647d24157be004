-- The start of an adverse event is a partial date.
-- severity: information
-- dataset: ADAE
-- variable: AESTDTC
-- needs: ADAE.USUBJID any, ADAE.AESTDTC text
-- sentence: The start is a partial date in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject FROM adae WHERE length("AESTDTC") < 10
