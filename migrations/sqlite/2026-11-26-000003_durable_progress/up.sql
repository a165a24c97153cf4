-- The least migration that a server must know to use this database. It is checked before a server migrates.
CREATE TABLE schema_compatibility (
    least_migration TEXT NOT NULL
);
INSERT INTO schema_compatibility (least_migration) VALUES ('20261126000003');

-- What an attempt needs to go on after a crash, and a key that sorts nested step runs bytewise.
ALTER TABLE step_runs ADD COLUMN order_key BLOB NOT NULL DEFAULT x'';
UPDATE step_runs SET order_key = unhex(printf('%08x', position));
ALTER TABLE step_runs DROP COLUMN position;
ALTER TABLE step_runs ADD COLUMN parent_path TEXT;
ALTER TABLE step_runs ADD COLUMN retry_at BIGINT;
-- A step run between two attempts is due: when its next attempt was to begin is not known.
UPDATE step_runs SET retry_at = completed_at WHERE status = 'running' AND completed_at IS NOT NULL;
ALTER TABLE step_runs ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE step_runs ADD COLUMN candidate INTEGER NOT NULL DEFAULT 0;
ALTER TABLE step_runs ADD COLUMN reserved_usd DOUBLE NOT NULL DEFAULT 0;
ALTER TABLE step_runs ADD COLUMN sent_tokens BIGINT NOT NULL DEFAULT 0;

ALTER TABLE executions ADD COLUMN turn_token BIGINT NOT NULL DEFAULT 0;
ALTER TABLE executions ADD COLUMN interruptions INTEGER NOT NULL DEFAULT 0;
CREATE INDEX executions_by_status ON executions (tenant_id, status, id);

-- The form of the JSON beside it.
ALTER TABLE execution_snapshots ADD COLUMN format INTEGER NOT NULL DEFAULT 1;
ALTER TABLE workflows ADD COLUMN format INTEGER NOT NULL DEFAULT 1;
ALTER TABLE workflow_versions ADD COLUMN format INTEGER NOT NULL DEFAULT 1;

-- What is being deleted in pieces.
ALTER TABLE workflows ADD COLUMN deleting BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX workflows_deleting ON workflows (tenant_id, id) WHERE deleting;
ALTER TABLE executions ADD COLUMN deleting BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX executions_deleting ON executions (tenant_id, id) WHERE deleting;

-- Text that an attempt under way has streamed so far, in the pieces in which it was written.
CREATE TABLE attempt_texts (
    tenant_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    path TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    start_offset BIGINT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (tenant_id, execution_id, path, attempt, start_offset),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
) WITHOUT ROWID;

-- Decisions are keyed by the event that opened their gate: a clock can be set back. The gates of decisions made so
-- far are not known; negative numbers keep them in the order of their times, before those to come.
CREATE TABLE new_gate_decisions (
    tenant_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    path TEXT NOT NULL,
    opened_seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    decision TEXT NOT NULL,
    comment TEXT,
    content_before TEXT,
    content_after TEXT,
    difference TEXT,
    decided_by TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, execution_id, path, opened_seq),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
);
INSERT INTO new_gate_decisions (
    tenant_id, execution_id, path, opened_seq,
    kind, decision, comment, content_before, content_after, difference, decided_by, decided_at
)
SELECT
    tenant_id, execution_id, path,
    -row_number() OVER (PARTITION BY tenant_id, execution_id, path ORDER BY decided_at DESC),
    kind, decision, comment, content_before, content_after, difference, decided_by, decided_at
FROM gate_decisions;
DROP TABLE gate_decisions;
ALTER TABLE new_gate_decisions RENAME TO gate_decisions;
