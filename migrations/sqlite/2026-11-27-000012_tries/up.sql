-- The path of the step that an execution tries alone; NULL for a run of the whole workflow. An older server lists tries among the
-- runs.
ALTER TABLE executions ADD COLUMN tried_step TEXT;
CREATE INDEX executions_tried ON executions (tenant_id, id) WHERE tried_step IS NOT NULL;
-- The figures of a large tenant, as for the other indexes.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('executions', 'executions_tried', '10000 10000 1');
