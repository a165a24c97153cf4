-- Who saved a version, how, and which version it restored. NULL where an older server saved it: it leaves the columns out.
ALTER TABLE workflow_versions ADD COLUMN created_by TEXT;
ALTER TABLE workflow_versions ADD COLUMN origin TEXT;
ALTER TABLE workflow_versions ADD COLUMN restored_version BIGINT;
