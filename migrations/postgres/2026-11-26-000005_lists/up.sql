-- The list of what waits for a person.
CREATE INDEX step_runs_at_gates ON step_runs (tenant_id, execution_id, path) WHERE gate IS NOT NULL;

-- Lists of executions with two filters. A filter without a status reads the list of each status.
CREATE INDEX executions_by_workflow_and_status ON executions (tenant_id, workflow_id, status, id);
CREATE INDEX executions_by_trigger ON executions (tenant_id, triggered_by, status, id);
