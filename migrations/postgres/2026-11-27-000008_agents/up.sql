-- Agents, MCP servers and the tools of these. Nothing that an older server reads or writes changes.
CREATE TABLE agents (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- What the other columns do not hold, as JSON.
    settings TEXT NOT NULL,
    -- Id, name and description in lower case.
    search_text TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE mcp_servers (
    tenant_id TEXT NOT NULL REFERENCES tenants (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    search_text TEXT NOT NULL,
    -- How the server is reached, as JSON, without the values of environment variables and headers.
    transport TEXT NOT NULL,
    -- These values, as encrypted JSON; NULL for none.
    sealed_secrets BYTEA,
    -- A list of names, as JSON.
    allowed_tools TEXT NOT NULL,
    trusted BOOLEAN NOT NULL,
    timeout_seconds INTEGER,
    -- When the way to reach it was last changed. It distinguishes connections.
    revision BIGINT NOT NULL,
    -- When its tools were last listed, and how the newest listing failed, if it did.
    listed_at BIGINT,
    listing_error TEXT,
    listing_failed_at BIGINT,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- The tools of the last listing of each server.
CREATE TABLE mcp_tools (
    tenant_id TEXT NOT NULL,
    server_id TEXT NOT NULL,
    name TEXT NOT NULL,
    tool TEXT NOT NULL,
    search_text TEXT NOT NULL,
    -- What the server says of the tool's effect. It counts when the server is trusted.
    declared_effect TEXT NOT NULL,
    -- Whether the server's list of allowed tools has it.
    allowed BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, server_id, name),
    FOREIGN KEY (tenant_id, server_id) REFERENCES mcp_servers (tenant_id, id) ON DELETE CASCADE
);

-- The agents, MCP servers and tools that workflows name. An older server knows no steps that name one, and leaves the
-- rows as they are.
CREATE TABLE workflow_resources (
    tenant_id TEXT NOT NULL,
    -- agent, mcp_server or tool.
    kind TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    workflow_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, kind, resource_id, workflow_id),
    FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX workflow_resources_by_workflow ON workflow_resources (tenant_id, workflow_id);
