//! A server process, and how tests talk to it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use sluice_store::StoreConfig;
use sluice_testing::TestDatabase;

/// The binary under test.
pub const SLUICE: &str = env!("CARGO_BIN_EXE_sluice");

/// The query that asks for all parts of an execution.
pub const WHOLE: &str = "include=gates,output,prompts,results";

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running server. It is ended with the value.
pub struct Server {
    process: Child,
    pub url: String,
    pub client: reqwest::Client,
}

impl Server {
    /// Starts a server on a database and waits until it is ready.
    pub fn start(database: &TestDatabase) -> Self {
        Self::with(database, &[])
    }

    /// The same with more options.
    pub fn with(database: &TestDatabase, options: &[&str]) -> Self {
        Self::on(database.config(), database, options)
    }

    /// The same with another way to the database.
    pub fn on(config: &StoreConfig, database: &TestDatabase, options: &[&str]) -> Self {
        let mut command = Command::new(SLUICE);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(database.folder());
        // Options that a test gives come before these.
        command
            .env("SLUICE_STARTS_PER_MINUTE", "0")
            .env("SLUICE_SAVES_PER_MINUTE", "0")
            .env("SLUICE_LEASE_SECONDS", "1");
        command.args(options).stdout(Stdio::piped());
        if let StoreConfig::Postgres(url) = config {
            command.args(["--database-url", url]);
        }
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let ready = lines.next().expect("the server says where it is").unwrap();
        let url = ready.rsplit(' ').next().unwrap().to_owned();
        assert!(ready.starts_with("Sluice is ready at http://127.0.0.1:"), "{ready}");
        Self { process, url, client: reqwest::Client::new() }
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// The process's id.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Ends the process at once, as `kill -9` does.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks the process to stop, and does not wait for it.
    pub fn ask_to_stop(&self) {
        let asked = Command::new("kill").arg(self.pid().to_string()).status().unwrap();
        assert!(asked.success());
    }

    /// Asks the process to stop, and gives its exit code.
    pub fn terminate(mut self) -> Option<i32> {
        self.ask_to_stop();
        self.process.wait().unwrap().code()
    }

    /// A request to an address under `/api/v1`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}/api/v1{path}", self.url)).timeout(PATIENCE)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body).send().await.unwrap()).await
    }

    pub async fn put(&self, path: &str, if_match: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).header("if-match", if_match).json(body).send().await.unwrap()).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PATCH, path).json(body).send().await.unwrap()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path).send().await.unwrap()).await
    }

    /// Saves a workflow of these steps.
    pub async fn workflow(&self, id: &str, steps: &[Value]) {
        let body = json!({"id": id, "name": id, "definition": {"steps": steps}});
        self.post("/workflows", &body).await.expect(StatusCode::CREATED);
    }

    /// Saves a workflow of these steps and starts it; gives the execution's address.
    pub async fn run(&self, steps: &[Value]) -> String {
        self.workflow("w", steps).await;
        let started = self
            .post("/workflows/w/executions", &json!({"input": {"topic": "tea"}}))
            .await
            .expect(StatusCode::ACCEPTED);
        format!("/workflows/executions/{}", started["id"].as_str().unwrap())
    }

    /// Reads an address until the answer is as the test wants it.
    pub async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let answer = self.get(path).await;
            if answer.status == StatusCode::OK && wanted(&answer.body) {
                return answer.body;
            }
            assert!(Instant::now() < until, "not as wanted: {:#}", answer.body);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until an execution has ended or waits, and gives it with all its parts.
    pub async fn settled(&self, execution: &str) -> Value {
        self.until(&format!("{execution}?{WHOLE}"), |body| {
            !["pending", "running"].contains(&body["status"].as_str().unwrap())
        })
        .await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, headers, body }
    }

    /// The body, when the status is as expected.
    #[track_caller]
    pub fn expect(self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }

    /// Checks that it is a problem with this code, and gives its detail and fields as one text.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> String {
        assert_eq!((self.status.as_u16(), self.body["code"].as_str()), (status, Some(code)), "{:#}", self.body);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.headers["x-request-id"], self.body["request_id"].as_str().unwrap());
        assert_eq!(self.body["status"], status);
        format!("{} {}", self.body["detail"].as_str().unwrap(), self.body["errors"])
    }
}

/// An `llm` step of a demo model.
pub fn step(id: &str, model: &str, prompt: &str) -> Value {
    json!({"id": id, "label": id.to_uppercase(), "type": "llm", "provider": "demo", "model": model, "prompt": prompt})
}

/// The step run at a path.
pub fn run_of<'a>(execution: &'a Value, path: &str) -> &'a Value {
    execution["steps"].as_array().unwrap().iter().find(|run| run["path"] == path).unwrap()
}

/// `path status attempt` of every step run.
pub fn summary(execution: &Value) -> Vec<String> {
    let steps = execution["steps"].as_array().unwrap().iter();
    steps
        .map(|run| format!("{} {} {}", run["path"].as_str().unwrap(), run["status"].as_str().unwrap(), run["attempt"]))
        .collect()
}

/// Adds an agent `a`, and an MCP server `m` whose program does not exist.
pub async fn add_agent_and_mcp_server(server: &Server) {
    let agent = json!({"id": "a", "name": "A", "instructions": "Be brief.", "tools": ["native:calculate"]});
    server.post("/agents", &agent).await.expect(StatusCode::CREATED);
    let transport = json!({"type": "stdio", "command": "sluice-has-no-such-program", "env": {}});
    let mcp_server = json!({"id": "m", "name": "M", "transport": transport});
    server.post("/mcp-servers", &mcp_server).await.expect(StatusCode::CREATED);
}
