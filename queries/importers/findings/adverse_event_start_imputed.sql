-- The start of an adverse event was partial and is imputed.
-- severity: information
-- dataset: ADAE
-- variable: ASTDTF
-- needs: ADAE.USUBJID any, ADAE.ASTDTF text
-- sentence: The start was partial and is imputed (ASTDTF) in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject FROM adae WHERE "ASTDTF" IS NOT NULL
