-- A record belongs to a subject that ADSL does not hold, and who is no screen failure by DM.
-- severity: warning
-- dataset: each
-- variable: USUBJID
-- needs: records.USUBJID text, ADSL.USUBJID text
-- optional: DM.USUBJID text, DM.ARM text, DM.ARMCD text
-- sentence: {dataset} holds {records} of {subjects} not in ADSL.
SELECT records."USUBJID" AS subject
FROM records ANTI JOIN adsl USING ("USUBJID")
WHERE records."USUBJID" NOT IN (
    SELECT "USUBJID" FROM dm
    WHERE COALESCE(upper(COALESCE("ARMCD", "ARM")), '')
        IN ('', 'SCREEN FAILURE', 'SCRNFAIL', 'NOT ASSIGNED', 'NOTASSGN')
)
