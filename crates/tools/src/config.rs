//! Configured servers.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;
use sluice_types::TenantId;

/// A configured server, with its secrets in clear: the caller unseals them. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// How it is reached.
    pub transport: Transport,
    /// The longest wait for the answer to a call, when the call sets none.
    pub call_timeout: Duration,
}

/// How a server is reached.
#[derive(Clone)]
pub enum Transport {
    /// A program on this machine, spoken to over its standard input and output.
    Stdio {
        /// The program: a path, or a name that is looked up in `PATH`. No shell is involved.
        command: String,
        /// Its arguments.
        args: Vec<String>,
        /// Its environment, beside a few variables that every program needs (`PATH`, `HOME`, …). It does not inherit
        /// the environment of this process, which holds keys.
        env: BTreeMap<String, SecretString>,
        /// Its working directory; that of this process when absent.
        cwd: Option<PathBuf>,
    },
    /// Streamable HTTP.
    Http {
        /// The endpoint.
        url: Url,
        /// Headers of every request, for example `authorization`.
        headers: BTreeMap<String, SecretString>,
    },
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // An argument may be a key, as in `--api-key=…`.
            Self::Stdio { command, args, env, cwd } => f
                .debug_struct("Stdio")
                .field("command", command)
                .field("args", &format_args!("[{} arguments]", args.len()))
                .field("env", &env.keys().collect::<Vec<_>>())
                .field("cwd", cwd)
                .finish(),
            // A path, a query and a user name may be keys.
            Self::Http { url, headers } => f
                .debug_struct("Http")
                .field("origin", &url.origin().ascii_serialization())
                .field("headers", &headers.keys().collect::<Vec<_>>())
                .finish(),
        }
    }
}

/// Names the connection of a server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServerKey {
    /// The owner of the server.
    pub tenant: TenantId,
    /// The server's id, unique in its tenant.
    pub server: String,
    /// The version of its configuration: a changed configuration gets another connection.
    pub revision: i64,
}
