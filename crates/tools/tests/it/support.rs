//! Pools, configurations, and the servers of `tests/servers`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};
use sluice_tools::{
    CallOptions, NetworkPolicy, Pool, PoolOptions, ServerConfig, ServerKey, ToolError, ToolOutput, Transport,
};
use sluice_types::TenantId;

/// No test waits longer for a server.
pub const LONG: Duration = Duration::from_secs(60);

pub fn options() -> PoolOptions {
    PoolOptions {
        policy: NetworkPolicy::Anywhere,
        allow_stdio: true,
        start_timeout: LONG,
        ..PoolOptions::new(|| SystemTime::UNIX_EPOCH)
    }
}

pub fn key(server: &str) -> ServerKey {
    ServerKey { tenant: TenantId::new("local").unwrap(), server: server.to_owned(), revision: 1 }
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers")
}

/// A program as a server; `KEY` is a secret of its environment.
pub fn program(command: &str, args: &[&str]) -> ServerConfig {
    let transport = Transport::Stdio {
        command: command.to_owned(),
        args: args.iter().map(|&arg| arg.to_owned()).collect(),
        env: BTreeMap::from([("KEY".to_owned(), "secret-token-1".into())]),
        cwd: Some(folder()),
    };
    ServerConfig { transport, call_timeout: LONG }
}

/// Our own server, in a mode.
pub fn odd(mode: &str) -> ServerConfig {
    program("node", &["stdio.mjs", mode])
}

/// A server from npm.
pub fn npm(name: &str, args: &[&str]) -> ServerConfig {
    let path = format!("node_modules/@modelcontextprotocol/server-{name}/dist/index.js");
    assert!(folder().join(&path).is_file(), "run `cargo xtask test`, which installs the npm packages");
    program("node", &[&[path.as_str()], args].concat())
}

pub fn over_http(url: &str) -> ServerConfig {
    let headers = BTreeMap::from([("authorization".to_owned(), "Bearer secret-token-1".into())]);
    ServerConfig { transport: Transport::Http { url: url.parse().unwrap(), headers }, call_timeout: LONG }
}

pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

/// A pool with one server.
pub struct One {
    pub pool: Pool,
    pub key: ServerKey,
    pub config: ServerConfig,
}

impl One {
    pub fn new(config: ServerConfig) -> Self {
        Self::with(options(), config)
    }

    pub fn with(options: PoolOptions, config: ServerConfig) -> Self {
        Self { pool: Pool::new(options), key: key("server"), config }
    }

    pub async fn call(&self, tool: &str, arguments: Value) -> Result<ToolOutput, ToolError> {
        self.call_with(tool, arguments, CallOptions::default()).await
    }

    pub async fn call_with(&self, tool: &str, arguments: Value, options: CallOptions) -> Result<ToolOutput, ToolError> {
        self.pool.call(&self.key, &self.config, tool, object(arguments), options).await
    }

    /// The log as one text.
    pub fn log(&self) -> String {
        let lines = self.pool.logs(&self.key, 0);
        lines.iter().map(|line| format!("{:?}: {}\n", line.source, line.text)).collect()
    }

    /// Waits until the log has a line with this text.
    pub async fn logged(&self, text: &str) -> String {
        eventually(text, || self.log().lines().find(|line| line.contains(text)).map(str::to_owned)).await
    }

    /// The process id of our own server.
    pub async fn pid(&self) -> String {
        self.logged("pid ").await.rsplit(' ').next().unwrap().to_owned()
    }
}

/// Polls until there is a value; the limit guards against a hang.
pub async fn eventually<T>(what: &str, mut value: impl FnMut() -> Option<T>) -> T {
    let polls = async {
        loop {
            if let Some(value) = value() {
                return value;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(LONG, polls).await.unwrap_or_else(|_| panic!("there is never {what}"))
}

/// Whether a process runs: a zombie does not.
pub fn runs(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.trim_start().starts_with(['Z', 'X']))
}

/// `http.mjs`, which ends with this value.
pub struct OddHttp {
    pub url: String,
    _stdin: ChildStdin,
    process: Child,
}

impl OddHttp {
    pub fn start() -> Self {
        use std::io::BufRead as _;
        let mut command = Command::new("node");
        command.arg("http.mjs").current_dir(folder()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("node is installed");
        let mut url = String::new();
        std::io::BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let stdin = process.stdin.take().unwrap();
        Self { url: url.trim().to_owned(), _stdin: stdin, process }
    }

    pub fn at(&self, path: &str) -> One {
        One::new(over_http(&format!("{}{path}", self.url)))
    }
}

impl Drop for OddHttp {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
