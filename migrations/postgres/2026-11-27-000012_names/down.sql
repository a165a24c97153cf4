DROP INDEX workflows_by_name;
CREATE INDEX workflows_by_name ON workflows (tenant_id, name, id);
