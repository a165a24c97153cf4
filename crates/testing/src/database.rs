//! A fresh database for one test.

use std::net::SocketAddr;
use std::path::PathBuf;

use diesel::connection::SimpleConnection as _;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use sluice_store::{Store, StoreConfig};

/// A database that no other test sees. A SQLite file is deleted with it; a PostgreSQL schema goes
/// with the cluster that `cargo xtask test` makes.
pub struct TestDatabase {
    config: StoreConfig,
    folder: tempfile::TempDir,
}

impl TestDatabase {
    /// A SQLite file in a folder of its own.
    #[must_use]
    pub fn sqlite() -> Self {
        let folder = private_folder();
        Self { config: StoreConfig::Sqlite(folder.path().join("sluice.db")), folder }
    }

    /// A schema of its own in the PostgreSQL database of `SLUICE_TEST_POSTGRES_URL`.
    pub async fn postgres() -> Self {
        let url = Self::postgres_server();
        #[expect(clippy::disallowed_methods, reason = "the name only has to be free")]
        let schema = format!("test_{}", uuid::Uuid::now_v7().simple());
        let mut connection = AsyncPgConnection::establish(&url).await.expect("the test PostgreSQL answers");
        let create = format!("CREATE SCHEMA {schema}");
        diesel_async::SimpleAsyncConnection::batch_execute(&mut connection, &create)
            .await
            .expect("a schema can be made");
        let config = StoreConfig::Postgres(with_schema(&url, &schema));
        Self { config, folder: private_folder() }
    }

    /// The test PostgreSQL.
    #[must_use]
    pub fn postgres_server() -> String {
        std::env::var("SLUICE_TEST_POSTGRES_URL")
            .expect("run `cargo xtask test`, or single tests by `cargo xtask postgres -- cargo test …`: they start a PostgreSQL")
    }

    /// Options to open it.
    #[must_use]
    pub fn config(&self) -> &StoreConfig {
        &self.config
    }

    /// Opens it.
    pub async fn open(&self) -> Store {
        Store::open(&self.config).await.expect("the test database opens")
    }

    /// Whether it is SQLite.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        matches!(self.config, StoreConfig::Sqlite(_))
    }

    /// Runs SQL directly, for states that the store cannot create, such as rows of an older server.
    pub async fn execute(&self, sql: &str) {
        match &self.config {
            StoreConfig::Sqlite(file) => connect(file).batch_execute(sql).expect("the SQL runs"),
            StoreConfig::Postgres(url) => {
                let mut connection = AsyncPgConnection::establish(url).await.expect("the test PostgreSQL answers");
                diesel_async::SimpleAsyncConnection::batch_execute(&mut connection, sql).await.expect("the SQL runs");
            }
        }
    }

    /// The column `value` of a query, as text.
    pub async fn values(&self, query: &str) -> Vec<String> {
        let rows: Vec<Value> = match &self.config {
            StoreConfig::Sqlite(file) => {
                diesel::RunQueryDsl::load(diesel::sql_query(query), &mut connect(file)).expect("the query runs")
            }
            StoreConfig::Postgres(url) => {
                let mut connection = AsyncPgConnection::establish(url).await.expect("the test PostgreSQL answers");
                let loaded = diesel_async::RunQueryDsl::load(diesel::sql_query(query), &mut connection).await;
                loaded.expect("the query runs")
            }
        };
        rows.into_iter().map(|row| row.value).collect()
    }

    /// The rows of a table.
    pub async fn count(&self, table: &str) -> u64 {
        let counted = self.values(&format!("SELECT CAST(COUNT(*) AS TEXT) AS value FROM {table}")).await;
        counted.first().and_then(|count| count.parse().ok()).expect("a count")
    }

    /// A folder that is deleted with it.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Where the PostgreSQL listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        let StoreConfig::Postgres(url) = &self.config else { unreachable!("a file listens nowhere") };
        let after = url.rsplit_once('@').map_or(url.as_str(), |(_, after)| after);
        let address = after.split('/').next().expect("the address has a host");
        address.replace("localhost", "127.0.0.1").parse().expect("an IP address with a port")
    }

    /// The same PostgreSQL schema by way of another port, as that of a [`crate::Cuttable`].
    #[must_use]
    pub fn by_port(&self, port: u16) -> StoreConfig {
        match &self.config {
            StoreConfig::Sqlite(file) => StoreConfig::Sqlite(file.clone()),
            StoreConfig::Postgres(url) => {
                let (before, rest) = url.rsplit_once(':').expect("the address has a port");
                let (_, after) = rest.split_once('/').expect("the address has a database");
                StoreConfig::Postgres(format!("{before}:{port}/{after}"))
            }
        }
    }
}

/// [`TestDatabase::sqlite`] as a case of `rstest`, which awaits both databases alike.
pub fn sqlite() -> std::future::Ready<TestDatabase> {
    std::future::ready(TestDatabase::sqlite())
}

/// [`TestDatabase::postgres`] as a case of `rstest`.
pub async fn postgres() -> TestDatabase {
    TestDatabase::postgres().await
}

#[derive(diesel::QueryableByName)]
struct Value {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

fn connect(file: &std::path::Path) -> diesel::SqliteConnection {
    let mut connection: diesel::SqliteConnection =
        diesel::Connection::establish(file.to_str().expect("a path in UTF-8")).expect("the file opens");
    connection.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON").expect("the settings are taken");
    connection
}

fn with_schema(url: &str, schema: &str) -> String {
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}options=-csearch_path%3D{schema}")
}

/// A folder for its owner alone, as the server wants its data.
fn private_folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let private = std::fs::Permissions::from_mode(0o700);
    tempfile::Builder::new().permissions(private).tempdir().expect("a temporary folder")
}
