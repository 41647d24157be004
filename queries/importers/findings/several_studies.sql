-- ADSL holds subjects of several studies.
-- severity: warning
-- dataset: ADSL
-- variable: STUDYID
-- needs: ADSL.USUBJID any, ADSL.STUDYID text
-- sentence: Another study than that of most is named for {subjects} of ADSL.
SELECT "USUBJID" AS subject FROM adsl WHERE "STUDYID" <> (SELECT mode("STUDYID") FROM adsl)
