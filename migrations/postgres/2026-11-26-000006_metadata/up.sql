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
);
CREATE INDEX execution_metadata_by_execution ON execution_metadata (tenant_id, execution_id);

-- Lists by the code of an error. The expression is that of `error_code` in crates/store/src/postgres.rs: a cast to JSON would
-- refuse an error whose message has the character U+0000.
CREATE INDEX executions_by_error ON executions (tenant_id, substring(error FROM '"code":"([^"]*)"'), id)
WHERE error IS NOT NULL;
CREATE INDEX executions_by_workflow_and_error
ON executions (tenant_id, workflow_id, substring(error FROM '"code":"([^"]*)"'), id)
WHERE error IS NOT NULL;

-- Names in lower case, in the order of their characters as on SQLite. The expression is that of `name_key` in
-- crates/store/src/postgres.rs.
CREATE INDEX workflows_by_name_key ON workflows (tenant_id, (split_part(search_text, chr(10), 1) COLLATE "C"), id);
DROP INDEX workflows_by_name;
CREATE INDEX workflows_by_creation ON workflows (tenant_id, created_at, id);

-- The step runs inside a container.
CREATE INDEX step_runs_by_parent ON step_runs (tenant_id, execution_id, parent_path, order_key, path)
WHERE parent_path IS NOT NULL;
