//! The size of the SQLite database on disk, for `/metrics`.

use std::path::Path;

/// The bytes of the database file and of its write-ahead log. A file that cannot be read is left out.
pub async fn database_size(file: &Path) -> Vec<(&'static str, u64)> {
    let mut sizes = Vec::new();
    for (name, ending) in [("database", ""), ("wal", "-wal")] {
        let mut path = file.as_os_str().to_owned();
        path.push(ending);
        if let Ok(metadata) = tokio::fs::metadata(path).await {
            sizes.push((name, metadata.len()));
        }
    }
    sizes
}
