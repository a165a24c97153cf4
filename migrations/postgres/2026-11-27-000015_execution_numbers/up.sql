-- The number of each run in its workflow, from 1; tries of single steps have none. The numbers are apart from the executions, whose
-- rows change with each turn. A run that an older server starts has no number.
CREATE TABLE execution_numbers (
    tenant_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, execution_id),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
);
-- The newest number that a workflow has given: a number is not given again when its run is deleted.
CREATE TABLE execution_counters (
    tenant_id TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    last_number BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, workflow_id),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE
);
INSERT INTO execution_numbers (tenant_id, execution_id, number)
SELECT tenant_id, id, row_number() OVER (PARTITION BY tenant_id, workflow_id ORDER BY id)
FROM executions WHERE tried_step IS NULL;
INSERT INTO execution_counters (tenant_id, workflow_id, last_number)
SELECT tenant_id, workflow_id, count(*) FROM executions WHERE tried_step IS NULL GROUP BY tenant_id, workflow_id;
