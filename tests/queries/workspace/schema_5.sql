-- A workspace in SQLite as schema 5 wrote it: that of schema 4, with a search.
BEGIN TRANSACTION;
CREATE TABLE activity (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at DATETIME NOT NULL,
    person VARCHAR(200) NOT NULL,
    act VARCHAR(64) NOT NULL,
    study VARCHAR(64),
    detail_json TEXT NOT NULL
);
INSERT INTO "activity" VALUES(1,'2026-03-31 12:00:00.617822','local owner','register','EQX-301','{"title": "A phase 3 trial", "status": "ongoing", "plan": {"study": "EQX-301", "title": "A phase 3 trial", "status": "ongoing"}, "blinded": true}');
INSERT INTO "activity" VALUES(2,'2026-03-31 12:00:00.637049','local owner','import','EQX-301','{"snapshot": "snapshot-of-schema-one", "content_sha256": "0000000000000000000000000000000000000000000000000000000000000000"}');
INSERT INTO "activity" VALUES(3,'2026-03-31 12:00:00.658110','anna','accept','EQX-301','{"snapshot": "snapshot-of-schema-one", "content_sha256": "0000000000000000000000000000000000000000000000000000000000000000", "replaces": null}');
INSERT INTO "activity" VALUES(4,'2026-04-01 12:00:00.753312','anna','save cohort','EQX-301','{"cohort": "UUutBvEIZSFITTC_Wj-Lvw", "version": 1, "name": "Everyone"}');
INSERT INTO "activity" VALUES(5,'2026-11-27 01:13:34.831175','anna','queue job','EQX-301','{"job": "w8upeOIRMravRwdGb505Yw", "kind": "search", "snapshot": "snapshot-of-schema-one", "pooled": true}');
INSERT INTO "activity" VALUES(6,'2026-11-27 09:07:41.734470','anna','save design','EQX-301','{"design": "design-saved-in-schema-4", "version": 1, "kind": "group-sequential", "unblinded": false, "name": "Three looks"}');
CREATE TABLE cohort (
    id VARCHAR(32) NOT NULL,
    study VARCHAR(64) NOT NULL,
    name_key VARCHAR(600) NOT NULL,
    created_at DATETIME NOT NULL,
    created_by VARCHAR(200) NOT NULL,
    retired_at DATETIME,
    retired_by VARCHAR(200),
    CONSTRAINT pk_cohort PRIMARY KEY (id),
    CONSTRAINT ck_cohort_retired CHECK ((retired_at IS NULL) = (retired_by IS NULL)),
    CONSTRAINT fk_cohort_study FOREIGN KEY(study) REFERENCES study (code)
);
INSERT INTO "cohort" VALUES('UUutBvEIZSFITTC_Wj-Lvw','EQX-301','everyone','2026-04-01 12:00:00.749596','anna',NULL,NULL);
CREATE TABLE cohort_version (
    cohort VARCHAR(32) NOT NULL,
    number INTEGER NOT NULL,
    name VARCHAR(200) NOT NULL,
    comment TEXT NOT NULL,
    cohort_json TEXT NOT NULL,
    snapshot VARCHAR(32) NOT NULL,
    subjects INTEGER NOT NULL,
    operation VARCHAR(16),
    sources_json TEXT NOT NULL,
    saved_at DATETIME NOT NULL,
    saved_by VARCHAR(200) NOT NULL,
    CONSTRAINT pk_cohort_version PRIMARY KEY (cohort, number),
    CONSTRAINT ck_cohort_version_number CHECK (number >= 1),
    CONSTRAINT ck_cohort_version_subjects CHECK (subjects >= 0),
    CONSTRAINT ck_cohort_version_operation CHECK (operation IN ('union', 'intersection', 'difference')),
    CONSTRAINT fk_cohort_version_cohort FOREIGN KEY(cohort) REFERENCES cohort (id),
    CONSTRAINT fk_cohort_version_snapshot FOREIGN KEY(snapshot) REFERENCES snapshot (id)
);
INSERT INTO "cohort_version" VALUES('UUutBvEIZSFITTC_Wj-Lvw',1,'Everyone','','{"version": 1, "name": "Everyone", "rule": null}','snapshot-of-schema-one',720,NULL,'[]','2026-04-01 12:00:00.750170','anna');
CREATE TABLE design (
    id VARCHAR(32) NOT NULL,
    study VARCHAR(64) NOT NULL,
    name_key VARCHAR(600) NOT NULL,
    created_at DATETIME NOT NULL,
    created_by VARCHAR(200) NOT NULL,
    retired_at DATETIME,
    retired_by VARCHAR(200),
    CONSTRAINT pk_design PRIMARY KEY (id),
    CONSTRAINT ck_design_retired CHECK ((retired_at IS NULL) = (retired_by IS NULL)),
    CONSTRAINT fk_design_study FOREIGN KEY(study) REFERENCES study (code)
);
INSERT INTO "design" VALUES('design-saved-in-schema-4','EQX-301','three looks','2026-11-27 09:07:41.726592','anna',NULL,NULL);
CREATE TABLE design_version (
    design VARCHAR(32) NOT NULL,
    number INTEGER NOT NULL,
    name VARCHAR(200) NOT NULL,
    kind VARCHAR(64) NOT NULL,
    design_json TEXT NOT NULL,
    unblinded BOOLEAN NOT NULL,
    cohort VARCHAR(32),
    cohort_version INTEGER,
    snapshot VARCHAR(32),
    saved_at DATETIME NOT NULL,
    saved_by VARCHAR(200) NOT NULL,
    CONSTRAINT pk_design_version PRIMARY KEY (design, number),
    CONSTRAINT fk_design_version_cohort_cohort_version FOREIGN KEY(cohort, cohort_version) REFERENCES cohort_version (cohort, number),
    CONSTRAINT ck_design_version_number CHECK (number >= 1),
    CONSTRAINT ck_design_version_cohort CHECK ((cohort IS NULL) = (cohort_version IS NULL)),
    CONSTRAINT ck_design_version_snapshot CHECK (cohort IS NULL OR snapshot IS NOT NULL),
    CONSTRAINT fk_design_version_design FOREIGN KEY(design) REFERENCES design (id),
    CONSTRAINT fk_design_version_snapshot FOREIGN KEY(snapshot) REFERENCES snapshot (id)
);
INSERT INTO "design_version" VALUES('design-saved-in-schema-4',1,'Three looks','group-sequential','{"looks": 3}',0,'UUutBvEIZSFITTC_Wj-Lvw',1,'snapshot-of-schema-one','2026-11-27 09:07:41.727954','anna');
CREATE TABLE job (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id VARCHAR(32) NOT NULL,
    request_key VARCHAR(64) NOT NULL,
    study VARCHAR(64) NOT NULL,
    snapshot VARCHAR(32),
    kind VARCHAR(64) NOT NULL,
    program VARCHAR(64) NOT NULL,
    title VARCHAR(200) NOT NULL,
    pooled BOOLEAN NOT NULL,
    request_json TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    share FLOAT NOT NULL,
    message TEXT NOT NULL,
    error TEXT,
    attempts INTEGER NOT NULL,
    owner VARCHAR(200),
    lease_until DATETIME,
    cancel_asked BOOLEAN NOT NULL,
    made_at DATETIME NOT NULL,
    started_at DATETIME,
    ended_at DATETIME,
    person VARCHAR(200) NOT NULL,
    CONSTRAINT ck_job_state CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    CONSTRAINT ck_job_share CHECK (share >= 0 AND share <= 1),
    CONSTRAINT ck_job_owner CHECK ((state = 'running') = (owner IS NOT NULL)),
    CONSTRAINT ck_job_lease CHECK ((owner IS NULL) = (lease_until IS NULL)),
    CONSTRAINT uq_job_id UNIQUE (id),
    CONSTRAINT uq_job_request_key UNIQUE (request_key),
    CONSTRAINT fk_job_study FOREIGN KEY(study) REFERENCES study (code),
    CONSTRAINT fk_job_snapshot FOREIGN KEY(snapshot) REFERENCES snapshot (id)
);
INSERT INTO "job" VALUES(1,'w8upeOIRMravRwdGb505Yw','c6f8daaf716f46f591289e50c889a8168c460c05cca2d5e7e562cfed0119038d','EQX-301','snapshot-of-schema-one','search','1.0','All designs',1,'{}','done',1.0,'',NULL,1,NULL,NULL,0,'2026-11-27 01:13:34.828991','2026-11-27 01:13:34.832981','2026-11-27 01:13:34.836310','anna');
CREATE TABLE job_result (
    job VARCHAR(32) NOT NULL,
    result_json TEXT NOT NULL,
    CONSTRAINT pk_job_result PRIMARY KEY (job),
    CONSTRAINT fk_job_result_job FOREIGN KEY(job) REFERENCES job (id)
);
INSERT INTO "job_result" VALUES('w8upeOIRMravRwdGb505Yw','{"answer": 1}');
CREATE TABLE search (
    id VARCHAR(64) NOT NULL,
    study VARCHAR(64) NOT NULL,
    title VARCHAR(200) NOT NULL,
    pooled BOOLEAN NOT NULL,
    lines INTEGER NOT NULL,
    begun_at DATETIME NOT NULL,
    used_at DATETIME NOT NULL,
    CONSTRAINT pk_search PRIMARY KEY (id),
    CONSTRAINT ck_search_lines CHECK (lines >= 0),
    CONSTRAINT fk_search_study FOREIGN KEY(study) REFERENCES study (code)
);
INSERT INTO "search" VALUES('abababababababababababababababababababababababababababababababab','EQX-301','1,000 designs',1,1,'2026-11-27 19:33:01.627561','2026-11-27 19:33:01.646595');
CREATE TABLE search_log (
    search VARCHAR(64) NOT NULL,
    number INTEGER NOT NULL,
    line TEXT NOT NULL,
    CONSTRAINT pk_search_log PRIMARY KEY (search, number),
    CONSTRAINT fk_search_log_search FOREIGN KEY(search) REFERENCES search (id)
);
INSERT INTO "search_log" VALUES('abababababababababababababababababababababababababababababababab',0,'{"trial": 1}');
CREATE TABLE snapshot (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id VARCHAR(32) NOT NULL,
    study VARCHAR(64) NOT NULL,
    state VARCHAR(16) NOT NULL,
    file VARCHAR(500) NOT NULL,
    content_sha256 VARCHAR(64) NOT NULL,
    report_json TEXT NOT NULL,
    added_at DATETIME NOT NULL,
    added_by VARCHAR(200) NOT NULL,
    decided_at DATETIME,
    decided_by VARCHAR(200),
    CONSTRAINT ck_snapshot_state CHECK (state IN ('candidate', 'current', 'superseded', 'rejected')),
    CONSTRAINT uq_snapshot_id UNIQUE (id),
    CONSTRAINT fk_snapshot_study FOREIGN KEY(study) REFERENCES study (code),
    CONSTRAINT uq_snapshot_file UNIQUE (file)
);
INSERT INTO "snapshot" VALUES(1,'snapshot-of-schema-one','EQX-301','current','snapshots/a.duckdb','0000000000000000000000000000000000000000000000000000000000000000','{}','2026-03-31 12:00:00.631068','local owner','2026-03-31 12:00:00.657035','anna');
CREATE TABLE study (
    code VARCHAR(64) NOT NULL,
    title VARCHAR(500) NOT NULL,
    status VARCHAR(16) NOT NULL,
    blinded BOOLEAN NOT NULL,
    plan_json TEXT,
    created_at DATETIME NOT NULL,
    CONSTRAINT pk_study PRIMARY KEY (code),
    CONSTRAINT ck_study_status CHECK (status IN ('ongoing', 'complete'))
);
INSERT INTO "study" VALUES('EQX-301','A phase 3 trial','ongoing',1,'{"study": "EQX-301", "title": "A phase 3 trial", "status": "ongoing"}','2026-03-31 12:00:00.608454');
CREATE TABLE "view" (
    id VARCHAR(32) NOT NULL,
    study VARCHAR(64) NOT NULL,
    snapshot VARCHAR(32),
    page VARCHAR(64) NOT NULL,
    state_json TEXT NOT NULL,
    saved_at DATETIME NOT NULL,
    saved_by VARCHAR(200) NOT NULL,
    CONSTRAINT pk_view PRIMARY KEY (id),
    CONSTRAINT fk_view_study FOREIGN KEY(study) REFERENCES study (code),
    CONSTRAINT fk_view_snapshot FOREIGN KEY(snapshot) REFERENCES snapshot (id)
);
INSERT INTO "view" VALUES('view-saved-in-schema-1','EQX-301','snapshot-of-schema-one','survival','{"endpoint": "OS"}','2026-03-31 12:00:00.670716','anna');
CREATE TABLE workspace_fact (
    item VARCHAR(64) NOT NULL,
    value VARCHAR(200) NOT NULL,
    CONSTRAINT pk_workspace_fact PRIMARY KEY (item)
);
INSERT INTO "workspace_fact" VALUES('schema_version','5');
CREATE INDEX ix_activity_study ON activity (study);
CREATE INDEX ix_snapshot_study ON snapshot (study);
CREATE UNIQUE INDEX uq_snapshot_current ON snapshot (study) WHERE state = 'current';
CREATE INDEX ix_view_study ON "view" (study);
CREATE UNIQUE INDEX uq_cohort_living_name ON cohort (study, name_key) WHERE retired_at IS NULL;
CREATE INDEX ix_cohort_study ON cohort (study);
CREATE INDEX ix_job_state ON job (state);
CREATE INDEX ix_job_study ON job (study);
CREATE INDEX ix_design_study ON design (study);
CREATE UNIQUE INDEX uq_design_living_name ON design (study, name_key) WHERE retired_at IS NULL;
CREATE INDEX ix_search_used_at ON search (used_at);
CREATE INDEX ix_search_study ON search (study);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('activity',6);
INSERT INTO "sqlite_sequence" VALUES('snapshot',1);
INSERT INTO "sqlite_sequence" VALUES('job',1);
COMMIT;
