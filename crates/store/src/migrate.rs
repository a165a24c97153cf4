//! Migrating a database to the schema of this server, without losing a row.

use diesel::connection::SimpleConnection as _;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::MigrationHarness;

use crate::error::StoreError;
use crate::schema::schema_compatibility;

/// Names the table that says which servers may use the database.
const COMPATIBILITY: &str = "schema_compatibility";

/// Migrates a SQLite database in one transaction: whatever fails leaves the old schema whole.
///
/// Foreign keys are off meanwhile and checked before the commit: SQLite can change a constraint only by making a table anew,
/// and dropping the old one would delete the rows that refer to it (<https://www.sqlite.org/lang_altertable.html#otheralter>).
pub(crate) fn sqlite<S>(connection: &mut SqliteConnection, source: &S) -> Result<(), StoreError>
where
    S: MigrationSource<Sqlite>,
{
    let known = newest(source)?;
    // Inside a transaction, this setting has no effect.
    connection.batch_execute("PRAGMA foreign_keys = OFF")?;
    let migrated = connection.immediate_transaction(|connection| {
        let tables = diesel::sql_query("SELECT name AS value FROM sqlite_master WHERE type = 'table' AND name = $1");
        let told: Vec<Word> = tables.bind::<Text, _>(COMPATIBILITY).load(connection)?;
        if !told.is_empty() {
            check_least(
                schema_compatibility::table.select(schema_compatibility::least_migration).load(connection)?,
                &known,
            )?;
        }
        let run = connection.run_pending_migrations(Borrowed(source)).map_err(StoreError::from_boxed)?;
        if run.is_empty() { Ok(()) } else { check_foreign_keys(connection) }
    });
    connection.batch_execute("PRAGMA foreign_keys = ON")?;
    migrated
}

/// Migrates a PostgreSQL database, each migration in a transaction of its own.
pub(crate) fn postgres<S>(
    connection: &mut AsyncConnectionWrapper<AsyncPgConnection>,
    source: &S,
) -> Result<(), StoreError>
where
    S: MigrationSource<diesel::pg::Pg>,
{
    let known = newest(source)?;
    let tables = diesel::sql_query("SELECT to_regclass($1)::text AS value WHERE to_regclass($1) IS NOT NULL");
    let told: Vec<Word> = tables.bind::<Text, _>(COMPATIBILITY).load(connection)?;
    if !told.is_empty() {
        check_least(
            schema_compatibility::table.select(schema_compatibility::least_migration).load(connection)?,
            &known,
        )?;
    }
    connection.run_pending_migrations(Borrowed(source)).map(|_| ()).map_err(StoreError::from_boxed)
}

/// A source of migrations that is not given away.
struct Borrowed<'a, S>(&'a S);

impl<DB: diesel::backend::Backend, S: MigrationSource<DB>> MigrationSource<DB> for Borrowed<'_, S> {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn diesel::migration::Migration<DB>>>> {
        self.0.migrations()
    }
}

/// The version of the newest migration of a source.
fn newest<DB: diesel::backend::Backend>(source: &impl MigrationSource<DB>) -> Result<String, StoreError> {
    let migrations = source.migrations().map_err(StoreError::from_boxed)?;
    Ok(migrations.iter().map(|migration| migration.name().version().to_string()).max().unwrap_or_default())
}

/// Refuses a database whose least migration this server does not know. Versions of migrations are dates with a number: they
/// sort as texts.
fn check_least(least: Vec<String>, known: &str) -> Result<(), StoreError> {
    match least.into_iter().max() {
        Some(needed) if needed.as_str() > known => Err(StoreError::Newer { needed, known: known.to_owned() }),
        Some(_) | None => Ok(()),
    }
}

#[derive(QueryableByName)]
#[expect(dead_code, reason = "whether there is a row is what is asked")]
struct Word {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct Orphans {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

fn check_foreign_keys(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let query =
        "SELECT \"table\" AS child, parent, COUNT(*) AS rows FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2";
    let found: Vec<Orphans> = diesel::sql_query(query).load(connection)?;
    if found.is_empty() {
        return Ok(());
    }
    let told: Vec<String> = found
        .iter()
        .map(|Orphans { child, parent, rows }| format!("{rows} of `{child}` refer to missing rows of `{parent}`"))
        .collect();
    Err(StoreError::Corrupt(format!("the database was not migrated, and nothing was changed: {}", told.join(", "))))
}

#[cfg(test)]
#[path = "migrate_tests.rs"]
mod tests;
