-- The list of what waits for a person.
CREATE INDEX step_runs_at_gates ON step_runs (tenant_id, execution_id, path) WHERE gate IS NOT NULL;

-- Lists of executions with two filters. A filter without a status reads the list of each status.
CREATE INDEX executions_by_workflow_and_status ON executions (tenant_id, workflow_id, status, id);
CREATE INDEX executions_by_trigger ON executions (tenant_id, triggered_by, status, id);

-- Without statistics SQLite takes a tenant to have ten executions, and reads all of them in the order of their ids in place of
-- those that a filter selects. These are the figures of a large tenant, in the form of
-- https://www.sqlite.org/fileformat2.html#the_sqlite_stat1_table: rows, and rows for each key of one column, of two columns, …
ANALYZE executions;
DELETE FROM sqlite_stat1 WHERE tbl = 'executions';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('executions', 'sqlite_autoindex_executions_1', '1000000 1000000 1'),
    ('executions', 'executions_by_workflow', '1000000 1000000 1000 1'),
    ('executions', 'executions_by_status', '1000000 1000000 200000 1'),
    ('executions', 'executions_by_workflow_and_status', '1000000 1000000 1000 200 1'),
    ('executions', 'executions_by_trigger', '1000000 1000000 100000 20000 1'),
    ('executions', 'executions_live', '1000 1000'),
    ('executions', 'executions_deleting', '10 10 1');
