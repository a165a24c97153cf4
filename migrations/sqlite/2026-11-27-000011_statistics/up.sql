-- Figures of the executions that have ended, by workflow and day, so that reading them does not grow with the executions.
-- Nothing that an older server reads or writes changes; executions that end on one are not counted.

-- Durations are counted by class. Each begins 18 % after the one before it, or 1 ms.
CREATE TABLE duration_buckets (
    from_ms BIGINT NOT NULL PRIMARY KEY,
    bucket INTEGER NOT NULL
) WITHOUT ROWID;
WITH RECURSIVE classes(bucket, from_ms) AS (
    SELECT 0, 0
    UNION ALL
    SELECT bucket + 1, from_ms + CASE WHEN from_ms * 18 / 100 > 1 THEN from_ms * 18 / 100 ELSE 1 END
    FROM classes
    WHERE from_ms < 40000000000
)
INSERT INTO duration_buckets (from_ms, bucket) SELECT from_ms, bucket FROM classes;

-- Executions that have ended and that the figures do not hold yet. All that have ended so far are counted after the start.
CREATE TABLE uncounted_executions (
    tenant_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, execution_id),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX uncounted_executions_by_workflow ON uncounted_executions (tenant_id, workflow_id, execution_id);
INSERT INTO uncounted_executions (tenant_id, execution_id, workflow_id)
    SELECT tenant_id, id, workflow_id FROM executions WHERE completed_at IS NOT NULL AND NOT deleting;

-- Days are numbered from 1970-01-01 UTC. An execution counts on the day on which it ended.
CREATE TABLE workflow_day_stats (
    tenant_id TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    status TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    executions BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    cost_usd DOUBLE NOT NULL,
    unpriced_calls BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cached_input_tokens BIGINT NOT NULL,
    cache_write_tokens BIGINT NOT NULL,
    reasoning_tokens BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, workflow_id, day, status, bucket),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE
) WITHOUT ROWID;

-- The bucket of a step run that did not complete is -1.
CREATE TABLE workflow_step_day_stats (
    tenant_id TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    step_id TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    runs BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    cost_usd DOUBLE NOT NULL,
    PRIMARY KEY (tenant_id, workflow_id, day, step_id, bucket),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE workflow_model_day_stats (
    tenant_id TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    calls BIGINT NOT NULL,
    cost_usd DOUBLE NOT NULL,
    unpriced_calls BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cached_input_tokens BIGINT NOT NULL,
    cache_write_tokens BIGINT NOT NULL,
    reasoning_tokens BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, workflow_id, day, provider, model),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE
) WITHOUT ROWID;

-- The categories of templates.
CREATE INDEX workflows_published ON workflows (tenant_id, category) WHERE is_template AND is_published;
