-- CNSR tells several reasons for censoring apart.
-- severity: information
-- dataset: ADTTE
-- variable: CNSR
-- needs: ADTTE.USUBJID any, ADTTE.PARAMCD text, ADTTE.CNSR number
-- sentence: Censoring codes above 1 tell reasons for censoring apart in {records} of {detail} in {dataset}.
SELECT "USUBJID" AS subject, "PARAMCD" AS detail FROM adtte WHERE "CNSR" > 1
