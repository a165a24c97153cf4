ALTER TABLE gate_decisions DROP CONSTRAINT gate_decisions_pkey;
ALTER TABLE gate_decisions ADD PRIMARY KEY (tenant_id, execution_id, path, decided_at);
ALTER TABLE gate_decisions DROP COLUMN opened_seq;

UPDATE step_runs
SET content = texts.content
FROM (
    SELECT tenant_id, execution_id, path, attempt, string_agg(text, '' ORDER BY start_offset) AS content
    FROM attempt_texts
    GROUP BY tenant_id, execution_id, path, attempt
) AS texts
WHERE
    step_runs.tenant_id = texts.tenant_id AND step_runs.execution_id = texts.execution_id
    AND step_runs.path = texts.path AND step_runs.attempt = texts.attempt AND step_runs.status = 'running';
DROP TABLE attempt_texts;

DROP INDEX executions_deleting;
ALTER TABLE executions DROP COLUMN deleting;
DROP INDEX workflows_deleting;
ALTER TABLE workflows DROP COLUMN deleting;
ALTER TABLE workflow_versions DROP COLUMN format;
ALTER TABLE workflows DROP COLUMN format;
ALTER TABLE execution_snapshots DROP COLUMN format;

DROP INDEX executions_by_status;
ALTER TABLE executions DROP COLUMN interruptions;
ALTER TABLE executions DROP COLUMN turn_token;

ALTER TABLE step_runs ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
UPDATE step_runs
SET position = numbered.position
FROM (
    SELECT tenant_id, execution_id, path, row_number() OVER (PARTITION BY tenant_id, execution_id ORDER BY order_key) - 1 AS position
    FROM step_runs
) AS numbered
WHERE
    step_runs.tenant_id = numbered.tenant_id AND step_runs.execution_id = numbered.execution_id
    AND step_runs.path = numbered.path;
ALTER TABLE step_runs DROP COLUMN sent_tokens;
ALTER TABLE step_runs DROP COLUMN reserved_usd;
ALTER TABLE step_runs DROP COLUMN candidate;
ALTER TABLE step_runs DROP COLUMN failures;
ALTER TABLE step_runs DROP COLUMN retry_at;
ALTER TABLE step_runs DROP COLUMN parent_path;
ALTER TABLE step_runs DROP COLUMN order_key;

DROP TABLE schema_compatibility;
