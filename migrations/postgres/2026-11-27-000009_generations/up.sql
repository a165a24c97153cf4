-- Workflows that models design from a sentence. Nothing that an older server reads or writes changes.
CREATE TABLE generations (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    -- The engine that runs it.
    owner TEXT NOT NULL,
    prompt TEXT NOT NULL,
    workflow_id TEXT,
    workflow_version BIGINT,
    refines BOOLEAN NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    simulated BOOLEAN NOT NULL,
    calls BIGINT NOT NULL,
    cost_usd DOUBLE PRECISION NOT NULL,
    -- As JSON.
    token_usage TEXT NOT NULL,
    -- The workflow and all that is told of it, as JSON; NULL without one.
    design TEXT,
    -- As JSON; NULL without one.
    error TEXT,
    -- How often it was applied, and what the newest application has made, as JSON.
    applications BIGINT NOT NULL,
    applied_workflow_id TEXT,
    applied TEXT,
    created_at BIGINT NOT NULL,
    -- NULL while it runs.
    completed_at BIGINT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX generations_running ON generations (tenant_id, owner) WHERE completed_at IS NULL;
CREATE INDEX generations_by_expiry ON generations (expires_at);
