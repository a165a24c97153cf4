//! Shared test support: a fresh database of each kind, and a proxy that cuts a connection. The product does not use it.
#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a test that cannot be set up is to fail")]

mod cuttable;
mod database;
mod tls;

pub use cuttable::Cuttable;
pub use database::TestDatabase;
pub use tls::TlsProxy;

/// Writes a test once and runs it on both databases:
/// `on_both! { async fn name(database: TestDatabase) { … } }`.
#[macro_export]
macro_rules! on_both {
    ($($(#[$attribute:meta])* async fn $name:ident($database:ident: TestDatabase) $body:block)+) => {
        $(mod $name {
            use super::*;

            $(#[$attribute])*
            async fn body($database: $crate::TestDatabase) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body($crate::TestDatabase::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                body($crate::TestDatabase::postgres().await).await;
            }
        })+
    };
}
