-- The variables of every dataset, in the order of the source.
-- grain: dataset, position
-- columns: dataset VARCHAR, position INTEGER, name VARCHAR, label VARCHAR, format VARCHAR, type VARCHAR
SELECT dataset, position, name, label, format, type
FROM provenance_variables
ORDER BY dataset, position;
