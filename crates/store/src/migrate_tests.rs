//! Migrations of SQLite: a failed one leaves the old schema and every row.

use diesel_migrations::FileBasedMigrations;

use super::*;
use crate::sqlite::MIGRATIONS;

/// A workflow with an execution of one step run, in the schema of the first migration.
const ROWS: &str = "
    INSERT INTO tenants VALUES ('local', 'Local', 0);
    INSERT INTO workflows VALUES ('local', 'w', 'W', '', NULL, '[]', '{}', 1, '[]', 'w', 1, FALSE, NULL, TRUE, 0, 0);
    INSERT INTO executions VALUES ('local', 'e', 'w', 1, NULL, 'running', FALSE, TRUE, NULL, NULL, 0, 0, 0, 0, NULL, FALSE,
        'test', 'engine', 1, 1, 1, 0, NULL, NULL);
    INSERT INTO step_runs (tenant_id, execution_id, path, position, step_id, label, step_type, status, attempt, input_tokens,
        output_tokens, cached_input_tokens, cost_usd, overridden)
    VALUES ('local', 'e', 'a', 258, 'a', 'A', 'llm', 'running', 1, 0, 0, 0, 0, FALSE);
    INSERT INTO gate_decisions (tenant_id, execution_id, path, decided_at, kind, decision, decided_by) VALUES
        ('local', 'e', 'a', 20, 'review', 'revise', 'second'), ('local', 'e', 'a', 10, 'review', 'revise', 'first');
    INSERT INTO idempotency_keys VALUES ('local', 'key', 'hash', 'e', 30);";

fn open(folder: &tempfile::TempDir) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(folder.path().join("s.db").to_str().unwrap()).unwrap();
    connection.batch_execute(crate::sqlite::PRAGMAS).unwrap();
    connection
}

/// A database of the first migration, with rows.
fn old_database(folder: &tempfile::TempDir) -> SqliteConnection {
    let mut connection = open(folder);
    connection.run_next_migration(MIGRATIONS).unwrap();
    connection.batch_execute(ROWS).unwrap();
    connection
}

fn texts(connection: &mut SqliteConnection, query: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        value: String,
    }
    let rows: Vec<Row> = diesel::sql_query(query).load(connection).unwrap();
    rows.into_iter().map(|row| row.value).collect()
}

fn migrations_run(connection: &mut SqliteConnection) -> usize {
    texts(connection, "SELECT version AS value FROM __diesel_schema_migrations").len()
}

#[test]
fn an_old_database_keeps_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = old_database(&folder);
    sqlite(&mut connection, &MIGRATIONS).unwrap();
    let keys = texts(&mut connection, "SELECT hex(order_key) AS value FROM step_runs");
    assert_eq!(keys, ["00000102"], "the position 258, which sorts after 255 bytewise");
    let query = "SELECT opened_seq || ' ' || decided_by AS value FROM gate_decisions ORDER BY opened_seq";
    assert_eq!(texts(&mut connection, query), ["-2 first", "-1 second"]);
    let query = "SELECT operation || ' ' || resource_id || ' ' || request_hash || ' ' || created_at AS value FROM idempotency_keys";
    assert_eq!(texts(&mut connection, query), ["start_execution e hash 30"]);
    let query = "SELECT n.number || ' of ' || c.last_number AS value FROM execution_numbers n, execution_counters c";
    assert_eq!(texts(&mut connection, query), ["1 of 1"]);
}

#[test]
fn a_table_that_is_made_anew_takes_no_other_rows_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = old_database(&folder);
    sqlite(&mut connection, &MIGRATIONS).unwrap();
    let rebuild = "CREATE TABLE new_executions AS SELECT * FROM executions;
        DROP TABLE executions;
        ALTER TABLE new_executions RENAME TO executions;
        CREATE UNIQUE INDEX executions_key ON executions (tenant_id, id);";
    let made = folder.path().join("migrations/2099-01-01-000001_rebuild");
    std::fs::create_dir_all(&made).unwrap();
    std::fs::write(made.join("up.sql"), rebuild).unwrap();
    std::fs::write(made.join("down.sql"), "SELECT 1").unwrap();
    let source = FileBasedMigrations::from_path(folder.path().join("migrations")).unwrap();
    sqlite(&mut connection, &source).unwrap();
    assert_eq!(texts(&mut connection, "SELECT path AS value FROM step_runs"), ["a"]);
    assert_eq!(texts(&mut connection, "SELECT id AS value FROM executions"), ["e"]);
    let foreign_keys = texts(&mut connection, "SELECT CAST(foreign_keys AS TEXT) AS value FROM pragma_foreign_keys");
    assert_eq!(foreign_keys, ["1"], "they are on again");
}

#[test]
fn rows_that_refer_to_nothing_stop_the_migration() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = old_database(&folder);
    connection.batch_execute("PRAGMA foreign_keys = OFF; DELETE FROM executions; PRAGMA foreign_keys = ON").unwrap();
    let refused = sqlite(&mut connection, &MIGRATIONS).unwrap_err().to_string();
    assert!(refused.contains("1 of `step_runs` refer to missing rows of `executions`"), "{refused}");
    assert!(refused.contains("nothing was changed"), "{refused}");
    assert_eq!(migrations_run(&mut connection), 1);
    assert_eq!(texts(&mut connection, "SELECT CAST(position AS TEXT) AS value FROM step_runs"), ["258"]);
}

#[test]
fn a_disk_that_is_full_in_the_middle_leaves_the_old_schema() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = old_database(&folder);
    let pages: i64 =
        texts(&mut connection, "SELECT CAST(page_count AS TEXT) AS value FROM pragma_page_count")[0].parse().unwrap();
    connection.batch_execute(&format!("PRAGMA max_page_count = {}", pages + 4)).unwrap();
    let refused = sqlite(&mut connection, &MIGRATIONS).unwrap_err();
    assert!(matches!(refused, StoreError::Full(_)), "{refused:?}");
    assert_eq!(migrations_run(&mut connection), 1);
    assert_eq!(texts(&mut connection, "SELECT CAST(position AS TEXT) AS value FROM step_runs"), ["258"]);
    // Once there is room, the same database is migrated.
    drop(connection);
    let mut connection = open(&folder);
    sqlite(&mut connection, &MIGRATIONS).unwrap();
    assert_eq!(texts(&mut connection, "SELECT path AS value FROM step_runs"), ["a"]);
}

#[test]
fn the_newest_migrations_can_be_reverted() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = old_database(&folder);
    sqlite(&mut connection, &MIGRATIONS).unwrap();
    let piece =
        "INSERT INTO attempt_texts VALUES ('local', 'e', 'a', 1, 0, 'Hello'), ('local', 'e', 'a', 1, 5, ' all')";
    connection.batch_execute(piece).unwrap();
    // An older server knows keys of starts alone, each with its execution.
    let newer = "INSERT INTO idempotency_keys VALUES ('local', 'newer', 'copy_workflow', 'hash', 'w', 40),
        ('local', 'deleted', 'start_execution', 'hash', 'gone', 50)";
    connection.batch_execute(newer).unwrap();
    connection.revert_last_migration(MIGRATIONS).unwrap();
    let table = "SELECT name AS value FROM sqlite_master WHERE name IN ('execution_numbers', 'execution_counters')";
    assert_eq!(texts(&mut connection, table), [""; 0]);
    connection.revert_last_migration(MIGRATIONS).unwrap();
    let table = "SELECT name AS value FROM sqlite_master WHERE name = 'workflow_search'";
    assert_eq!(texts(&mut connection, table), [""; 0]);
    connection.revert_last_migration(MIGRATIONS).unwrap();
    let columns =
        "SELECT name AS value FROM pragma_table_info('workflow_versions') WHERE name IN ('created_by', 'origin')";
    assert_eq!(texts(&mut connection, columns), [""; 0]);
    connection.revert_last_migration(MIGRATIONS).unwrap();
    let column = "SELECT name AS value FROM pragma_table_info('executions') WHERE name = 'tried_step'";
    assert_eq!(texts(&mut connection, column), [""; 0]);
    connection.revert_last_migration(MIGRATIONS).unwrap();
    let table = "SELECT name AS value FROM sqlite_master WHERE name IN ('uncounted_executions', 'workflows_published')";
    assert_eq!(texts(&mut connection, table), [""; 0]);
    connection.revert_last_migration(MIGRATIONS).unwrap();
    let table = "SELECT name AS value FROM sqlite_master WHERE name = 'workflow_layouts'";
    assert_eq!(texts(&mut connection, table), [""; 0]);
    connection.revert_last_migration(MIGRATIONS).unwrap();
    let table = "SELECT name AS value FROM sqlite_master WHERE name = 'generations'";
    assert_eq!(texts(&mut connection, table), [""; 0]);
    connection.revert_last_migration(MIGRATIONS).unwrap();
    let table = "SELECT name AS value FROM sqlite_master WHERE name IN ('agents', 'workflow_resources')";
    assert_eq!(texts(&mut connection, table), [""; 0]);
    connection.revert_last_migration(MIGRATIONS).unwrap();
    assert_eq!(texts(&mut connection, "SELECT key || execution_id AS value FROM idempotency_keys"), ["keye"]);
    connection.revert_last_migration(MIGRATIONS).unwrap();
    let columns = "SELECT name AS value FROM pragma_table_info('workflows') WHERE name IN ('metadata', 'created_by')";
    assert_eq!(texts(&mut connection, columns), [""; 0]);
    connection.revert_last_migration(MIGRATIONS).unwrap();
    let index = "SELECT name AS value FROM sqlite_master WHERE name = 'step_runs_at_gates'";
    assert_eq!(texts(&mut connection, index), [""; 0]);
    connection.revert_last_migration(MIGRATIONS).unwrap();
    let columns = "SELECT name AS value FROM pragma_table_info('attempts') WHERE name IN ('thinking', 'unpriced')";
    assert_eq!(texts(&mut connection, columns), [""; 0]);
    connection.revert_last_migration(MIGRATIONS).unwrap();
    assert_eq!(texts(&mut connection, "SELECT path || position || content AS value FROM step_runs"), ["a0Hello all"]);
    let query = "SELECT decided_by AS value FROM gate_decisions ORDER BY decided_at";
    assert_eq!(texts(&mut connection, query), ["first", "second"]);
}
