-- The path of the step that an execution tries alone; NULL for a run of the whole workflow. An older server lists tries among the
-- runs.
ALTER TABLE executions ADD COLUMN tried_step TEXT;
CREATE INDEX executions_tried ON executions (tenant_id, id) WHERE tried_step IS NOT NULL;
