//! Keeps requests to addresses that a tenant set out of private networks. All outgoing requests to such addresses go
//! through here: those of providers and of tools.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Time for a connection, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

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
        let builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .connect_timeout(CONNECT_TIMEOUT);
        match self {
            Self::Anywhere => builder.build(),
            Self::PublicOnly => builder.no_proxy().dns_resolver(Arc::new(PublicAddresses)).build(),
        }
    }
}

/// Resolves names to public addresses only. The client connects to the checked address, so that a name cannot change
/// between the check and the call.
struct PublicAddresses;

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> = found.into_iter().filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(format!("{} has no public address", name.as_str()).into());
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
