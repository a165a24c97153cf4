-- What a workflow is found by: name, description, id, tags and labels of steps, in lower case. The table is apart, so that a
-- search reads no definitions. A server writes the rows that are missing when it starts. An older server writes none: what it
-- saves is found as it was before, until it is saved again.
CREATE TABLE workflow_search (
    tenant_id TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (tenant_id, workflow_id),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
