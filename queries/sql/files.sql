-- The files a snapshot was imported from.
-- grain: file
-- columns: file VARCHAR, sha256 VARCHAR, bytes BIGINT, dataset VARCHAR, label VARCHAR, format VARCHAR, encoding VARCHAR, rows BIGINT, columns BIGINT
SELECT file, sha256, bytes, dataset, label, format, encoding, rows, columns
FROM provenance_files
ORDER BY file;
