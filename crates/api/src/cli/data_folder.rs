//! The data folder: for its owner alone, and for one server at a time.

use std::fs::{DirBuilder, File, Metadata};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::{geteuid, umask};
use secrecy::SecretString;
use sluice_engine::providers::Vault;

/// The file of the embedded database in the data folder.
pub const DATABASE: &str = "sluice.db";
/// The file that keeps a second server away.
const LOCK: &str = "sluice.lock";
/// The master key's file.
const MASTER_KEY: &str = "master.key";
/// Files whose permissions are looked at. SQLite gives its other files the permissions of the database.
const FILES: [&str; 4] = [DATABASE, "sluice.db-wal", "sluice.db-shm", LOCK];
/// Permissions of the group and of others.
const OTHERS: u32 = 0o077;
/// The user id of root, who can change every file anyway.
const ROOT: u32 = 0;

/// Keeps each file that the process makes from now on from the group and from others.
pub fn keep_files_private() {
    umask(Mode::RWXG | Mode::RWXO);
}

/// Makes the data folder when it is missing. One that another user owns is refused: its owner could replace the files.
pub fn open(folder: &Path) -> Result<(), String> {
    let named = |error: std::io::Error| format!("{}: {error}", folder.display());
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(named)?;
    let link = std::fs::symlink_metadata(folder).map_err(named)?;
    let target = std::fs::metadata(folder).map_err(named)?;
    let me = geteuid().as_raw();
    for owner in [link.uid(), target.uid()] {
        if !is_trusted(owner, me) {
            return Err(format!(
                "{folder} belongs to user {owner}, and Sluice runs as user {me}: its owner could replace the data. Run \
                 `chown {me} {folder}`, run Sluice as user {owner}, or give another --data-dir.",
                folder = folder.display()
            ));
        }
    }
    if let Some(warning) = warning(folder, &target) {
        tracing::warn!("{warning}");
    }
    Ok(())
}

fn is_trusted(owner: u32, me: u32) -> bool {
    owner == me || owner == ROOT
}

/// A warning about data that other users can reach, with the commands that mend it.
fn warning(folder: &Path, about: &Metadata) -> Option<String> {
    let mut commands = Vec::new();
    if about.mode() & OTHERS != 0 {
        commands.push(format!("chmod 700 {}", folder.display()));
    }
    let is_open = |path: &std::path::PathBuf| std::fs::metadata(path).is_ok_and(|about| about.mode() & OTHERS != 0);
    let open: Vec<String> =
        FILES.iter().map(|name| folder.join(name)).filter(is_open).map(|path| format!(" {}", path.display())).collect();
    if !open.is_empty() {
        commands.push(format!("chmod 600{}", open.concat()));
    }
    if commands.is_empty() {
        return None;
    }
    let commands = commands.join(" && ");
    Some(format!("other users of this machine can get at the data in {}: run `{commands}`", folder.display()))
}

/// Keeps a second server away from the same data: there is one writer of a SQLite file.
pub fn lock(folder: &Path) -> Result<File, String> {
    let path = folder.join(LOCK);
    let named = |message: &dyn std::fmt::Display| format!("{}: {message}", path.display());
    // The file may be another's trap: a link is not followed and nothing is truncated.
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::open(&path, flags, Mode::RUSR | Mode::WUSR) {
        Ok(file) => File::from(file),
        Err(Errno::LOOP) => {
            return Err(named(&"it is a symbolic link, which Sluice does not make: remove it and start again"));
        }
        Err(error) => return Err(named(&std::io::Error::from(error))),
    };
    if !file.metadata().is_ok_and(|about| about.is_file()) {
        return Err(named(&"it is not a regular file: remove it and start again"));
    }
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(format!("another Sluice uses {}: stop it, or give another --data-dir", folder.display()))
        }
        Err(std::fs::TryLockError::Error(error)) => Err(named(&error)),
    }
}

/// The vault of provider keys: from the passphrase, else from the key file in the folder.
pub fn vault(passphrase: Option<String>, folder: &Path) -> Result<Vault, String> {
    let vault = match passphrase {
        Some(passphrase) => Vault::from_passphrase(SecretString::from(passphrase)),
        None => Vault::from_file(&folder.join(MASTER_KEY)),
    };
    vault.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn only_the_own_user_and_root_are_trusted() {
        assert!(is_trusted(1000, 1000) && is_trusted(ROOT, 1000) && is_trusted(ROOT, ROOT));
        // Root itself must not write where another user can put a trap.
        assert!(!is_trusted(1000, 1001) && !is_trusted(1000, ROOT));
    }

    #[test]
    fn a_link_in_the_place_of_the_lock_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (victim, made) = (folder.path().join("victim"), folder.path().join("made"));
        std::fs::write(&victim, "precious").unwrap();
        for target in [&victim, &made] {
            symlink(target, folder.path().join(LOCK)).unwrap();
            assert!(lock(folder.path()).unwrap_err().contains("symbolic link"));
            std::fs::remove_file(folder.path().join(LOCK)).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
        assert!(!made.exists());
        // A file that is there keeps its text, and only one has the lock.
        std::fs::write(folder.path().join(LOCK), "text").unwrap();
        let first = lock(folder.path()).unwrap();
        assert!(lock(folder.path()).unwrap_err().contains("another Sluice uses"));
        drop(first);
        assert!(lock(folder.path()).is_ok());
        assert_eq!(std::fs::read_to_string(folder.path().join(LOCK)).unwrap(), "text");
    }

    #[test]
    fn wide_permissions_are_named_with_their_cure() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("data");
        open(&folder).unwrap();
        let about = || std::fs::metadata(&folder).unwrap();
        assert_eq!(about().mode() & 0o777, 0o700);
        assert_eq!(warning(&folder, &about()), None);
        let allow = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        let file = folder.join("sluice.db-wal");
        std::fs::write(&file, "").unwrap();
        allow(&file, 0o640);
        allow(&folder, 0o755);
        let cure = format!("run `chmod 700 {} && chmod 600 {}`", folder.display(), file.display());
        assert!(warning(&folder, &about()).unwrap().ends_with(&cure));
        allow(&folder, 0o700);
        allow(&file, 0o600);
        assert_eq!(warning(&folder, &about()), None);
    }
}
