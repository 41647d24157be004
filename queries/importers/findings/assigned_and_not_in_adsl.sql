-- A subject has an arm in DM and is not in ADSL.
-- severity: warning
-- dataset: DM
-- variable: USUBJID
-- needs: DM.USUBJID text, ADSL.USUBJID text
-- optional: DM.ARM text, DM.ARMCD text
-- sentence: DM holds {subjects} with an arm and not in ADSL.
SELECT dm."USUBJID" AS subject FROM dm ANTI JOIN adsl USING ("USUBJID")
WHERE COALESCE(upper(COALESCE(dm."ARMCD", dm."ARM")), '')
    NOT IN ('', 'SCREEN FAILURE', 'SCRNFAIL', 'NOT ASSIGNED', 'NOTASSGN')
