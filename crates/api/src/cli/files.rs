//! Reads the files that a command line names: regular ones, up to a limit.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use rustix::fs::{Mode, OFlags};

/// Bytes of a workflow file or an input file.
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Bytes of a configuration file.
pub const MAX_CONFIG_BYTES: u64 = 64 * 1024;

/// Reads a regular file.
pub fn read_file(path: &Path, limit: u64) -> Result<String, String> {
    let named = |message: &dyn std::fmt::Display| format!("{}: {message}", path.display());
    // Without `NONBLOCK`, opening a FIFO waits for a writer.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::empty()).map_err(|error| named(&std::io::Error::from(error)))?;
    let file = File::from(file);
    let kind = file.metadata().map_err(|error| named(&error))?.file_type();
    if !kind.is_file() {
        let kind = if kind.is_dir() {
            "a directory"
        } else if kind.is_fifo() {
            "a FIFO"
        } else if kind.is_socket() {
            "a socket"
        } else {
            "a device"
        };
        return Err(named(&format!("it is {kind}; give a regular file")));
    }
    read_text(file, limit).map_err(|message| named(&message))
}

/// Reads a regular file, or standard input when the path is `-`.
pub fn read_file_or_stdin(path: &Path) -> Result<String, String> {
    if path == Path::new("-") {
        return read_text(std::io::stdin().lock(), MAX_FILE_BYTES)
            .map_err(|message| format!("standard input: {message}"));
    }
    read_file(path, MAX_FILE_BYTES)
}

fn read_text(source: impl Read, limit: u64) -> Result<String, String> {
    let mut bytes = Vec::new();
    let read = source.take(limit + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if u64::try_from(read).unwrap_or(u64::MAX) > limit {
        return Err(format!("it is longer than {} KiB", limit / 1024));
    }
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())?;
    // Some editors put a byte order mark first.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let limit = 2048;
        let read = |bytes: usize| {
            std::fs::write(&path, vec![b'x'; bytes]).unwrap();
            read_file(&path, limit)
        };
        assert_eq!(read(2048).map(|text| text.len()), Ok(2048));
        assert!(read(2049).unwrap_err().ends_with("it is longer than 2 KiB"));
        std::fs::write(&path, [0xff]).unwrap();
        assert!(read_file(&path, limit).unwrap_err().contains("UTF-8"));
        std::fs::write(&path, "\u{feff}{}").unwrap();
        assert_eq!(read_file(&path, limit).as_deref(), Ok("{}"));
    }

    #[test]
    fn only_regular_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let read = |path: &Path| read_file(path, MAX_FILE_BYTES).unwrap_err();
        assert!(read(folder.path()).ends_with("it is a directory; give a regular file"));
        assert!(read(Path::new("/dev/zero")).ends_with("it is a device; give a regular file"));
        let fifo = folder.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
        assert!(made.success());
        assert!(read(&fifo).ends_with("it is a FIFO; give a regular file"));
        assert!(read(&folder.path().join("nothing")).contains("No such file"));
        // A link to a regular file is one.
        std::fs::write(folder.path().join("file"), "text").unwrap();
        std::os::unix::fs::symlink("file", folder.path().join("link")).unwrap();
        assert_eq!(read_file(&folder.path().join("link"), MAX_FILE_BYTES), Ok("text".into()));
    }
}
