-- Times are microseconds since 1970-01-01 UTC. JSON that is read whole is text, in the order it was written.
CREATE TABLE tenants (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE workflows (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    category TEXT,
    tags TEXT NOT NULL,
    definition TEXT NOT NULL,
    step_count INTEGER NOT NULL,
    step_labels TEXT NOT NULL,
    search_text TEXT NOT NULL,
    version BIGINT NOT NULL,
    is_template BOOLEAN NOT NULL,
    source_template_id TEXT,
    is_active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX workflows_by_update ON workflows (tenant_id, updated_at, id);
CREATE INDEX workflows_by_name ON workflows (tenant_id, name, id);

CREATE TABLE workflow_tags (
    tenant_id TEXT NOT NULL,
    tag TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, tag, workflow_id),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX workflow_tags_by_workflow ON workflow_tags (tenant_id, workflow_id);

CREATE TABLE workflow_versions (
    tenant_id TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    definition TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, workflow_id, version),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE executions (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    workflow_version BIGINT NOT NULL,
    temporal_workflow_id TEXT,
    status TEXT NOT NULL,
    on_hold BOOLEAN NOT NULL,
    live BOOLEAN NOT NULL,
    output TEXT,
    error TEXT,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cached_input_tokens BIGINT NOT NULL,
    cost_usd DOUBLE PRECISION NOT NULL,
    budget_usd DOUBLE PRECISION,
    yolo BOOLEAN NOT NULL,
    triggered_by TEXT NOT NULL,
    owner TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    completed_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX executions_by_workflow ON executions (tenant_id, workflow_id, id);
CREATE INDEX executions_live ON executions (owner) WHERE live;

CREATE TABLE execution_snapshots (
    tenant_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    input TEXT NOT NULL,
    PRIMARY KEY (tenant_id, execution_id),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE step_runs (
    tenant_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    path TEXT NOT NULL,
    position INTEGER NOT NULL,
    step_id TEXT NOT NULL,
    label TEXT NOT NULL,
    step_type TEXT NOT NULL,
    status TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    provider TEXT,
    model TEXT,
    prompt TEXT,
    content TEXT,
    output TEXT,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cached_input_tokens BIGINT NOT NULL,
    cost_usd DOUBLE PRECISION NOT NULL,
    error TEXT,
    gate TEXT,
    overridden BOOLEAN NOT NULL,
    revision TEXT,
    started_at BIGINT,
    completed_at BIGINT,
    PRIMARY KEY (tenant_id, execution_id, path),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE attempts (
    tenant_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    path TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL,
    provider TEXT,
    model TEXT,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cached_input_tokens BIGINT NOT NULL,
    usage_estimated BOOLEAN NOT NULL,
    cost_usd DOUBLE PRECISION NOT NULL,
    content TEXT,
    error TEXT,
    started_at BIGINT NOT NULL,
    completed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, execution_id, path, attempt),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE gate_decisions (
    tenant_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    path TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    decision TEXT NOT NULL,
    comment TEXT,
    content_before TEXT,
    content_after TEXT,
    difference TEXT,
    decided_by TEXT NOT NULL,
    PRIMARY KEY (tenant_id, execution_id, path, decided_at),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE events (
    tenant_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (tenant_id, execution_id, seq),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE idempotency_keys (
    tenant_id TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, key),
    FOREIGN KEY (tenant_id, execution_id) REFERENCES executions (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX idempotency_keys_by_execution ON idempotency_keys (tenant_id, execution_id);

CREATE TABLE engines (
    id TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

CREATE TABLE personas (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    instructions TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE credentials (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    provider TEXT NOT NULL,
    sealed_key BYTEA,
    key_hint TEXT,
    base_url TEXT,
    default_model TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, provider)
);
