-- A date of event or censoring, by its time, comes after the data cut.
-- severity: warning
-- dataset: ADTTE
-- variable: ADTM
-- needs: ADTTE.USUBJID any, ADTTE.ADTM date
-- sentence: The date is after the data cut, {data_cut}, in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject FROM adtte WHERE "ADTM"::DATE > $data_cut
