-- An adverse event has several records: the same term, start and severity.
-- Collected updates of an event look like this; counts of events count them all.
-- severity: information
-- dataset: ADAE
-- variable: AESEQ
-- needs: ADAE.USUBJID any, ADAE.AETERM text, ADAE.ASTDT date
-- optional: ADAE.AESEV any
-- sentence: Term, start and severity are those of an earlier record in {records} of {subjects} in {dataset}.
SELECT "USUBJID" AS subject FROM adae
QUALIFY row_number() OVER (PARTITION BY "USUBJID", "AETERM", "ASTDT", "AESEV") > 1
