//! Both migrations make the tables that `schema.rs` says.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use rstest::rstest;
use sluice_store::{Store, StoreConfig, StoreError};
use sluice_testing::{TestDatabase, postgres, sqlite};

/// Tables, each with its columns: name, type and whether it may be null.
type Tables = BTreeMap<String, BTreeMap<String, (String, bool)>>;

/// Reads the `table!` macros: `name (key) { column -> Type, … }`.
fn expected() -> Tables {
    let mut tables = Tables::new();
    let source = include_str!("../../src/schema.rs");
    for block in source.split("diesel::table! {").skip(1) {
        let (name, rest) = block.trim_start().split_once(' ').unwrap();
        let columns = rest.split_once('{').unwrap().1.split_once('}').unwrap().0;
        let columns = columns.lines().filter_map(|line| line.trim().trim_end_matches(',').split_once(" -> "));
        let read = columns.map(|(column, kind)| {
            let nullable = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
            (column.to_owned(), (nullable.unwrap_or(kind).to_owned(), nullable.is_some()))
        });
        tables.insert(name.to_owned(), read.collect());
    }
    assert!(tables.len() > 10, "schema.rs was not read");
    tables
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

fn tables_of(columns: Vec<Column>) -> Tables {
    let mut tables = Tables::new();
    for column in columns.into_iter().filter(|column| !column.table_name.starts_with("__")) {
        let kind = match column.kind.to_lowercase().as_str() {
            "text" => "Text",
            "bigint" => "BigInt",
            "integer" => "Integer",
            "boolean" => "Bool",
            "double" | "double precision" => "Double",
            "blob" | "bytea" => "Binary",
            other => panic!("{other} of {}.{}", column.table_name, column.name),
        };
        tables.entry(column.table_name).or_default().insert(column.name, (kind.to_owned(), column.nullable));
    }
    tables
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_agrees_with_the_schema() {
    let database = TestDatabase::sqlite();
    let _store = database.open().await;
    let StoreConfig::Sqlite(file) = database.config() else { panic!("SQLite") };
    let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let columns: Vec<Column> = diesel::RunQueryDsl::load(
        diesel::sql_query(
            "SELECT m.name AS table_name, c.name AS name, c.type AS kind, c.\"notnull\" = 0 AS nullable \
             FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
        ),
        &mut connection,
    )
    .unwrap();
    assert_eq!(tables_of(columns), expected());
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_agrees_with_the_schema() {
    let database = TestDatabase::postgres().await;
    let _store = database.open().await;
    let StoreConfig::Postgres(url) = database.config() else { panic!("PostgreSQL") };
    let mut connection =
        <diesel_async::AsyncPgConnection as diesel_async::AsyncConnection>::establish(url).await.unwrap();
    let query = diesel::sql_query(
        "SELECT table_name::text, column_name::text AS name, data_type::text AS kind, is_nullable = 'YES' AS nullable \
         FROM information_schema.columns WHERE table_schema = current_schema()",
    );
    let columns: Vec<Column> = diesel_async::RunQueryDsl::load(query, &mut connection).await.unwrap();
    assert_eq!(tables_of(columns), expected());
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_at_once_migrate_once() {
    let database = TestDatabase::postgres().await;
    let opened = futures_util::future::join_all((0..4).map(|_| database.open())).await;
    assert_eq!(opened.len(), 4);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_schema_is_refused_unless_it_says_that_this_server_may_use_it(#[future(awt)] database: TestDatabase) {
    drop(database.open().await);
    database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000001')").await;
    // A newer server migrated it, and changed nothing that this one reads or writes.
    drop(database.open().await);
    database.execute("UPDATE schema_compatibility SET least_migration = '20990101000001'").await;
    let refused = Store::open(database.config()).await.err().unwrap();
    assert!(matches!(refused, StoreError::Newer { .. }), "{refused:?}");
    let message = refused.to_string();
    for part in ["newer version", "20990101000001", "up to 2026", "Install"] {
        assert!(message.contains(part), "{message}");
    }
}
