-- A laboratory result belongs to no visit.
-- severity: information
-- dataset: ADLB
-- variable: AVISIT
-- needs: ADLB.USUBJID any, ADLB.AVISIT text
-- sentence: The visit (AVISIT) is missing in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject FROM adlb WHERE "AVISIT" IS NULL
