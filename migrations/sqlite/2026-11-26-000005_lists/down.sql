DROP INDEX step_runs_at_gates;
