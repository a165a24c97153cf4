-- The list of what waits for a person.
CREATE INDEX step_runs_at_gates ON step_runs (tenant_id, execution_id, path) WHERE gate IS NOT NULL;
