-- A subject has no site, in a study that records sites.
-- severity: warning
-- dataset: ADSL
-- variable: SITEID
-- needs: ADSL.USUBJID any, ADSL.SITEID any
-- sentence: The site is missing for {subjects}.
SELECT "USUBJID" AS subject FROM adsl
WHERE "SITEID" IS NULL AND EXISTS (FROM adsl WHERE "SITEID" IS NOT NULL)
