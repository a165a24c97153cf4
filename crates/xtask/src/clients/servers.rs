//! The servers that sessions run against: a real one, and the same as it may be next year.

use std::process::Command;

use super::generated;
use super::proxy::Proxy;
use crate::fail::{Done, Failure};
use crate::server::Server;
use crate::{npm, process};

/// The variable with the address of the server, for sessions.
const ADDRESS: &str = "SLUICE";
/// The variable that is `1` when that server is the one of next year.
const NEXT_YEAR: &str = "NEXT_YEAR";

/// Both servers; ended when dropped.
pub struct Servers {
    // In this order: the proxy ends before the server behind it.
    proxy: Proxy,
    server: Server,
}

impl Servers {
    /// Starts the debug build with an empty database, and the proxy before it.
    pub fn start() -> Result<Self, Failure> {
        npm::install_node()?;
        let data = generated::scratch().join("data");
        generated::emptied(&data)?;
        let server = Server::start("debug", &data)?;
        let proxy = Proxy::start(&server.url())?;
        Ok(Self { proxy, server })
    }

    /// Runs a session against both servers, one after the other.
    pub fn run_session(&self, session: impl Fn() -> Command, cure: &str) -> Done {
        for (what, url, next_year) in
            [("server", self.url(), "0"), ("server of next year", self.proxy.url().into(), "1")]
        {
            println!("  session with the {what}");
            process::run(session().env(ADDRESS, url).env(NEXT_YEAR, next_year))
                .map_err(|failure| failure.cure(format!("with the {what}: {cure}")))?;
        }
        Ok(())
    }

    /// The address of the real one in URLs.
    pub fn url(&self) -> String {
        self.server.url()
    }
}
