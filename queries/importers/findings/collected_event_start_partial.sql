-- The start of an adverse event is a partial date.
-- severity: information
-- dataset: AE
-- variable: AESTDTC
-- needs: AE.USUBJID any, AE.AESTDTC text
-- sentence: The start is a partial date in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject FROM ae WHERE length("AESTDTC") < 10
