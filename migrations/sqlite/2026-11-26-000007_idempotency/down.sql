UPDATE schema_compatibility SET least_migration = '20261126000003';

CREATE TABLE old_idempotency_keys (
    tenant_id TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, key),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO old_idempotency_keys (tenant_id, key, request_hash, execution_id, created_at)
    SELECT k.tenant_id, k.key, k.request_hash, k.resource_id, k.created_at FROM idempotency_keys k
    JOIN executions e ON e.tenant_id = k.tenant_id AND e.id = k.resource_id WHERE k.operation = 'start_execution';
DROP TABLE idempotency_keys;
ALTER TABLE old_idempotency_keys RENAME TO idempotency_keys;
CREATE INDEX idempotency_keys_by_execution ON idempotency_keys (tenant_id, execution_id);
