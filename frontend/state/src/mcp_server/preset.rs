//! Well-known servers, to begin with.

use super::{McpServerForm, Reach, Secret};

/// How a well-known server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// A program with its arguments.
    Program {
        /// The program.
        command: &'static str,
        /// Its arguments.
        args: &'static [&'static str],
        /// The folder in which it runs.
        cwd: &'static str,
    },
    /// An address with the names of its headers.
    Address {
        /// The address.
        url: &'static str,
        /// The headers that it asks for.
        headers: &'static [&'static str],
    },
}

/// A server to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// Display name. Its tools are named by it.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// What is to be filled in, and what has to be installed.
    pub needs: &'static str,
    /// How it is reached.
    pub start: Start,
}

/// A program of npm.
const fn npx(args: &'static [&'static str]) -> Start {
    Start::Program { command: "npx", args, cwd: "" }
}

/// A program of `PyPI`.
const fn uvx(args: &'static [&'static str]) -> Start {
    Start::Program { command: "uvx", args, cwd: "" }
}

/// Servers of the protocol's own project, and some that many use; then what one fills in oneself.
pub const PRESETS: [Preset; 11] = [
    Preset {
        name: "Files",
        about: "Reads and writes files in a folder.",
        needs: "Put the folder that it may use in the last line of the arguments. Needs Node.js.",
        start: npx(&["-y", "@modelcontextprotocol/server-filesystem", "/path/to/folder"]),
    },
    Preset {
        name: "Memory",
        about: "Remembers facts in a graph, from run to run.",
        needs: "Needs Node.js.",
        start: npx(&["-y", "@modelcontextprotocol/server-memory"]),
    },
    Preset { name: "Fetch", about: "Reads web pages as text.", needs: "Needs uv.", start: uvx(&["mcp-server-fetch"]) },
    Preset {
        name: "Git",
        about: "Looks into a repository and changes it.",
        needs: "Put the repository in the last line of the arguments. Needs uv.",
        start: uvx(&["mcp-server-git", "--repository", "/path/to/repository"]),
    },
    Preset {
        name: "GitHub",
        about: "Issues, pull requests and code on GitHub.",
        needs: "The header holds a token, as Bearer github_pat_…",
        start: Start::Address { url: "https://api.githubcopilot.com/mcp/", headers: &["authorization"] },
    },
    Preset { name: "Time", about: "Tells the time in any zone.", needs: "Needs uv.", start: uvx(&["mcp-server-time"]) },
    Preset {
        name: "Thinking",
        about: "Lets a model think step by step.",
        needs: "Needs Node.js.",
        start: npx(&["-y", "@modelcontextprotocol/server-sequential-thinking"]),
    },
    Preset {
        name: "Browser",
        about: "Opens web pages in a browser and acts on them.",
        needs: "Needs Node.js.",
        start: npx(&["-y", "@playwright/mcp@latest", "--headless"]),
    },
    Preset {
        name: "Everything",
        about: "Has a tool of every kind, to try things out.",
        needs: "Needs Node.js.",
        start: npx(&["-y", "@modelcontextprotocol/server-everything"]),
    },
    Preset {
        name: "A program",
        about: "Any server that speaks through standard input and output.",
        needs: "",
        start: Start::Program { command: "", args: &[], cwd: "" },
    },
    Preset {
        name: "An address",
        about: "Any server that speaks streamable HTTP.",
        needs: "",
        start: Start::Address { url: "", headers: &[] },
    },
];

impl Preset {
    /// Whether all of it is to be filled in.
    #[must_use]
    pub const fn is_blank(&self) -> bool {
        match self.start {
            Start::Program { command: word, .. } | Start::Address { url: word, .. } => word.is_empty(),
        }
    }

    /// The form that it begins.
    #[must_use]
    pub fn form(&self) -> McpServerForm {
        let known = |text: &str| if self.is_blank() { String::new() } else { text.to_owned() };
        let form = McpServerForm { name: known(self.name), description: known(self.about), ..McpServerForm::default() };
        match self.start {
            Start::Program { command, args, cwd } => McpServerForm {
                reach: Reach::Program,
                command: command.to_owned(),
                args: args.join("\n"),
                cwd: cwd.to_owned(),
                ..form
            },
            Start::Address { url, headers } => McpServerForm {
                reach: Reach::Address,
                url: url.to_owned(),
                headers: headers.iter().map(|name| Secret { name: (*name).to_owned(), ..Secret::default() }).collect(),
                ..form
            },
        }
    }
}
