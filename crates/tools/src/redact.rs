//! Keeps secrets of configurations out of logs and messages: servers echo them.

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
                secrets.extend(url.query_pairs().map(|(_, value)| value.into_owned()));
                secrets.extend(url.password().map(str::to_owned));
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

/// The values of `--api-key=…` and `--api-key …`.
fn secret_arguments(args: &[String]) -> Vec<String> {
    let is_secret = |name: &str| {
        let name = name.to_lowercase();
        name.starts_with('-') && SECRET_WORDS.iter().any(|word| name.contains(word))
    };
    let mut secrets = Vec::new();
    let mut args = args.iter().peekable();
    while let Some(arg) = args.next() {
        match arg.split_once('=') {
            Some((name, value)) if is_secret(name) => secrets.push(value.to_owned()),
            Some(_) => {}
            None if is_secret(arg) => secrets.extend(args.peek().map(|value| (*value).clone())),
            None => {}
        }
    }
    secrets
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
        for transport in [http, stdio] {
            let shown = format!("{transport:?}");
            assert!(!shown.contains("secret"), "{shown}");
        }
    }
}
