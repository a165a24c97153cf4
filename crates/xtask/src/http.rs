//! A small HTTP/1.1 client over one kept connection, enough to put load on our own server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::fail::{Context, Failure};

const TIMEOUT: Duration = Duration::from_secs(60);

/// One connection; a request at a time.
pub struct Client {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
}

/// What the server answered.
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The body, as bytes.
    pub body: Vec<u8>,
}

impl Response {
    /// The body as JSON, when the status is the one expected.
    pub fn json(&self, expected: u16) -> Result<Value, Failure> {
        if self.status != expected {
            let body = String::from_utf8_lossy(&self.body);
            return Err(Failure::new(format!("the server answered {} and not {expected}: {body}", self.status)));
        }
        serde_json::from_slice(&self.body).context(|| "the server's answer is not JSON".into())
    }
}

struct Head {
    status: u16,
    content_length: usize,
    is_chunked: bool,
    closes: bool,
}

impl Client {
    /// Opens the connection.
    pub fn connect(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).context(|| format!("cannot connect to {address}"))?;
        let set = stream.set_nodelay(true).and_then(|()| stream.set_read_timeout(Some(TIMEOUT)));
        set.context(|| format!("cannot set up the connection to {address}"))?;
        Ok(Self { address, stream: BufReader::new(stream) })
    }

    /// `GET path`.
    pub fn get(&mut self, path: &str) -> Result<Response, Failure> {
        self.send("GET", path, "Accept: application/json\r\n", "")?;
        self.receive(path)
    }

    /// `POST path` with a JSON body.
    pub fn post(&mut self, path: &str, body: &str) -> Result<Response, Failure> {
        self.send("POST", path, "Accept: application/json\r\nContent-Type: application/json\r\n", body)?;
        self.receive(path)
    }

    /// Opens `path` as an event stream: the socket, and the bytes of the body that came with the head.
    pub fn into_event_stream(mut self, path: &str) -> Result<(TcpStream, Vec<u8>), Failure> {
        self.send("GET", path, "Accept: text/event-stream\r\n", "")?;
        let head = self.head(path)?;
        if head.status != 200 || !head.is_chunked {
            return Err(Failure::new(format!("GET {path} answered {} and no chunked stream", head.status)));
        }
        let rest = self.stream.buffer().to_vec();
        Ok((self.stream.into_inner(), rest))
    }

    fn send(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Result<(), Failure> {
        let address = self.address;
        let length = body.len();
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Length: {length}\r\n\r\n{body}");
        self.stream.get_mut().write_all(request.as_bytes()).context(|| format!("cannot send {method} {path}"))
    }

    fn receive(&mut self, path: &str) -> Result<Response, Failure> {
        let head = self.head(path)?;
        let mut body = vec![0; head.content_length];
        if head.is_chunked {
            body = self.chunks(path)?;
        } else {
            self.stream.read_exact(&mut body).context(|| format!("{path}: the body was cut"))?;
        }
        if head.closes {
            *self = Self::connect(self.address)?;
        }
        Ok(Response { status: head.status, body })
    }

    fn head(&mut self, path: &str) -> Result<Head, Failure> {
        let status_line = self.line(path)?;
        let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| Failure::new(format!("{path}: `{status_line}` is no HTTP answer")))?;
        let mut head = Head { status, content_length: 0, is_chunked: false, closes: false };
        loop {
            let line = self.line(path)?.to_ascii_lowercase();
            let Some((name, value)) = line.split_once(':') else {
                return Ok(head);
            };
            match (name, value.trim()) {
                ("content-length", value) => head.content_length = value.parse().unwrap_or(0),
                ("transfer-encoding", "chunked") => head.is_chunked = true,
                ("connection", "close") => head.closes = true,
                _ => {}
            }
        }
    }

    fn chunks(&mut self, path: &str) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        loop {
            let line = self.line(path)?;
            let size = line.split(';').next().and_then(|size| u64::from_str_radix(size.trim(), 16).ok());
            let size = size.ok_or_else(|| Failure::new(format!("{path}: `{line}` is no chunk size")))?;
            let read = self.stream.by_ref().take(size).read_to_end(&mut body);
            read.context(|| format!("{path}: the body was cut"))?;
            self.line(path)?;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    fn line(&mut self, path: &str) -> Result<String, Failure> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).context(|| format!("{path}: no answer"))?;
        if read == 0 {
            return Err(Failure::new(format!("{path}: the server closed the connection")));
        }
        Ok(line.trim_end().to_owned())
    }
}

/// A value for a query string, every byte that could mean something else escaped.
pub fn encode(value: &str) -> String {
    use std::fmt::Write;
    value.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _never = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::{Client, encode};

    #[test]
    fn escapes_what_a_query_must_not_hold() {
        assert_eq!(encode("aZ9-_.~+/= "), "aZ9-_.~%2B%2F%3D%20");
    }

    #[test]
    fn reads_lengths_and_chunks_on_one_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut buffer = [0; 1024];
            for answer in [
                "HTTP/1.1 201 Created\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":2}\r\n0\r\n\r\n",
            ] {
                assert!(stream.read(&mut buffer).unwrap() > 0);
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let mut client = Client::connect(address).unwrap();
        assert_eq!(client.post("/x", "{}").unwrap().json(201).unwrap()["a"], 1);
        assert_eq!(client.get("/x").unwrap().json(200).unwrap()["a"], 2);
        server.join().unwrap();
    }
}
