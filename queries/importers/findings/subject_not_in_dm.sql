-- A subject of ADSL is not in DM.
-- severity: warning
-- dataset: ADSL
-- variable: USUBJID
-- needs: ADSL.USUBJID text, DM.USUBJID text
-- sentence: ADSL holds {subjects} not in DM.
SELECT adsl."USUBJID" AS subject FROM adsl ANTI JOIN dm USING ("USUBJID")
