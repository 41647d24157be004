-- Data-quality findings of the import, most serious first.
-- grain: rule, dataset, variable, sentence
-- columns: rule VARCHAR, severity VARCHAR, dataset VARCHAR, variable VARCHAR, subjects BIGINT, records BIGINT, sentence VARCHAR, example VARCHAR
SELECT rule, severity, dataset, variable, subjects, records, sentence, example
FROM provenance_findings
ORDER BY severity DESC, records DESC, rule, dataset, variable;
