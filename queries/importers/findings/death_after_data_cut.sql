-- A death is dated after the data cut.
-- severity: warning
-- dataset: ADSL
-- variable: DTHDT
-- needs: ADSL.USUBJID any, ADSL.DTHDT date
-- sentence: The date of death is after the data cut, {data_cut}, for {subjects}.
SELECT "USUBJID" AS subject FROM adsl WHERE "DTHDT"::DATE > $data_cut
