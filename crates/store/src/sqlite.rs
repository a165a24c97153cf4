//! SQLite: one writer thread that commits many callers' writes in one transaction, and readers apart.

use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use diesel::dsl::{not, sql};
use diesel::expression::SqlLiteral;
use diesel::sql_types::{Nullable, Text};
use diesel::sqlite::SqliteConnection;
use diesel::{OptionalExtension as _, QueryDsl as _};
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use diesel_async::{AsyncConnection, RunQueryDsl as _, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use futures_util::future::{BoxFuture, FutureExt, ready};
use sluice_types::limits::MAX_LISTED_MESSAGE_CHARS;
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::error::StoreError;
use crate::rows::StepRunRow;
use crate::schema::{executions, step_runs, workflows};

#[path = "queries/mod.rs"]
pub(crate) mod queries;

pub(crate) type Backend = diesel::sqlite::Sqlite;
pub(crate) type Connection = SyncConnectionWrapper<SqliteConnection, Inline>;

pub(crate) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// Runs each statement at once on the calling thread. Queries on SQLite run on threads that may
/// block, as a whole: going to another thread for each statement would cost more than the statement.
pub(crate) struct Inline;

impl SpawnBlocking for Inline {
    fn spawn_blocking<'a, R: Send + 'static>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Box<dyn Error + Send + Sync + 'static>>> {
        ready(Ok(task())).boxed()
    }

    fn get_runtime() -> Self {
        Self
    }
}

/// Gives the value of a future that never waits, as none does over [`Inline`].
pub(crate) fn now_or_err<T>(future: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    future.now_or_never().unwrap_or_else(|| Err(StoreError::Other("a query on SQLite waited".into())))
}

/// Settings of a connection. `synchronous=FULL` syncs the log at every commit, so that what was
/// acknowledged survives a power cut: <https://www.sqlite.org/pragma.html#pragma_synchronous>.
pub(crate) const PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                       PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16000;";

/// Readers that are open at the same time.
const READERS: usize = 4;
/// Writes that go into one transaction at the most.
const GROUP: usize = 256;

/// A write, as the writer sees it.
trait Job: Send {
    /// Runs inside the group's transaction; false when it failed. It may run twice, the second time
    /// after everything was rolled back.
    fn run(&mut self, connection: &mut Connection) -> bool;
    /// Sends the result to the caller, once it is known whether the group was committed.
    fn send_result(self: Box<Self>, committed: Result<(), StoreError>);
}

/// A write with its caller.
struct Write<T, F> {
    query: F,
    result: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Job for Write<T, F>
where
    T: Send,
    F: FnMut(&mut Connection) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, connection: &mut Connection) -> bool {
        let query = AssertUnwindSafe(|| (self.query)(connection));
        let panicked = |_| Err(StoreError::Other("a query panicked".into()));
        let result = std::panic::catch_unwind(query).unwrap_or_else(panicked);
        self.result.insert(result).is_ok()
    }

    fn send_result(self: Box<Self>, committed: Result<(), StoreError>) {
        let result = self.result.unwrap_or_else(|| Err(closed()));
        // A failed query has an error of its own, also when the group was committed. The receiver may have been
        // dropped.
        let _ = self.answer.send(if result.is_err() { result } else { committed.and(result) });
    }
}

/// An open SQLite database.
pub(crate) struct Database {
    jobs: Option<mpsc::UnboundedSender<Box<dyn Job>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    readers: Arc<Readers>,
}

struct Readers {
    url: String,
    free: Mutex<Vec<Connection>>,
    places: Arc<Semaphore>,
}

impl Database {
    /// Opens the file, making it and its tables when they are not there.
    pub async fn open(file: &Path) -> Result<Self, StoreError> {
        let url =
            file.to_str().ok_or_else(|| StoreError::Unavailable("the data directory is not UTF-8".into()))?.to_owned();
        let opened = tokio::task::spawn_blocking(move || {
            migrate(&url)?;
            Ok::<_, StoreError>((open_connection(&url)?, url))
        });
        let (connection, url) = opened.await.map_err(|error| StoreError::Other(error.to_string()))??;
        let (jobs, queue) = mpsc::unbounded_channel();
        let writer = std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || write_loop(connection, queue))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self {
            jobs: Some(jobs),
            writer: Mutex::new(Some(writer)),
            readers: Arc::new(Readers { url, free: Mutex::new(Vec::new()), places: Arc::new(Semaphore::new(READERS)) }),
        })
    }

    /// Runs a query on a reader.
    pub async fn read<T, F>(&self, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let readers = self.readers.clone();
        let place = readers.places.clone().acquire_owned().await;
        let place = place.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let task = {
            tokio::task::spawn_blocking(move || {
                // The place is taken until the query ends, even if the caller is dropped meanwhile.
                let _place = place;
                let free = readers.free.lock().ok().and_then(|mut free| free.pop());
                let mut connection = free.map_or_else(|| open_connection(&readers.url), Ok)?;
                let answer = query(&mut connection);
                // A reader that failed is closed, so that the next one begins anew.
                if answer.is_ok()
                    && let Ok(mut free) = readers.free.lock()
                {
                    free.push(connection);
                }
                answer
            })
        };
        task.await.map_err(|error| StoreError::Other(error.to_string()))?
    }

    /// Runs a query in the writer's next transaction, together with others; answers when it is on
    /// disk. The query may run twice, the second time after everything was rolled back.
    pub async fn write<T, F>(&self, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(closed)?;
        jobs.send(Box::new(Write { query, result: None, answer })).map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the database is closed".into())
}

impl Drop for Database {
    fn drop(&mut self) {
        // Closing the queue ends the writer once everything in it is written.
        self.jobs = None;
        if let Ok(mut writer) = self.writer.lock()
            && let Some(writer) = writer.take()
        {
            let _ = writer.join();
        }
    }
}

fn migrate(url: &str) -> Result<(), StoreError> {
    use diesel::Connection as _;
    let mut connection = SqliteConnection::establish(url)?;
    diesel::connection::SimpleConnection::batch_execute(&mut connection, PRAGMAS)?;
    crate::migrate::sqlite(&mut connection, &MIGRATIONS)
}

fn open_connection(url: &str) -> Result<Connection, StoreError> {
    now_or_err(async {
        let mut connection = Connection::establish(url).await?;
        connection.batch_execute(PRAGMAS).await?;
        Ok(connection)
    })
}

fn execute(connection: &mut Connection, sql: &str) -> Result<(), StoreError> {
    now_or_err(async { Ok(connection.batch_execute(sql).await?) })
}

/// Group commit: whatever waits when the writer is free goes into one transaction.
fn write_loop(mut connection: Connection, mut queue: mpsc::UnboundedReceiver<Box<dyn Job>>) {
    while let Some(first) = queue.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(job) = queue.try_recv()
        {
            group.push(job);
        }
        let committed = commit_group(&mut connection, &mut group);
        for job in group {
            job.send_result(copy(&committed));
        }
    }
}

/// Writes a group. Failures are rare, so it is tried without savepoints first, which cost more than
/// a small write does; when a job fails, all is rolled back and run again with one savepoint each.
fn commit_group(connection: &mut Connection, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    begin(connection)?;
    if group.iter_mut().all(|job| job.run(connection)) {
        return commit(connection);
    }
    execute(connection, "ROLLBACK")?;
    if group.len() == 1 {
        return Ok(());
    }
    begin(connection)?;
    for job in group.iter_mut() {
        if let Err(error) = in_savepoint(connection, job.as_mut()) {
            // SQLite has rolled everything back by itself: later statements would be committed alone.
            let _ = execute(connection, "ROLLBACK");
            return Err(error);
        }
    }
    commit(connection)
}

fn begin(connection: &mut Connection) -> Result<(), StoreError> {
    execute(connection, "BEGIN IMMEDIATE").inspect_err(|_| {
        // An earlier transaction may still be open. Without one, ROLLBACK fails and changes nothing.
        let _ = execute(connection, "ROLLBACK");
    })
}

fn commit(connection: &mut Connection) -> Result<(), StoreError> {
    execute(connection, "COMMIT").inspect_err(|_| {
        // SQLite may have rolled back by itself; then this says so and changes nothing.
        let _ = execute(connection, "ROLLBACK");
    })
}

fn in_savepoint(connection: &mut Connection, job: &mut dyn Job) -> Result<(), StoreError> {
    execute(connection, "SAVEPOINT one")?;
    let done = job.run(connection);
    execute(connection, if done { "RELEASE one" } else { "ROLLBACK TO one; RELEASE one" })
}

/// The outcome of the group, for one of its callers.
fn copy(outcome: &Result<(), StoreError>) -> Result<(), StoreError> {
    match outcome {
        Ok(()) => Ok(()),
        Err(StoreError::Full(text)) => Err(StoreError::Full(text.clone())),
        Err(error) => Err(StoreError::Unavailable(error.to_string())),
    }
}

/// The version of a workflow. There is one writer: no other write comes in between.
pub(crate) async fn lock_workflow(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<i64>, StoreError> {
    let row = workflows::table.find((tenant, id)).filter(not(workflows::deleting)).select(workflows::version);
    Ok(row.first(conn).await.optional()?)
}

/// The format of a workflow that is about to be started. There is one writer: no deletion comes in between.
pub(crate) async fn lock_workflow_for_start(
    conn: &mut Connection,
    tenant: &str,
    id: &str,
) -> Result<Option<i32>, StoreError> {
    let row = workflows::table.find((tenant, id)).filter(not(workflows::deleting)).select(workflows::format);
    Ok(row.first(conn).await.optional()?)
}

/// Whether a workflow is marked as deleted.
pub(crate) async fn lock_deleting_workflow(conn: &mut Connection, tenant: &str, id: &str) -> Result<bool, StoreError> {
    let row = workflows::table.find((tenant, id)).filter(workflows::deleting).select(workflows::deleting);
    Ok(row.first(conn).await.optional()?.unwrap_or(false))
}

/// Whether an execution is marked as deleted.
pub(crate) async fn lock_deleting_execution(conn: &mut Connection, tenant: &str, id: &str) -> Result<bool, StoreError> {
    let row = executions::table.find((tenant, id)).filter(executions::deleting).select(executions::deleting);
    Ok(row.first(conn).await.optional()?.unwrap_or(false))
}

/// The ids in the JSON list of the third parameter, for `IN`.
pub(crate) const LISTED_IDS: &str = "(SELECT value FROM json_each($3))";

/// The time by which leases are compared, in microseconds: one process has the file, so its own clock counts.
pub(crate) async fn clock(_conn: &mut Connection, now: i64) -> Result<i64, StoreError> {
    Ok(now)
}

/// Begins a transaction in which all reads see the same state: <https://www.sqlite.org/isolation.html>.
pub(crate) async fn begin_read(conn: &mut Connection) -> Result<(), StoreError> {
    Ok(conn.batch_execute("BEGIN DEFERRED").await?)
}

/// Ends a transaction that read.
pub(crate) async fn end_read(conn: &mut Connection) -> Result<(), StoreError> {
    Ok(conn.batch_execute("COMMIT").await?)
}

/// Lets one transaction at a time change the figures of workflows. There is one writer.
pub(crate) async fn lock_figures(_conn: &mut Connection) -> Result<(), StoreError> {
    Ok(())
}

/// The epoch of an execution. There is one writer: no claim comes in between.
pub(crate) async fn lock_execution(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<i64>, StoreError> {
    Ok(executions::table.find((tenant, id)).select(executions::epoch).first(conn).await.optional()?)
}

/// Writes a step run over the one there is. Diesel keeps no `ON CONFLICT DO UPDATE` prepared, and
/// to parse it for each turn would be a quarter of the writer's work; nothing refers to these rows.
pub(crate) async fn put_step_run(conn: &mut Connection, row: StepRunRow) -> Result<(), StoreError> {
    if row.step_type == sluice_types::StepType::Unknown.as_str() {
        // Only an update keeps what a newer server has called it.
        let key = (step_runs::tenant_id, step_runs::execution_id, step_runs::path);
        diesel::insert_into(step_runs::table).values(&row).on_conflict(key).do_update().set(&row).execute(conn).await?;
    } else {
        diesel::replace_into(step_runs::table).values(row).execute(conn).await?;
    }
    Ok(())
}

/// The gate of a step run without the texts that it shows, which may be large, and with the beginning of its message.
pub(crate) fn slim_gate() -> SqlLiteral<Text> {
    sql(&format!(
        "json_set(json_remove(step_runs.gate, '$.content', '$.shows'), '$.message', \
         substr(json_extract(step_runs.gate, '$.message'), 1, {}))",
        MAX_LISTED_MESSAGE_CHARS + 1
    ))
}

/// The tools that an agent names, as a JSON list, without its other settings.
pub(crate) fn agent_tools() -> SqlLiteral<Nullable<Text>> {
    sql("CASE WHEN json_valid(agents.settings) THEN json_extract(agents.settings, '$.tools') END")
}

/// The code of an execution's error. An index has the same expression.
pub(crate) fn error_code() -> SqlLiteral<Text> {
    sql("CASE WHEN json_valid(executions.error) THEN executions.error ->> '$.code' END")
}

/// A workflow's name without case: the first line of its search text. An index has the same expression.
pub(crate) fn name_key() -> SqlLiteral<Text> {
    sql("substr(workflows.search_text, 1, instr(workflows.search_text, char(10)) - 1)")
}

#[cfg(test)]
#[path = "sqlite_plan_tests.rs"]
mod plan_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_dropped_caller_keeps_its_place_until_its_query_ends() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("s.db")).await.unwrap();
        let (begun, mut begins) = mpsc::unbounded_channel();
        let gate = Arc::new(tokio::sync::RwLock::new(()));
        let closed = gate.write().await;
        for _ in 0..READERS {
            let (begun, gate) = (begun.clone(), gate.clone());
            let query = database.read(move |_| {
                begun.send(()).unwrap();
                drop(gate.blocking_read());
                Ok(())
            });
            // The caller goes away once its query runs.
            tokio::select! {
                _ = query => panic!("the gate is closed"),
                _ = begins.recv() => {}
            }
        }
        let places = database.readers.places.available_permits();
        drop(closed);
        assert_eq!(places, 0, "their queries still run");
        database.read(|_| Ok(())).await.unwrap();
        assert!(database.readers.free.lock().unwrap().len() <= READERS);
    }
}
