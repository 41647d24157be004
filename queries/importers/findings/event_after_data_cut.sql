-- An adverse event starts after the data cut.
-- severity: warning
-- dataset: ADAE
-- variable: ASTDT
-- needs: ADAE.USUBJID any, ADAE.ASTDT date
-- sentence: An event starts after the data cut, {data_cut}, in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject FROM adae WHERE "ASTDT"::DATE > $data_cut
