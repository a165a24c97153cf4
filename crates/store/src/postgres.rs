//! PostgreSQL: a pool of connections, each write a transaction of its own.

use std::sync::Arc;
use std::time::Duration;

use diesel::dsl::{not, sql};
use diesel::expression::SqlLiteral;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::{OptionalExtension as _, QueryDsl as _};
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, RunQueryDsl as _, TransactionManager as _};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use futures_util::FutureExt as _;
use sluice_types::limits::MAX_LISTED_MESSAGE_CHARS;

use crate::error::StoreError;
use crate::postgres_tls::Connector;
use crate::rows::StepRunRow;
use crate::schema::{executions, step_runs, workflows};

#[path = "queries/mod.rs"]
pub(crate) mod queries;

pub(crate) type Backend = diesel::pg::Pg;
pub(crate) type Connection = AsyncPgConnection;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Connections in the pool.
const CONNECTIONS: usize = 16;
/// How long any work on the database may take: a server that lost its power answers nothing at all.
pub(crate) const LONGEST: Duration = Duration::from_secs(15);
/// The longest wait for a connection; after it, the database counts as unavailable.
const WAIT: Duration = Duration::from_secs(5);

/// An open PostgreSQL database.
pub(crate) struct Database {
    pool: Pool<Connection>,
}

impl Database {
    /// Connects, and makes the tables that are not there.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let connector = Arc::new(Connector::new(url)?);
        migrate(&connector).await?;
        let mut config = ManagerConfig::default();
        config.custom_setup = Box::new(move |_| {
            let connector = connector.clone();
            async move { connector.connect().await }.boxed()
        });
        let pool = Pool::builder(AsyncDieselConnectionManager::new_with_config(url, config))
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

/// The version of a workflow, locked until the transaction ends: no other one changes or starts it.
pub(crate) async fn lock_workflow(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<i64>, StoreError> {
    let row = workflows::table.find((tenant, id)).filter(not(workflows::deleting)).select(workflows::version);
    Ok(row.for_update().first(conn).await.optional()?)
}

/// The format of a workflow that is about to be started, locked until the transaction ends: no other one deletes it.
pub(crate) async fn lock_workflow_for_start(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
) -> Result<Option<i32>, StoreError> {
    let row = workflows::table.find((tenant, id)).filter(not(workflows::deleting)).select(workflows::format);
    Ok(row.for_key_share().first(conn).await.optional()?)
}

/// Whether a workflow is marked as deleted. Waits for a start or for another server's piece, which are short.
pub(crate) async fn lock_deleting_workflow(conn: &mut Connection, tenant: &str, id: &str) -> Result<bool, StoreError> {
    let row = workflows::table.find((tenant, id)).filter(workflows::deleting).select(workflows::deleting);
    Ok(row.for_update().first(conn).await.optional()?.unwrap_or(false))
}

/// Whether an execution is marked as deleted. Waits for another server's piece, which is short.
pub(crate) async fn lock_deleting_execution(conn: &mut Connection, tenant: &str, id: &str) -> Result<bool, StoreError> {
    let row = executions::table.find((tenant, id)).filter(executions::deleting).select(executions::deleting);
    Ok(row.for_update().first(conn).await.optional()?.unwrap_or(false))
}

/// The ids in the JSON list of the third parameter, for `IN`.
pub(crate) const LISTED_IDS: &str = "(SELECT jsonb_array_elements_text(CAST($3 AS JSONB)))";

/// The time by which leases are compared, in microseconds: the clocks of several servers may differ, so the database's counts.
pub(crate) async fn clock(conn: &mut Connection, _now: i64) -> Result<i64, StoreError> {
    let micros = sql::<BigInt>("CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)");
    Ok(diesel::select(micros).get_result(conn).await?)
}

/// Begins a transaction in which all reads see the same state:
/// <https://www.postgresql.org/docs/current/transaction-iso.html#XACT-REPEATABLE-READ>.
pub(crate) async fn begin_read(conn: &mut Connection) -> Result<(), StoreError> {
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    Ok(AnsiTransactionManager::begin_transaction_sql(conn, begin).await?)
}

/// Ends a transaction that read.
pub(crate) async fn end_read(conn: &mut Connection) -> Result<(), StoreError> {
    Ok(AnsiTransactionManager::commit_transaction(conn).await?)
}

/// Lets one transaction at a time change the figures of workflows: two that count several executions would wait for each
/// other. The number is `figures` in ASCII.
pub(crate) async fn lock_figures(conn: &mut Connection) -> Result<(), StoreError> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(28826340697466227)").execute(conn).await?;
    Ok(())
}

/// The epoch of an execution, locked until the transaction ends: no other one claims it.
pub(crate) async fn lock_execution(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<i64>, StoreError> {
    let row = executions::table.find((tenant, id)).select(executions::epoch);
    Ok(row.for_share().first(conn).await.optional()?)
}

/// Writes a step run over the one there is.
pub(crate) async fn put_step_run(conn: &mut Connection, row: StepRunRow) -> Result<(), StoreError> {
    let key = (step_runs::tenant_id, step_runs::execution_id, step_runs::path);
    diesel::insert_into(step_runs::table).values(&row).on_conflict(key).do_update().set(&row).execute(conn).await?;
    Ok(())
}

/// The gate of a step run without the texts that it shows, which may be large, and with the beginning of its message.
pub(crate) fn slim_gate() -> SqlLiteral<Text> {
    sql(&format!(
        "jsonb_set(step_runs.gate::jsonb - '{{content,shows}}'::text[], '{{message}}', \
         to_jsonb(left(step_runs.gate::jsonb ->> 'message', {})))::text",
        MAX_LISTED_MESSAGE_CHARS + 1
    ))
}

/// The tools that an agent names, as a JSON list, without its other settings.
pub(crate) fn agent_tools() -> SqlLiteral<Nullable<Text>> {
    sql("(agents.settings::json -> 'tools')::text")
}

/// The code of an execution's error. An index has the same expression.
pub(crate) fn error_code() -> SqlLiteral<Text> {
    sql(r#"substring(executions.error FROM '"code":"([^"]*)"')"#)
}

/// A workflow's name without case: the first line of its search text. An index has the same expression.
pub(crate) fn name_key() -> SqlLiteral<Text> {
    sql(r#"(split_part(workflows.search_text, chr(10), 1) COLLATE "C")"#)
}

/// Runs work on the database within [`LONGEST`]. A timeout leaves the connection broken, and the pool replaces it.
pub(crate) async fn with_timeout<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match tokio::time::timeout(LONGEST, work).await {
        Ok(answer) => answer,
        Err(_) => Err(StoreError::Unavailable("the database does not answer".into())),
    }
}

/// Starting servers at once take their turns by an advisory lock (its number is `sluice` in ASCII),
/// so that each migration runs once.
async fn migrate(connector: &Connector) -> Result<(), StoreError> {
    use diesel_async::SimpleAsyncConnection;
    let mut connection = connector.connect().await?;
    if connector.may_leak() {
        warn_of_clear_text(&mut connection).await?;
    }
    connection.batch_execute("SELECT pg_advisory_lock(126960127861605)").await?;
    let run = tokio::task::spawn_blocking(move || {
        let mut connection: AsyncConnectionWrapper<AsyncPgConnection> = connection.into();
        crate::migrate::postgres(&mut connection, &MIGRATIONS)
    });
    run.await.map_err(|error| StoreError::Other(error.to_string()))?
}

/// Prompts, outputs and sealed keys go over this connection.
async fn warn_of_clear_text(connection: &mut Connection) -> Result<(), StoreError> {
    let encrypted = sql::<Bool>("EXISTS (SELECT 1 FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl)");
    if !diesel::select(encrypted).get_result::<bool>(connection).await? {
        tracing::warn!(
            "the database is on another machine, which does not offer TLS: everything goes over the network in clear text. Turn TLS on \
             there and add `sslmode=verify-full` to the address, or `sslmode=disable` where the network is trusted"
        );
    }
    Ok(())
}
