//! The form of an MCP server: its values, its validation, its requests, and servers to begin with.

mod preset;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sluice_types::limits::{MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS, MAX_TIMEOUT_SECONDS};
use sluice_types::{
    CreateMcpServer, HttpTransport, McpServer, McpTransport, SetHttpTransport, SetMcpTransport, SetStdioTransport,
    StdioTransport, UpdateMcpServer,
};

use crate::editor::parse_timeout;
use crate::form::{FormData, too_long};

pub use preset::{PRESETS, Preset, Start};

/// How a server is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// A program that Sluice starts.
    #[default]
    Program,
    /// An address.
    Address,
}

/// A secret of a server: an environment variable, or a header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// Its name.
    pub name: String,
    /// A new value; empty keeps the stored one. It is never written down.
    #[serde(skip)]
    pub value: String,
    /// Whether the server has a value for it.
    pub is_stored: bool,
}

/// The values of a server's form, as they are typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct McpServerForm {
    /// Display name.
    pub name: String,
    /// Purpose of the server.
    pub description: String,
    /// How it is reached.
    pub reach: Reach,
    /// The program.
    pub command: String,
    /// Its arguments, one a line.
    pub args: String,
    /// The folder in which it runs.
    pub cwd: String,
    /// Its environment variables.
    pub env: Vec<Secret>,
    /// The address.
    pub url: String,
    /// Its headers.
    pub headers: Vec<Secret>,
    /// Seconds that a call may take, as `90` or `2m`.
    pub timeout: String,
    /// The tools that may be called; all when empty.
    pub allowed_tools: Vec<String>,
    /// Whether what the server says of its tools' effects counts.
    pub trusted: bool,
}

impl FormData for McpServerForm {}

impl From<McpServer> for McpServerForm {
    fn from(server: McpServer) -> Self {
        let stored = |names: Vec<String>| {
            names.into_iter().map(|name| Secret { name, value: String::new(), is_stored: true }).collect()
        };
        let form = Self {
            name: server.name,
            description: server.description,
            timeout: server.timeout.map(|seconds| format!("{seconds}s")).unwrap_or_default(),
            allowed_tools: server.allowed_tools,
            trusted: server.trusted,
            ..Self::default()
        };
        match server.transport {
            McpTransport::Stdio(StdioTransport { command, args, env_names, cwd }) => Self {
                reach: Reach::Program,
                command,
                args: args.join("\n"),
                cwd: cwd.unwrap_or_default(),
                env: stored(env_names),
                ..form
            },
            McpTransport::Http(HttpTransport { url, header_names }) => {
                Self { reach: Reach::Address, url, headers: stored(header_names), ..form }
            }
        }
    }
}

/// The error of each field; `None` for a valid one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct McpServerErrors {
    /// With the name.
    pub name: Option<String>,
    /// With the description.
    pub description: Option<String>,
    /// With the program.
    pub command: Option<String>,
    /// With the address.
    pub url: Option<String>,
    /// With environment variables or headers.
    pub secrets: Option<String>,
    /// With the time for a call.
    pub timeout: Option<String>,
}

impl McpServerErrors {
    /// Whether it can be saved.
    #[must_use]
    pub fn none(&self) -> bool {
        *self == Self::default()
    }
}

impl McpServerForm {
    /// The secrets of the way that is chosen.
    #[must_use]
    pub fn secrets(&self) -> &[Secret] {
        match self.reach {
            Reach::Program => &self.env,
            Reach::Address => &self.headers,
        }
    }

    /// The same, to change them.
    pub fn secrets_mut(&mut self) -> &mut Vec<Secret> {
        match self.reach {
            Reach::Program => &mut self.env,
            Reach::Address => &mut self.headers,
        }
    }

    /// Reports values that the server would refuse.
    #[must_use]
    pub fn check(&self) -> McpServerErrors {
        let needed = |is: bool, text: &str, wrong: &str| (is && text.trim().is_empty()).then(|| wrong.to_owned());
        McpServerErrors {
            name: needed(true, &self.name, "Give it a name.").or_else(|| too_long(&self.name, MAX_NAME_CHARS)),
            description: too_long(&self.description, MAX_DESCRIPTION_CHARS),
            command: needed(self.reach == Reach::Program, &self.command, "Name the program to start."),
            url: needed(self.reach == Reach::Address, &self.url, "Write the address of the server."),
            secrets: self.secrets_fault(),
            timeout: parse_timeout(&self.timeout)
                .err()
                .map(|_| format!("From 1 to {MAX_TIMEOUT_SECONDS} seconds, as in 90 or 2m.")),
        }
    }

    fn secrets_fault(&self) -> Option<String> {
        let named: Vec<&Secret> = self.secrets().iter().filter(|secret| !secret.is_empty()).collect();
        if let Some(nameless) = named.iter().find(|secret| secret.name.trim().is_empty()) {
            return (!nameless.value.is_empty()).then(|| "A value has no name.".to_owned());
        }
        if let Some(empty) = named.iter().find(|secret| !secret.is_stored && secret.value.is_empty()) {
            return Some(format!("{} has no value yet.", empty.name.trim()));
        }
        let mut names: Vec<&str> = named.iter().map(|secret| secret.name.trim()).collect();
        names.sort_unstable();
        let twice = names.windows(2).find_map(|pair| match pair {
            [one, other] if one == other => Some(*one),
            _ => None,
        });
        twice.map(|name| format!("{name} is listed twice."))
    }

    /// How the server is to be reached, with new secrets, and the names of those that stay.
    #[must_use]
    pub fn transport(&self) -> SetMcpTransport {
        let named = || self.secrets().iter().filter(|secret| !secret.name.trim().is_empty());
        let new: BTreeMap<String, String> = named()
            .filter(|secret| !secret.value.is_empty())
            .map(|secret| (secret.name.trim().to_owned(), secret.value.clone()))
            .collect();
        let kept = named().filter(|secret| secret.is_stored && secret.value.is_empty());
        let kept = Some(kept.map(|secret| secret.name.trim().to_owned()).collect());
        match self.reach {
            Reach::Program => SetMcpTransport::Stdio(SetStdioTransport {
                command: self.command.trim().to_owned(),
                args: self.args.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect(),
                env: new,
                env_names: kept,
                cwd: Some(self.cwd.trim().to_owned()).filter(|folder| !folder.is_empty()),
            }),
            Reach::Address => SetMcpTransport::Http(SetHttpTransport {
                url: self.url.trim().to_owned(),
                headers: new,
                header_names: kept,
            }),
        }
    }

    /// The request for a new server. The id is derived from the name.
    #[must_use]
    pub fn to_create(&self) -> CreateMcpServer {
        let UpdateMcpServer { name, description, transport, allowed_tools, trusted, timeout, .. } = self.to_update();
        CreateMcpServer {
            id: None,
            name,
            description,
            transport,
            allowed_tools,
            trusted,
            timeout,
            version: None,
            created_at: None,
            updated_at: None,
        }
    }

    /// The request that saves over a server.
    #[must_use]
    pub fn to_update(&self) -> UpdateMcpServer {
        UpdateMcpServer {
            name: self.name.trim().to_owned(),
            description: self.description.trim().to_owned(),
            transport: self.transport(),
            allowed_tools: self.allowed_tools.clone(),
            trusted: self.trusted,
            timeout: parse_timeout(&self.timeout).unwrap_or_default(),
            id: None,
            version: None,
            created_at: None,
            updated_at: None,
        }
    }

    /// The whole as one text without secrets, to compare two of them line by line.
    #[must_use]
    pub fn text(&self) -> String {
        let names: Vec<&str> = self.secrets().iter().map(|secret| secret.name.as_str()).collect();
        let names = names.join(" ");
        let allowed = if self.allowed_tools.is_empty() { "all".to_owned() } else { self.allowed_tools.join(" ") };
        let trusted = if self.trusted { "yes" } else { "no" };
        let head = format!("Name: {}\nDescription: {}", self.name, self.description);
        let reach = match self.reach {
            Reach::Program => format!(
                "Program: {}\nArguments:\n{}\nFolder: {}\nEnvironment: {names}",
                self.command, self.args, self.cwd
            ),
            Reach::Address => format!("Address: {}\nHeaders: {names}", self.url),
        };
        format!("{head}\n{reach}\nTimeout: {}\nTools: {allowed}\nTrusted: {trusted}", self.timeout)
    }
}

impl Secret {
    /// Whether nothing was typed in its row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.is_stored && self.name.trim().is_empty() && self.value.is_empty()
    }
}

/// How a server is reached, in one line.
#[must_use]
pub fn reach_words(transport: &McpTransport) -> String {
    match transport {
        McpTransport::Stdio(stdio) => {
            let words = std::iter::once(&stdio.command).chain(&stdio.args);
            words.map(String::as_str).collect::<Vec<_>>().join(" ")
        }
        McpTransport::Http(http) => http.url.clone(),
    }
}

/// The allowed tools after a tool was allowed or forbidden; empty when all are. `None` when that would forbid the last
/// one: an empty list allows all.
#[must_use]
pub fn allowed_after(all: &[String], allowed: &[String], tool: &str, allow: bool) -> Option<Vec<String>> {
    let is_allowed = |name: &String| if name == tool { allow } else { allowed.is_empty() || allowed.contains(name) };
    let after: Vec<String> = all.iter().filter(|name| is_allowed(name)).cloned().collect();
    // Names that the server does not list now stay.
    let hidden = allowed.iter().filter(|name| !all.contains(name));
    let after: Vec<String> = after.into_iter().chain(hidden.cloned()).collect();
    if after.is_empty() {
        return None;
    }
    let is_all = all.iter().all(|name| after.contains(name)) && after.len() == all.len();
    Some(if is_all { Vec::new() } else { after })
}
