UPDATE schema_compatibility SET least_migration = '20261126000003';

DROP INDEX idempotency_keys_by_age;
DELETE FROM idempotency_keys k WHERE k.operation <> 'start_execution'
    OR NOT EXISTS (SELECT 1 FROM executions e WHERE e.tenant_id = k.tenant_id AND e.id = k.resource_id);
ALTER TABLE idempotency_keys DROP COLUMN operation;
ALTER TABLE idempotency_keys RENAME COLUMN resource_id TO execution_id;
CREATE INDEX idempotency_keys_by_execution ON idempotency_keys (tenant_id, execution_id);
ALTER TABLE idempotency_keys ADD FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE;
