-- The key of a request is kept with what the request made or changed, which may be a workflow, a persona or an execution.
-- A key outlives its resource: a repeat of the request must not make the resource again. Keys so far are of starts.
ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_tenant_id_execution_id_fkey;
DROP INDEX idempotency_keys_by_execution;
ALTER TABLE idempotency_keys RENAME COLUMN execution_id TO resource_id;
ALTER TABLE idempotency_keys ADD COLUMN operation TEXT NOT NULL DEFAULT 'start_execution';
ALTER TABLE idempotency_keys ALTER COLUMN operation DROP DEFAULT;
-- Old keys are deleted in the order of their age.
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- An older server cannot read these keys.
UPDATE schema_compatibility SET least_migration = '20261126000007';
