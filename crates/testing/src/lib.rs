//! What the tests of several crates share: a fresh database of each kind, and a way to cut one off.
//! Nothing here is part of the product.
#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a test that cannot be set up is to fail")]

mod cuttable;
mod database;
mod tls;

pub use cuttable::Cuttable;
pub use database::{TestDatabase, postgres, sqlite};
pub use tls::TlsProxy;
