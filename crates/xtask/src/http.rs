//! The HTTP client of the benchmark: one kept connection, one request at a time.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use ureq::http;
use ureq::{Agent, Body};

use crate::fail::{Context, Failure};

/// The longest silence of the server within an answer.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// A client with a connection of its own.
pub struct Client {
    agent: Agent,
    address: SocketAddr,
}

/// An answer of the server.
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The body, as bytes.
    pub body: Vec<u8>,
}

impl Response {
    /// The body as JSON, when the status is the expected one.
    pub fn json(&self, expected: u16) -> Result<Value, Failure> {
        if self.status != expected {
            let body = String::from_utf8_lossy(&self.body);
            return Err(Failure::new(format!("the server answered {} and not {expected}: {body}", self.status)));
        }
        serde_json::from_slice(&self.body).context(|| "the server's answer is not JSON".into())
    }
}

impl Client {
    /// A client of the server at this address. It connects with the first request.
    pub fn new(address: SocketAddr) -> Self {
        let config = Agent::config_builder()
            // The status is a result of the measurement.
            .http_status_as_error(false)
            // A proxy from the environment would be measured with the server.
            .proxy(None)
            .timeout_per_read(Some(READ_TIMEOUT))
            .timeout_connect(Some(READ_TIMEOUT))
            .accept("application/json");
        Self { agent: config.build().new_agent(), address }
    }

    /// `GET path`.
    pub fn get(&self, path: &str) -> Result<Response, Failure> {
        receive(path, self.agent.get(self.url(path)).call())
    }

    /// `POST path` with a JSON body.
    pub fn post(&self, path: &str, body: &str) -> Result<Response, Failure> {
        receive(path, self.agent.post(self.url(path)).content_type("application/json").send(body))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// Reads the whole body, which frees the connection for the next request.
fn receive(path: &str, answer: Result<http::Response<Body>, ureq::Error>) -> Result<Response, Failure> {
    let mut answer = answer.context(|| format!("{path}: no answer"))?;
    let body = answer.body_mut().read_to_vec().context(|| format!("{path}: the body was cut"))?;
    Ok(Response { status: answer.status().as_u16(), body })
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::Client;

    #[test]
    fn sends_all_requests_on_one_connection_and_returns_error_statuses() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            // Without this, a second connection would wait for `accept` for ever.
            drop(listener);
            let mut buffer = [0; 1024];
            // The body of a request may come in a packet after its head.
            for (end, answer) in [
                ("{}", "HTTP/1.1 201 Created\r\nContent-Length: 7\r\n\r\n{\"a\":1}"),
                ("\r\n\r\n", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}"),
                (
                    "\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":2}\r\n0\r\n\r\n",
                ),
            ] {
                let mut request = String::new();
                while !request.ends_with(end) {
                    let length = stream.read(&mut buffer).unwrap();
                    assert!(length > 0);
                    request.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
                }
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let client = Client::new(address);
        assert_eq!(client.post("/x", "{}").unwrap().json(201).unwrap()["a"], 1);
        assert_eq!(client.get("/x").unwrap().status, 404);
        assert_eq!(client.get("/x").unwrap().json(200).unwrap()["a"], 2);
        server.join().unwrap();
    }
}
