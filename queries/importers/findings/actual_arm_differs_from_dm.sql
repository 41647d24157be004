-- DM and ADSL name different actual arms for a subject.
-- severity: warning
-- dataset: ADSL
-- variable: TRT01A
-- needs: ADSL.USUBJID text, ADSL.TRT01A text, DM.USUBJID text, DM.ACTARM text
-- sentence: ADSL (TRT01A) and DM (ACTARM) name different actual arms for {subjects}.
SELECT "USUBJID" AS subject FROM adsl JOIN dm USING ("USUBJID")
WHERE upper(adsl."TRT01A") <> upper(dm."ACTARM")
