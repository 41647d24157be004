-- A subject received another treatment than planned.
-- severity: information
-- dataset: ADSL
-- variable: TRT01A
-- needs: ADSL.USUBJID any, ADSL.TRT01P any, ADSL.TRT01A any
-- sentence: Actual treatment (TRT01A) differs from planned (TRT01P) for {subjects}.
SELECT "USUBJID" AS subject FROM adsl WHERE "TRT01P"::VARCHAR <> "TRT01A"::VARCHAR
