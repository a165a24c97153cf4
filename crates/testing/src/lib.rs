//! Shared test support: a fresh database of each kind, a proxy that cuts a connection, a
//! server that answers by a script, and one that answers as models do. The product does not use it.
#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a test that cannot be set up is to fail")]

pub mod aimock;
mod cuttable;
mod database;
mod scripted;
mod tls;

pub use cuttable::Cuttable;
pub use database::{TestDatabase, postgres, sqlite};
pub use scripted::{Request, Script, ScriptedServer};
pub use tls::TlsProxy;
