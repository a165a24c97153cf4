//! Keeps secrets of configurations out of logs and messages: servers echo them.

use reqwest::Url;
use secrecy::ExposeSecret as _;

use crate::config::{ServerConfig, Transport};

/// The replacement of a secret.
const REDACTED: &str = "[redacted]";
/// Bytes of the shortest text that counts as a secret. Shorter ones, such as `1` and `true`, occur in any text.
const MIN_SECRET_BYTES: usize = 6;
/// Words in the name of an argument that holds a secret.
const SECRET_WORDS: [&str; 5] = ["key", "token", "secret", "password", "auth"];

/// The secrets of one configuration.
pub struct Redactor {
    /// Longest first, so that a secret inside another leaves no rest of it.
    secrets: Vec<String>,
}

impl Redactor {
    pub fn of(config: &ServerConfig) -> Self {
        let mut secrets = Vec::new();
        match &config.transport {
            Transport::Stdio { args, env, .. } => {
                secrets.extend(env.values().map(|value| value.expose_secret().to_owned()));
                secrets.extend(secret_arguments(args));
            }
            Transport::Http { url, headers } => {
                for value in headers.values() {
                    let value = value.expose_secret().trim();
                    secrets.push(value.to_owned());
                    // `Bearer key`: a server may echo the key alone.
                    secrets.extend(value.split_once(' ').map(|(_, key)| key.trim().to_owned()));
                }
                secrets.extend(secrets_of_url(url.as_str()));
            }
        }
        secrets.retain(|secret| secret.len() >= MIN_SECRET_BYTES);
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Self { secrets }
    }

    /// The text with every secret replaced.
    pub fn clean(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| {
            // Most texts hold none: do not copy them.
            if text.contains(secret) { text.replace(secret, REDACTED) } else { text }
        })
    }
}

/// The secrets in the arguments of a program: the values of `--api-key=…`, `--api-key …`, `-e API_KEY=…` and
/// `--header "Authorization: Bearer …"`, and those in URLs.
fn secret_arguments(args: &[String]) -> Vec<String> {
    let is_secret = |name: &str| {
        let name = name.to_lowercase();
        SECRET_WORDS.iter().any(|word| name.contains(word))
    };
    let mut secrets = Vec::new();
    let mut args = args.iter().peekable();
    while let Some(arg) = args.next() {
        secrets.extend(secrets_of_url(arg));
        let named = [arg.split_once('='), arg.split_once(':')];
        for (_, value) in named.into_iter().flatten().filter(|(name, _)| is_secret(name)) {
            let value = value.trim();
            secrets.extend(value.split_once(' ').map(|(_, key)| key.trim().to_owned()));
            secrets.extend(secrets_of_url(value));
            secrets.push(value.to_owned());
        }
        if arg.starts_with('-') && !arg.contains('=') && is_secret(arg) {
            secrets.extend(args.peek().map(|value| (*value).clone()));
        }
    }
    secrets
}

/// The password and the values of the query of a URL, as they are written and as they are read.
fn secrets_of_url(text: &str) -> Vec<String> {
    let Some(url) = text.parse::<Url>().ok().filter(Url::has_host) else { return Vec::new() };
    let password = url.password().filter(|password| !password.is_empty()).map(str::to_owned);
    let read = url.query_pairs().map(|(_, value)| value.into_owned());
    let written = url.query().into_iter().flat_map(|query| query.split('&')).filter_map(|pair| pair.split_once('='));
    let written = written.map(|(_, value)| value.to_owned());
    password.into_iter().chain(read).chain(written).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::*;

    #[test]
    fn secrets_are_replaced_wherever_they_stand() {
        let http = Transport::Http {
            url: "https://mcp.test/sse?key=query-secret".parse().unwrap(),
            headers: BTreeMap::from([("authorization".to_owned(), "Bearer header-secret".into())]),
        };
        let stdio = Transport::Stdio {
            command: "server".into(),
            args: ["--api-key=first-secret", "--token", "second-secret", "/tmp/folder"].map(str::to_owned).to_vec(),
            env: BTreeMap::from([("MODE".to_owned(), "on".into()), ("KEY".to_owned(), "env-secret".into())]),
            cwd: None,
        };
        let clean = |transport: &Transport, text: &str| {
            let config = ServerConfig { transport: transport.clone(), call_timeout: Duration::from_secs(1) };
            Redactor::of(&config).clean(text)
        };
        assert_eq!(
            clean(&http, "query-secret, Bearer header-secret, header-secret"),
            "[redacted], [redacted], [redacted]"
        );
        assert_eq!(
            clean(&stdio, "on first-secret second-secret env-secret /tmp/folder"),
            "on [redacted] [redacted] [redacted] /tmp/folder"
        );
        // A whole argument holds the secrets of its parts: the longest is replaced.
        let args = [
            "-e",
            "GITHUB_TOKEN=third-secret",
            "--header",
            "Authorization: Bearer fourth-secret",
            "-y",
            "pkg=1.2.3-long",
            "postgresql://me:fifth-secret@db.test/notes?sslkey=sixth%2Dsecret",
            "--auth-url=https://x.test/?t=seventh-secret",
        ];
        let more = Transport::Stdio {
            command: "server".into(),
            args: args.map(str::to_owned).to_vec(),
            env: BTreeMap::new(),
            cwd: None,
        };
        let said = clean(
            &more,
            "third-secret fourth-secret fifth-secret sixth-secret sixth%2Dsecret seventh-secret pkg=1.2.3-long db.test",
        );
        assert_eq!(said, format!("{}pkg=1.2.3-long db.test", "[redacted] ".repeat(6)));
        for transport in [http, stdio, more] {
            let shown = format!("{transport:?}");
            assert!(!shown.contains("secret"), "{shown}");
        }
    }
}
