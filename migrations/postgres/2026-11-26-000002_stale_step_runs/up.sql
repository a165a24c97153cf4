-- Whether a step run was made from an output that a person has replaced since.
ALTER TABLE step_runs ADD COLUMN stale BOOLEAN NOT NULL DEFAULT FALSE;
