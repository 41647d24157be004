-- An adverse event starts after the subject's death.
-- severity: warning
-- dataset: ADAE
-- variable: ASTDT
-- needs: ADAE.USUBJID text, ADAE.ASTDT date, ADSL.USUBJID text, ADSL.DTHDT date
-- sentence: An event starts after the subject's death in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject FROM adae JOIN adsl USING ("USUBJID")
WHERE adae."ASTDT"::DATE > adsl."DTHDT"::DATE
