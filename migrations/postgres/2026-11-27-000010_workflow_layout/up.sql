-- Where the steps of workflows stand on the canvas. It is no part of a version. An older server leaves the rows as they are.
CREATE TABLE workflow_layouts (
    tenant_id TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    -- The positions that somebody set, by step, as JSON: {"step": [x, y]}.
    nodes TEXT NOT NULL,
    -- The part that was last looked at, as JSON; NULL for all of it.
    viewport TEXT,
    PRIMARY KEY (tenant_id, workflow_id),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE
);
