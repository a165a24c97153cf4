//! The master key's file: 32 random bytes that only their owner can read.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

use chacha20poly1305::aead::Generate as _;

use super::master_key::{KEY_BYTES, MasterKey, VaultError};

/// Reads the key, or makes the file when it is missing.
pub fn read_or_create(path: &Path) -> Result<MasterKey, VaultError> {
    match read(path) {
        Err(VaultError::KeyFile { error, .. }) if error.kind() == ErrorKind::NotFound => {
            let key = MasterKey::generate();
            match create(path, &key) {
                // Another process made the file in the meantime.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => read(path),
                created => created.map(|()| key).map_err(|error| failed(path, error)),
            }
        }
        read => read,
    }
}

fn failed(path: &Path, error: std::io::Error) -> VaultError {
    VaultError::KeyFile { path: path.to_owned(), error }
}

fn read(path: &Path) -> Result<MasterKey, VaultError> {
    let file = File::open(path).map_err(|error| failed(path, error))?;
    let about = file.metadata().map_err(|error| failed(path, error))?;
    check_permissions(path, &about)?;
    let mut bytes = Vec::new();
    // One byte more than a key has, to notice a longer file.
    let limit = u64::try_from(KEY_BYTES + 1).unwrap_or(u64::MAX);
    file.take(limit).read_to_end(&mut bytes).map_err(|error| failed(path, error))?;
    bytes.try_into().map_err(|_| VaultError::KeyFileSize { path: path.to_owned(), bytes: about.len() })
}

/// Writes the key to a temporary file and links it into place: a crash leaves a complete key file or no file.
fn create(path: &Path, key: &MasterKey) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The library creates the file with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(key)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    // The new name is durable once its folder is.
    File::open(folder)?.sync_all()
}

#[cfg(unix)]
fn check_permissions(path: &Path, about: &std::fs::Metadata) -> Result<(), VaultError> {
    use std::os::unix::fs::PermissionsExt as _;
    if about.permissions().mode() & 0o077 != 0 {
        return Err(VaultError::Permissions(path.to_owned()));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_permissions(_path: &Path, _about: &std::fs::Metadata) -> Result<(), VaultError> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_file_is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let key = read_or_create(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(read_or_create(&path).unwrap(), key);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(read_or_create(&path), Err(VaultError::Permissions(_))));
    }

    #[test]
    fn a_file_of_another_size_has_its_own_message() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        for bytes in [0, KEY_BYTES - 1, KEY_BYTES + 1] {
            std::fs::write(&path, vec![7; bytes]).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            let message = read_or_create(&path).unwrap_err().to_string();
            assert!(message.contains(&format!("{bytes} bytes")) && message.contains("backup"), "{message}");
            assert!(path.exists(), "the file is left as it is");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(read_or_create(&path).is_ok(), "the advice can be followed");
    }

    #[test]
    fn a_file_that_another_process_made_is_read_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let first = read_or_create(&path).unwrap();
        assert_eq!(create(&path, &[1; KEY_BYTES]).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(read_or_create(&path).unwrap(), first);
    }
}
