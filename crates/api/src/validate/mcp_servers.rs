//! Checks of MCP servers.

use std::collections::BTreeMap;

use sluice_types::limits::{
    MAX_ALLOWED_TOOLS, MAX_CREDENTIAL_CHARS, MAX_MCP_ARGS, MAX_MCP_SECRET_CHARS, MAX_MCP_SECRET_NAME_CHARS,
    MAX_MCP_SECRETS, MAX_TIMEOUT_SECONDS, MAX_TOOL_NAME_CHARS,
};
use sluice_types::{FieldError, McpServer, SetHttpTransport, SetMcpTransport, SetStdioTransport};

use super::Check;

impl Check {
    /// An MCP server, with its transport as requested.
    pub fn mcp_server(&mut self, server: &McpServer, transport: Option<&SetMcpTransport>) -> &mut Self {
        self.name("/name", &server.name).text("/description", &server.description);
        if server.timeout.is_some_and(|seconds| seconds == 0 || seconds > MAX_TIMEOUT_SECONDS) {
            self.0.push(FieldError::new("/timeout", format!("from 1 to {MAX_TIMEOUT_SECONDS} seconds")));
        }
        self.count("/allowed_tools", server.allowed_tools.len(), MAX_ALLOWED_TOOLS, "tools");
        for (at, name) in server.allowed_tools.iter().enumerate() {
            self.line(&format!("/allowed_tools/{at}"), name, MAX_TOOL_NAME_CHARS);
        }
        match transport {
            Some(SetMcpTransport::Stdio(stdio)) => self.stdio(stdio),
            Some(SetMcpTransport::Http(http)) => self.http(http),
            None => self,
        }
    }

    fn stdio(&mut self, stdio: &SetStdioTransport) -> &mut Self {
        self.line("/transport/command", &stdio.command, MAX_CREDENTIAL_CHARS);
        if let Some(cwd) = &stdio.cwd {
            self.line("/transport/cwd", cwd, MAX_CREDENTIAL_CHARS);
        }
        self.count("/transport/args", stdio.args.len(), MAX_MCP_ARGS, "arguments");
        for (at, argument) in stdio.args.iter().enumerate() {
            let pointer = format!("/transport/args/{at}");
            self.without_nul(&pointer, argument).chars(&pointer, argument, MAX_MCP_SECRET_CHARS);
        }
        self.secrets("env", &stdio.env, stdio.env_names.as_deref());
        for (name, value) in &stdio.env {
            let pointer = format!("/transport/env/{}", sluice_types::json::escape(name));
            if name.is_empty() || name.contains('=') {
                self.0.push(FieldError::new(pointer.as_str(), "the name of a variable is not empty and has no `=`"));
            }
            self.without_nul(&pointer, value);
        }
        self
    }

    fn http(&mut self, http: &SetHttpTransport) -> &mut Self {
        self.line("/transport/url", &http.url, MAX_CREDENTIAL_CHARS);
        self.secrets("headers", &http.headers, http.header_names.as_deref());
        for (name, value) in &http.headers {
            let pointer = format!("/transport/headers/{}", sluice_types::json::escape(name));
            if !is_token(name) {
                self.0.push(FieldError::new(pointer.as_str(), "the name of a header has letters, digits and `-` only"));
            }
            if !value.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) {
                self.0.push(FieldError::new(pointer, "the value of a header has visible ASCII characters only"));
            }
        }
        self
    }

    /// Values and names of environment variables or headers: not too many, none too long. Values are never repeated.
    fn secrets(&mut self, field: &str, values: &BTreeMap<String, String>, names: Option<&[String]>) {
        let names_field = if field == "env" { "env_names" } else { "header_names" };
        self.count(&format!("/transport/{field}"), values.len(), MAX_MCP_SECRETS, "entries");
        self.count(&format!("/transport/{names_field}"), names.map_or(0, <[String]>::len), MAX_MCP_SECRETS, "names");
        for (at, name) in names.into_iter().flatten().enumerate() {
            self.chars(&format!("/transport/{names_field}/{at}"), name, MAX_MCP_SECRET_NAME_CHARS);
        }
        for (name, value) in values {
            let pointer = format!("/transport/{field}/{}", sluice_types::json::escape(name));
            self.chars(&pointer, name, MAX_MCP_SECRET_NAME_CHARS).chars(&pointer, value, MAX_MCP_SECRET_CHARS);
        }
    }

    fn count(&mut self, pointer: &str, count: usize, most: usize, of: &str) {
        if count > most {
            self.0.push(FieldError::new(pointer, format!("at most {most} {of}, not {count}")));
        }
    }

    /// A text on one line that is not empty.
    fn line(&mut self, pointer: &str, text: &str, most: usize) -> &mut Self {
        if text.trim().is_empty() {
            self.0.push(FieldError::new(pointer, "it is empty"));
        }
        if text.chars().any(char::is_control) {
            self.0.push(FieldError::new(pointer, "it contains a control character, like a line break: remove it"));
        }
        self.chars(pointer, text, most)
    }

    fn without_nul(&mut self, pointer: &str, text: &str) -> &mut Self {
        if text.contains('\0') {
            self.0.push(FieldError::new(pointer, "it contains the character U+0000: remove it"));
        }
        self
    }
}

/// A token (RFC 9110, section 5.6.2), as names of headers are.
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
