-- The key of a request is kept with what the request made or changed, which may be a workflow, a persona or an execution.
-- A key outlives its resource: a repeat of the request must not make the resource again. Keys so far are of starts.
CREATE TABLE new_idempotency_keys (
    tenant_id TEXT NOT NULL,
    key TEXT NOT NULL,
    operation TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, key)
) WITHOUT ROWID;
INSERT INTO new_idempotency_keys (tenant_id, key, operation, request_hash, resource_id, created_at)
    SELECT tenant_id, key, 'start_execution', request_hash, execution_id, created_at FROM idempotency_keys;
DROP TABLE idempotency_keys;
ALTER TABLE new_idempotency_keys RENAME TO idempotency_keys;
-- Old keys are deleted in the order of their age.
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- An older server cannot read these keys.
UPDATE schema_compatibility SET least_migration = '20261126000007';
