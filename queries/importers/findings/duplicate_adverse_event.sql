-- An adverse event stands twice: all but its sequence number and occurrence flags are the same.
-- severity: warning
-- dataset: ADAE
-- variable: AESEQ
-- needs: ADAE.USUBJID any
-- sentence: An earlier record is repeated in all but its sequence number in {records} of {subjects} in {dataset}.
SELECT subject
FROM (
    SELECT "USUBJID" AS subject,
        hash(*COLUMNS(c -> NOT regexp_matches(upper(c), '^(AESEQ|ASEQ|AOCC.*FL)$'))) AS content
    FROM adae
)
QUALIFY row_number() OVER (PARTITION BY content) > 1
