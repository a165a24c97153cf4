//! A fresh database for one test.

use std::path::PathBuf;

use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
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
        connection.batch_execute(&format!("CREATE SCHEMA {schema}")).await.expect("a schema can be made");
        let config = StoreConfig::Postgres(with_schema(&url, &schema));
        Self { config, folder: private_folder() }
    }

    /// The test PostgreSQL.
    #[must_use]
    pub fn postgres_server() -> String {
        std::env::var("SLUICE_TEST_POSTGRES_URL")
            .expect("run `cargo xtask test`, or single tests by `cargo xtask postgres -- cargo test …`: they start a PostgreSQL")
    }

    /// How to open it.
    #[must_use]
    pub fn config(&self) -> &StoreConfig {
        &self.config
    }

    /// Opens it.
    pub async fn open(&self) -> Store {
        Store::open(&self.config).await.expect("the test database opens")
    }

    /// A folder that is deleted with it.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
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
