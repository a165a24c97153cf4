-- Lists by name pass over the case of letters.
DROP INDEX workflows_by_name;
CREATE INDEX workflows_by_name ON workflows (tenant_id, lower(name), id);
