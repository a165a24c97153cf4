//! Keeps requests to addresses that a tenant set out of private networks. All outgoing requests to such addresses go
//! through here: those of providers and of tools.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Attempt, Policy};

/// Time for a connection, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Redirects that are followed in a row.
pub const MAX_REDIRECTS: usize = 5;

/// The networks that requests to a tenant's own addresses may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkPolicy {
    /// To public addresses only.
    PublicOnly,
    /// Anywhere: the operator allows it, or is the tenant.
    Anywhere,
}

impl NetworkPolicy {
    /// Checks an address as it is set: that it is one, and not a private one by number. Names are
    /// checked at each lookup.
    pub fn check(self, base_url: &str) -> Result<(), String> {
        let url = reqwest::Url::parse(base_url).map_err(|error| format!("it is not a URL ({error})"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("it must begin with `http://` or `https://`".into());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("put the key into `api_key`, not into the address".into());
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let private = host.parse::<IpAddr>().is_ok_and(|address| !is_public(address));
        if private && self == Self::PublicOnly {
            return Err(
                "it lies in a private network; the operator can allow those with `--allow-private-networks`".into()
            );
        }
        Ok(())
    }

    /// The HTTP client for such requests. It follows no redirect, as that could lead into a private network. It
    /// requests no compression and decompresses nothing: a small answer could grow a thousandfold.
    pub fn client(self) -> Result<reqwest::Client, reqwest::Error> {
        self.builder(Policy::none()).build()
    }

    /// A client that follows redirects, each checked as the first address was. A redirect that it may not follow is an
    /// error with a [`Refused`] as its source.
    pub fn client_following(self, redirects: Redirects) -> Result<reqwest::Client, reqwest::Error> {
        self.following(redirects).build()
    }

    fn following(self, redirects: Redirects) -> reqwest::ClientBuilder {
        self.builder(Policy::custom(move |attempt| match redirects.refusal(self, &attempt) {
            None => attempt.follow(),
            Some(refused) => attempt.error(refused),
        }))
    }

    fn builder(self, redirects: Policy) -> reqwest::ClientBuilder {
        let builder = reqwest::Client::builder()
            .redirect(redirects)
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .connect_timeout(CONNECT_TIMEOUT);
        match self {
            Self::Anywhere => builder,
            Self::PublicOnly => builder.no_proxy().dns_resolver(Arc::new(PublicAddresses)),
        }
    }
}

/// The redirects that a client follows, at most [`MAX_REDIRECTS`] in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirects {
    /// To the same scheme, host and port: headers with keys reach nobody else.
    SameOrigin,
    /// To any address that the policy allows.
    Anywhere,
}

impl Redirects {
    fn refusal(self, policy: NetworkPolicy, attempt: &Attempt<'_>) -> Option<Refused> {
        let (from, to) = (attempt.previous().last()?, attempt.url());
        if attempt.previous().len() > MAX_REDIRECTS {
            return Some(Refused(format!("the address redirects more than {MAX_REDIRECTS} times")));
        }
        let target = to.origin().ascii_serialization();
        if self == Self::SameOrigin && from.origin() != to.origin() {
            return Some(Refused(format!("the address redirects to {target}: set that address, if you trust it")));
        }
        let refused = policy.check(to.as_str()).err()?;
        Some(Refused(format!("the address redirects to {target}: {refused}")))
    }
}

/// The reason why a request was not sent to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(String);

impl Refused {
    /// The reason in the chain of causes of an error.
    #[must_use]
    pub fn cause_of<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Self> {
        std::iter::successors(Some(error), |&error: &&'e (dyn Error + 'static)| error.source())
            .find_map(|error| error.downcast_ref())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Refused {}

/// Resolves names to public addresses only. The client connects to the checked address, so that a name cannot change
/// between the check and the call.
struct PublicAddresses;

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> = found.into_iter().filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                let refused = format!(
                    "{} has no public address; the operator can allow private ones with `--allow-private-networks`",
                    name.as_str()
                );
                return Err(Refused(refused).into());
            }
            let public: Addrs = Box::new(public.into_iter());
            Ok(public)
        })
    }
}

/// Whether an address is public: outside the special-purpose blocks (IANA special-purpose address registries, RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let protocol = a == 192 && b == 0 && c == 0;
            let benchmark = a == 198 && (b == 18 || b == 19);
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || shared
                || protocol
                || benchmark)
        }
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4_mapped() {
                return is_public(IpAddr::V4(v4));
            }
            // 2000::/3 is the global unicast block; the documentation, Teredo and 6to4 blocks lie inside it.
            let [first, second, ..] = v6.segments();
            first & 0xe000 == 0x2000 && !(first == 0x2001 && (second == 0x0db8 || second == 0)) && first != 0x2002
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_refused_unless_allowed() {
        for private in [
            "http://127.0.0.1:11434",
            "http://10.1.2.3",
            "http://192.168.1.1",
            "http://172.20.0.1",
            "http://169.254.169.254/latest",
            "http://100.64.0.1",
            "http://0.0.0.0",
            "http://[::1]:80",
            "http://[fd00::1]",
            "http://[::ffff:10.0.0.1]",
            "http://[2002:a00:1::]",
        ] {
            assert!(NetworkPolicy::PublicOnly.check(private).is_err(), "{private}");
            assert_eq!(NetworkPolicy::Anywhere.check(private), Ok(()), "{private}");
        }
        for public in ["https://api.openai.com/v1", "http://8.8.8.8", "http://[2606:4700::1111]"] {
            assert_eq!(NetworkPolicy::PublicOnly.check(public), Ok(()), "{public}");
        }
        for wrong in ["", "localhost:11434", "ftp://x", "http://user:pass@x"] {
            assert!(NetworkPolicy::Anywhere.check(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_name_of_a_private_address_is_refused_when_it_is_looked_up() {
        let client = NetworkPolicy::PublicOnly.client().unwrap();
        let error = client.get("http://localhost:9/").send().await.unwrap_err();
        assert!(format!("{error:?}").contains("no public address"), "{error:?}");
    }

    /// A server that redirects `/` to `target`, and `/moved` and its like to itself.
    async fn redirecting(target: &str) -> String {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let target = target.to_owned();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = vec![0; 4096];
                let length = socket.read(&mut request).await.unwrap();
                let text = String::from_utf8_lossy(&request[..length]).into_owned();
                let answer = match text.split(' ').nth(1) {
                    Some("/here") => "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nhere".to_owned(),
                    _ => format!(
                        "HTTP/1.1 307 Moved\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                    ),
                };
                socket.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        url
    }

    #[tokio::test]
    async fn redirects_are_followed_as_far_as_the_rule_allows() {
        let refusal = async |redirects: Redirects, target: &str| {
            let url = redirecting(target).await;
            let answer = NetworkPolicy::Anywhere.client_following(redirects).unwrap().get(&url).send().await;
            answer.map_err(|error| Refused::cause_of(&error).expect("it is refused").to_string())
        };
        let answer = refusal(Redirects::SameOrigin, "/here").await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "here");
        let elsewhere = redirecting("/here").await;
        let why = refusal(Redirects::SameOrigin, &elsewhere).await.unwrap_err();
        assert!(why.contains(&format!("redirects to {elsewhere}")), "{why}");
        assert!(refusal(Redirects::Anywhere, &elsewhere).await.is_ok());
        let why = refusal(Redirects::Anywhere, "/again").await.unwrap_err();
        assert!(why.contains("more than 5 times"), "{why}");
        let why = refusal(Redirects::Anywhere, "http://user:word@elsewhere.test/").await.unwrap_err();
        assert!(why.contains("not into the address"), "{why}");
    }

    #[tokio::test]
    async fn a_redirect_into_a_private_network_is_refused() {
        for private in ["http://169.254.169.254/latest/meta-data", "http://[::1]/", "http://localhost:8080/"] {
            let url = redirecting(private).await;
            let server: SocketAddr = url.trim_start_matches("http://").parse().unwrap();
            // The test's server stands for one with a public address.
            let client =
                NetworkPolicy::PublicOnly.following(Redirects::Anywhere).resolve("public.test", server).build();
            let start = format!("http://public.test:{}/", server.port());
            let error = client.unwrap().get(start).send().await.unwrap_err();
            let why = Refused::cause_of(&error).expect("it is refused").to_string();
            assert!(why.contains("--allow-private-networks"), "{private}: {why}");
        }
    }

    #[tokio::test]
    async fn a_compressed_answer_is_neither_asked_for_nor_unpacked() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let length = socket.read(&mut request).await.unwrap();
            let answer = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nbomb";
            socket.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&request[..length]).to_lowercase()
        });
        let answer = NetworkPolicy::Anywhere.client().unwrap().get(url).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "bomb");
        let request = server.await.unwrap();
        assert!(!request.contains("accept-encoding"), "{request}");
    }
}
