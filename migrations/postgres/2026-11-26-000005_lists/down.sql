DROP INDEX executions_by_trigger;
DROP INDEX executions_by_workflow_and_status;
DROP INDEX step_runs_at_gates;
