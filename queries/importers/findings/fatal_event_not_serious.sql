-- An adverse event was fatal and is not marked serious.
-- severity: warning
-- dataset: ADAE
-- variable: AESER
-- needs: ADAE.USUBJID any, ADAE.AESER text
-- optional: ADAE.AESDTH text, ADAE.AEOUT text
-- sentence: A fatal event is not marked serious in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject FROM adae
WHERE ("AESDTH" = 'Y' OR upper("AEOUT") = 'FATAL') AND "AESER" IS DISTINCT FROM 'Y'
