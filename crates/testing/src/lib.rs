//! Shared test support: a fresh database of each kind, and a proxy that cuts a connection. The product does not use it.
#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a test that cannot be set up is to fail")]

mod cuttable;
mod database;
mod tls;

pub use cuttable::Cuttable;
pub use database::{TestDatabase, postgres, sqlite};
pub use tls::TlsProxy;
