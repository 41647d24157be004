-- An event or censoring is dated after the data cut.
-- severity: warning
-- dataset: ADTTE
-- variable: ADT
-- needs: ADTTE.USUBJID any, ADTTE.ADT date
-- sentence: The date is after the data cut, {data_cut}, in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject FROM adtte WHERE "ADT"::DATE > $data_cut
