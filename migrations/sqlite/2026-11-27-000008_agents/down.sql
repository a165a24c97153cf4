DROP TABLE workflow_resources;
DROP TABLE mcp_tools;
DROP TABLE mcp_servers;
DROP TABLE agents;
