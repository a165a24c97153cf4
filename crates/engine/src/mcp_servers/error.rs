//! Errors of MCP servers. They know nothing of HTTP.

use sluice_store::StoreError;
use sluice_tools::{Sent, ToolError, ToolErrorKind};
use sluice_types::{FieldError, McpServerId};

use crate::providers::VaultError;

/// The reason why an MCP server cannot be changed or used.
#[derive(Debug, thiserror::Error)]
pub enum McpServerError {
    /// There is no such server.
    #[error("There is no MCP server `{0}`")]
    NotFound(McpServerId),
    /// Fields of the request are wrong.
    #[error("{} fields are wrong", .0.len())]
    Invalid(Vec<FieldError>),
    /// The operator does not allow programs as servers.
    #[error(
        "This server starts no programs: its operator has to allow them with `--allow-stdio-mcp true`. Servers over HTTP can be used"
    )]
    StdioNotAllowed,
    /// Its secrets cannot be encrypted or decrypted.
    #[error("The secrets of the MCP server cannot be read: the master key is another one")]
    Vault(#[from] VaultError),
    /// It fails.
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl McpServerError {
    /// The failure of a call that could not be sent for this reason.
    #[must_use]
    pub fn into_tool_error(self) -> ToolError {
        let kind = match self {
            Self::Tool(error) => return error,
            Self::NotFound(_) => ToolErrorKind::UnknownTool,
            Self::Invalid(_) | Self::StdioNotAllowed | Self::Vault(_) => ToolErrorKind::NotAllowed,
            Self::Store(_) => {
                return ToolError::new(ToolErrorKind::Busy, Sent::No, "The stored MCP servers cannot be read now");
            }
        };
        ToolError::new(kind, Sent::No, self.to_string())
    }
}
