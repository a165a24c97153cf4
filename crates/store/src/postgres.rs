//! PostgreSQL: a pool of connections, each write a transaction of its own.

use std::time::Duration;

use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::error::StoreError;

#[path = "queries/mod.rs"]
pub(crate) mod queries;

pub(crate) type Backend = diesel::pg::Pg;
pub(crate) type Connection = AsyncPgConnection;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Connections in the pool.
const CONNECTIONS: usize = 16;
/// How long a caller waits for a connection before it is told that the database is away.
const WAIT: Duration = Duration::from_secs(5);

/// An open PostgreSQL database.
pub(crate) struct Database {
    pool: Pool<Connection>,
}

impl Database {
    /// Connects, and makes the tables that are not there.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        migrate(url).await?;
        let manager = AsyncDieselConnectionManager::<Connection>::new(url);
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(WAIT))
            .recycle_timeout(Some(WAIT))
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Other(error.to_string()))?;
        Ok(Self { pool })
    }

    /// A connection from the pool.
    pub async fn connection(&self) -> Result<Object<Connection>, StoreError> {
        self.pool.get().await.map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}

/// Starting servers at once take their turns by an advisory lock (its number is `sluice` in ASCII),
/// so that each migration runs once.
async fn migrate(url: &str) -> Result<(), StoreError> {
    use diesel_async::SimpleAsyncConnection;
    let mut connection = AsyncPgConnection::establish(url).await?;
    connection.batch_execute("SELECT pg_advisory_lock(126960127861605)").await?;
    let run = tokio::task::spawn_blocking(move || {
        let mut connection: AsyncConnectionWrapper<AsyncPgConnection> = connection.into();
        connection.run_pending_migrations(MIGRATIONS).map(|_| ()).map_err(|error| StoreError::Other(error.to_string()))
    });
    run.await.map_err(|error| StoreError::Other(error.to_string()))?
}
