-- A subject was screened and not enrolled: in DM, not in ADSL, without an arm.
-- severity: information
-- dataset: DM
-- variable: USUBJID
-- needs: DM.USUBJID text, ADSL.USUBJID text
-- optional: DM.ARM text, DM.ARMCD text
-- sentence: DM holds {subjects} who went through screening without an arm.
SELECT dm."USUBJID" AS subject FROM dm ANTI JOIN adsl USING ("USUBJID")
WHERE COALESCE(upper(COALESCE(dm."ARMCD", dm."ARM")), '')
    IN ('', 'SCREEN FAILURE', 'SCRNFAIL', 'NOT ASSIGNED', 'NOTASSGN')
