//! PostgreSQL over TLS, by `sslmode`.

use sluice_store::{Store, StoreConfig};
use sluice_testing::{TestDatabase, TlsProxy};

/// Opens a database by way of a proxy, with a host name and settings of TLS.
async fn open(database: &TestDatabase, proxy: &TlsProxy, host: &str, settings: &str) -> Result<Store, String> {
    let StoreConfig::Postgres(url) = database.by_port(proxy.port) else { panic!("PostgreSQL") };
    let url = url.replacen("127.0.0.1", host, 1).replacen("localhost", host, 1);
    let store =
        Store::open(&StoreConfig::Postgres(format!("{url}&{settings}"))).await.map_err(|error| error.to_string())?;
    // The pool connects the same way.
    store.ping().await.map_err(|error| error.to_string())?;
    Ok(store)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_says_how_the_server_is_checked() {
    let database = TestDatabase::postgres().await;
    let named = TlsProxy::to(database.address(), "localhost").await;
    let other = TlsProxy::to(database.address(), "db.example").await;
    let root = |proxy: &TlsProxy| format!("sslrootcert={}", proxy.certificate.display());
    for settings in ["sslmode=prefer", "sslmode=require", &format!("sslmode=verify-full&{}", root(&named))] {
        assert!(open(&database, &named, "localhost", settings).await.is_ok(), "{settings}");
    }
    // A certificate of another host is good enough for `verify-ca`, and for `require` with a file.
    for settings in ["sslmode=verify-ca", "sslmode=require"] {
        let settings = format!("{settings}&{}", root(&other));
        assert!(open(&database, &other, "localhost", &settings).await.is_ok(), "{settings}");
    }
    for (settings, cause) in [
        (format!("sslmode=verify-full&{}", root(&other)), "not valid for name"),
        (format!("sslmode=verify-full&{}", root(&named)), "invalid peer certificate"),
        (format!("sslmode=verify-ca&{}", root(&named)), "invalid peer certificate"),
        ("sslmode=verify-full".into(), "invalid peer certificate"),
    ] {
        let refused = open(&database, &other, "localhost", &settings).await.err().expect(&settings);
        assert!(refused.contains(cause), "{settings}: {refused}");
    }
    // The proxy takes nothing in clear text.
    assert!(open(&database, &named, "localhost", "sslmode=disable").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_refused_where_it_is_required() {
    let database = TestDatabase::postgres().await;
    let StoreConfig::Postgres(url) = database.config() else { panic!("PostgreSQL") };
    let refused =
        Store::open(&StoreConfig::Postgres(format!("{url}&sslmode=require"))).await.err().unwrap().to_string();
    assert!(refused.contains("server does not support TLS"), "{refused}");
    assert!(Store::open(&StoreConfig::Postgres(format!("{url}&sslmode=prefer"))).await.is_ok());
}
