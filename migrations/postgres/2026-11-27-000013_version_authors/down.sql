ALTER TABLE workflow_versions DROP COLUMN restored_version;
ALTER TABLE workflow_versions DROP COLUMN origin;
ALTER TABLE workflow_versions DROP COLUMN created_by;
