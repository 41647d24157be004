-- A period of exposure ends before it starts, as collected; partial dates as far as they go.
-- severity: warning
-- dataset: EX
-- variable: EXENDTC
-- needs: EX.USUBJID any, EX.EXSTDTC text, EX.EXENDTC text
-- sentence: The end comes before the start in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject FROM ex
WHERE left("EXENDTC", length("EXSTDTC")) < left("EXSTDTC", length("EXENDTC"))
