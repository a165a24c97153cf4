//! The one door to the database, whichever it is.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sluice_types::TenantId;

use crate::error::StoreError;
use crate::time::to_micros;
use crate::{postgres, sqlite};

/// Which database to open.
#[derive(Debug, Clone)]
pub enum StoreConfig {
    /// The file of an embedded SQLite database.
    Sqlite(PathBuf),
    /// The address of a PostgreSQL database, as `postgres://user:password@host/database`.
    Postgres(String),
}

/// An open database.
#[derive(Clone)]
pub struct Store(pub(crate) Arc<Database>);

pub(crate) enum Database {
    Sqlite(sqlite::Database),
    Postgres(postgres::Database),
}

/// Runs a query on either database: `read!(self, |conn| queries::x::y(conn, &a))`. What it uses
/// besides `conn` is moved into it.
macro_rules! read {
    ($store:expr, |$conn:ident| $query:expr) => {
        match &*$store.0 {
            $crate::store::Database::Sqlite(database) => {
                use $crate::sqlite::queries;
                database.read(move |$conn| $crate::sqlite::now_or_err($query)).await
            }
            $crate::store::Database::Postgres(database) => {
                use $crate::postgres::queries;
                let work = async {
                    let mut connection = database.connection().await?;
                    let $conn = &mut *connection;
                    $query.await
                };
                $crate::postgres::with_timeout(Box::pin(work)).await
            }
        }
    };
}
pub(crate) use read;

/// Runs a query that writes in a transaction of either database; it is rolled back when the query fails.
macro_rules! write {
    ($store:expr, |$conn:ident| $query:expr) => {
        match &*$store.0 {
            $crate::store::Database::Sqlite(database) => {
                use $crate::sqlite::queries;
                database.write(move |$conn| $crate::sqlite::now_or_err($query)).await
            }
            $crate::store::Database::Postgres(database) => {
                use diesel_async::TransactionManager as _;
                use $crate::postgres::queries;
                type Transactions = <$crate::postgres::Connection as diesel_async::AsyncConnection>::TransactionManager;
                let work = async {
                    let mut connection = database.connection().await?;
                    let $conn = &mut *connection;
                    Transactions::begin_transaction($conn).await?;
                    match $query.await {
                        Ok(answer) => {
                            Transactions::commit_transaction($conn).await?;
                            Ok(answer)
                        }
                        Err(error) => {
                            // The connection may be gone; the database rolls back by itself then.
                            let _ = Transactions::rollback_transaction($conn).await;
                            Err(error)
                        }
                    }
                };
                $crate::postgres::with_timeout(Box::pin(work)).await
            }
        }
    };
}
pub(crate) use write;

impl Store {
    /// Opens the database, making its tables when they are not there.
    pub async fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        let database = match config {
            StoreConfig::Sqlite(file) => Database::Sqlite(sqlite::Database::open(file).await?),
            StoreConfig::Postgres(url) => Database::Postgres(postgres::Database::open(url).await?),
        };
        let store = Self(Arc::new(database));
        store.fill_search().await?;
        Ok(store)
    }

    /// Whether only one process can have it open, so that whoever has it knows that no other engine lives.
    #[must_use]
    pub fn is_exclusive(&self) -> bool {
        match &*self.0 {
            Database::Sqlite(_) => true,
            Database::Postgres(_) => false,
        }
    }

    /// Makes sure that a tenant is there.
    pub async fn ensure_tenant(&self, tenant: &TenantId, name: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let (tenant, name, now) = (tenant.clone(), name.to_owned(), to_micros(now));
        write!(self, |conn| queries::leases::ensure_tenant(conn, tenant.as_str(), &name, now))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        read!(self, |conn| queries::leases::ping(conn))
    }
}
