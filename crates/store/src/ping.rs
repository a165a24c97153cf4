//! Whether the database takes writes, for readiness checks.

use diesel::dsl::sql;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl as _;

use crate::error::StoreError;
use crate::store::{Database, Store};

impl Store {
    /// Whether the database takes writes; it writes nothing. On SQLite an empty transaction passes through the writer
    /// thread and takes the write lock; on PostgreSQL the server must not be a standby and not be read-only.
    pub async fn ping_writer(&self) -> Result<(), StoreError> {
        match &*self.0 {
            Database::Sqlite(database) => database.write(|_| Ok(())).await,
            Database::Postgres(database) => {
                let work = async {
                    let mut connection = database.connection().await?;
                    let writes =
                        sql::<Bool>("NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'");
                    let writes: bool = diesel::select(writes).get_result(&mut *connection).await?;
                    if writes { Ok(()) } else { Err(StoreError::Unavailable("the database is read-only".into())) }
                };
                crate::postgres::with_timeout(work).await
            }
        }
    }
}
