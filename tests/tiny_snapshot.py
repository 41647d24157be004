"""A snapshot of eight subjects, small enough to check by eye."""

from __future__ import annotations

from pathlib import Path

import duckdb

_TABLES = """
CREATE TABLE adsl (
    "USUBJID" VARCHAR, "SITEID" VARCHAR, "COUNTRY" VARCHAR, "AGE" DOUBLE, "SEX" VARCHAR,
    "RACE" VARCHAR, "TRT01P" VARCHAR, "TRT01PN" DOUBLE, "TRT01A" VARCHAR, "ARMLIKE" VARCHAR,
    "REGION1" VARCHAR, "RANDDT" DATE, "EOSSTT" VARCHAR, "DCSREAS" VARCHAR, "ITTFL" VARCHAR,
    "DTHDT" DATE, "\"\"; drop table adsl; --" BIGINT
);
INSERT INTO adsl VALUES
 ('S1','01','DEU',61,'F','WHITE','Placebo',0,'Placebo','x','EU','2024-01-03','DISCONTINUED','Death','Y',NULL,1),
 ('S2','01','DEU',70,'M','WHITE','Active',1,'Active','y','EU','2024-01-09','COMPLETED',NULL,'Y',NULL,2),
 ('S3','01','DEU',55,'F','ASIAN','Placebo',0,'Placebo','x','EU','2024-02-02','COMPLETED',NULL,'Y',NULL,3),
 ('S4','01','DEU',48,'M','WHITE','Active',1,'Placebo','y','EU','2024-02-20','COMPLETED',NULL,'Y',NULL,4),
 ('S5','02','FRA',80,'F',NULL,'Placebo',0,'Placebo','x','EU','2024-03-01','DISCONTINUED','Withdrew','Y',NULL,5),
 ('S6','02','FRA',NULL,'M','WHITE','Active',1,'Active','y','EU','2024-03-02','COMPLETED',NULL,'Y',NULL,6),
 ('S7','02','FRA',66,NULL,'WHITE','Placebo',0,'Placebo','x','EU','2024-03-03','COMPLETED',NULL,'N',NULL,7),
 ('S8','02','FRA',59,'F','WHITE','Active',1,'Active','y','EU','2024-03-09','COMPLETED',NULL,'Y',NULL,8);
CREATE TABLE adtte (
    "USUBJID" VARCHAR, "PARAMCD" VARCHAR, "PARAM" VARCHAR, "AVAL" DOUBLE, "CNSR" DOUBLE
);
INSERT INTO adtte VALUES
 ('S1','OS','Overall survival',5,0), ('S2','OS','Overall survival',9,1),
 ('S3','OS','Overall survival',8,0), ('S4','OS','Overall survival',8,0),
 ('S5','OS','Overall survival',3,0), ('S6','OS','Overall survival',12,1),
 ('S7','OS','Overall survival',7,2), ('S8','OS','Overall survival',7,1);
CREATE TABLE adae (
    "USUBJID" VARCHAR, "AEBODSYS" VARCHAR, "AEDECOD" VARCHAR, "AETOXGR" VARCHAR, "AESER" VARCHAR,
    "ASTDT" DATE, "TRTEMFL" VARCHAR
);
INSERT INTO adae VALUES
 ('S1','Gut','Nausea-like','1','N','2024-01-05','Y'),
 ('S1','Gut','Nausea-like','2','N','2024-02-20','Y'),
 ('S1','Gut','Cramp','3','Y','2024-03-01','Y'), ('S2','Skin','Itch','1','N','2024-01-12','Y'),
 ('S3','Skin','Itch','2','N','2024-01-15',NULL), ('S5','Gut','Cramp','3','N',NULL,'Y'),
 ('S6','Skin','Rash-like','4','Y','2024-04-20','Y'), ('S9','Skin','Itch','1','N','2024-04-20','Y');
CREATE TABLE adlb (
    "USUBJID" VARCHAR, "PARAMCD" VARCHAR, "ADT" DATE, "AVAL" DOUBLE, "ANRHI" DOUBLE, "ABLFL" VARCHAR
);
INSERT INTO adlb VALUES
 ('S1','ALT','2024-01-02',30,40,'Y'), ('S1','ALT','2024-02-02',130,40,NULL),
 ('S2','ALT','2024-01-08',30,40,'Y'), ('S2','ALT','2024-02-08',120,40,NULL),
 ('S3','ALT','2024-02-01',200,NULL,NULL), ('S4','AST','2024-03-01',500,40,NULL);
CREATE SCHEMA provenance;
CREATE TABLE provenance.snapshot (item VARCHAR, value VARCHAR);
INSERT INTO provenance.snapshot VALUES ('study','TINY'), ('importer_version','0'),
 ('imported_at','2024-06-01T00:00:00Z'), ('data_cut','2024-05-01'),
 ('content_sha256','1111111111111111111111111111111111111111111111111111111111111111');
CREATE TABLE provenance.files (file VARCHAR, sha256 VARCHAR, bytes BIGINT, dataset VARCHAR,
 label VARCHAR, format VARCHAR, encoding VARCHAR, rows BIGINT, columns BIGINT);
INSERT INTO provenance.files VALUES ('adsl.csv','00',1,'adsl','','CSV','UTF-8',8,17),
 ('adtte.csv','01',1,'adtte','','CSV','UTF-8',8,5);
CREATE TABLE provenance.variables (dataset VARCHAR, position INTEGER, name VARCHAR, label VARCHAR,
 format VARCHAR, source_type VARCHAR, type VARCHAR);
INSERT INTO provenance.variables
 SELECT table_name, column_index, column_name, '', '', '', data_type FROM duckdb_columns()
 WHERE schema_name = 'main' AND NOT internal;
CREATE TABLE provenance.findings (rule VARCHAR, severity VARCHAR, dataset VARCHAR,
 variable VARCHAR, subjects BIGINT, records BIGINT, sentence VARCHAR, example VARCHAR);
INSERT INTO provenance.findings VALUES
 ('blank throughout','information','adsl','DTHDT',8,8,'DTHDT is blank throughout ADSL.',NULL);
"""


def write_tiny_snapshot(path: Path) -> Path:
    """Write the snapshot file and give back its path."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(_TABLES)
    return path
