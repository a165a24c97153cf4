-- Texts of the client's own, as a JSON object; NULL for none. An older server leaves them as they are.
ALTER TABLE executions ADD COLUMN metadata TEXT;
ALTER TABLE workflows ADD COLUMN metadata TEXT;
-- A template that an older server makes is published, as its templates are. Other workflows do not read the column.
ALTER TABLE workflows ADD COLUMN is_published BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE workflows ADD COLUMN created_by TEXT;

-- The entries of executions.metadata, for lists that are filtered by them.
CREATE TABLE execution_metadata (
    tenant_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, name, value, execution_id),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX execution_metadata_by_execution ON execution_metadata (tenant_id, execution_id);

-- Lists by the code of an error. The expression is that of `error_code` in crates/store/src/sqlite.rs.
CREATE INDEX executions_by_error ON executions (tenant_id, CASE WHEN json_valid(error) THEN error ->> '$.code' END, id)
WHERE error IS NOT NULL;
CREATE INDEX executions_by_workflow_and_error
ON executions (tenant_id, workflow_id, CASE WHEN json_valid(error) THEN error ->> '$.code' END, id)
WHERE error IS NOT NULL;
-- The figures of a large tenant, as for the other indexes.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('executions', 'executions_by_error', '50000 50000 2000 1'),
    ('executions', 'executions_by_workflow_and_error', '50000 50000 50 5 1');

-- Names in lower case. The expression is that of `name_key` in crates/store/src/sqlite.rs.
CREATE INDEX workflows_by_name_key ON workflows (tenant_id, substr(search_text, 1, instr(search_text, char(10)) - 1), id);
DROP INDEX workflows_by_name;
CREATE INDEX workflows_by_creation ON workflows (tenant_id, created_at, id);

-- The step runs inside a container.
CREATE INDEX step_runs_by_parent ON step_runs (tenant_id, execution_id, parent_path, order_key, path)
WHERE parent_path IS NOT NULL;
