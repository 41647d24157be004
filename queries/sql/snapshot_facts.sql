-- What a snapshot says of itself.
-- grain: item
-- columns: item VARCHAR, value VARCHAR
SELECT item, value
FROM provenance_snapshot
ORDER BY item;
