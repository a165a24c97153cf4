//! The data folder and the files that a command line names.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::json;

use crate::server::{SLUICE, step};

/// A user id that runs nothing here.
const NOBODY: u32 = 65_534;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().mode() & 0o777
}

fn allow(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn workflow(folder: &Path) -> String {
    let path = folder.join("workflow.json");
    std::fs::write(&path, json!({"steps": [step("a", "demo-echo", "hello")]}).to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Runs a command to its end. It is stopped after a while, so that one that hangs fails.
fn sluice(arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stderr, .. } =
        Command::new("timeout").arg("30").arg(SLUICE).args(arguments).stdin(Stdio::null()).output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

#[test]
fn the_data_is_for_its_owner_alone_whatever_the_umask() {
    let parent = tempfile::tempdir().unwrap();
    let data = parent.path().join("data");
    let serve = "umask 000; exec \"$0\" serve --listen 127.0.0.1:0 --data-dir \"$1\"";
    let mut server = Command::new("sh").args(["-c", serve, SLUICE]).arg(&data).stdout(Stdio::piped()).spawn().unwrap();
    let mut ready = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let found: Vec<(String, u32)> = std::fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), mode(&entry.path())))
        .collect();
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(mode(&data), 0o700);
    for name in ["sluice.db", "sluice.db-wal", "sluice.db-shm", "sluice.lock", "master.key"] {
        assert!(found.contains(&(name.to_owned(), 0o600)), "{name}: {found:?}");
    }
}

#[test]
fn wide_permissions_of_an_older_folder_are_named() {
    let parent = tempfile::tempdir().unwrap();
    let (data, file) = (parent.path().join("data"), workflow(parent.path()));
    let run = || sluice(&["run", &file, "--data-dir", data.to_str().unwrap()]);
    let (code, told) = run();
    assert!(code == Some(0) && !told.contains("chmod"), "{told}");
    allow(&data, 0o755);
    allow(&data.join("sluice.db"), 0o644);
    let (code, told) = run();
    let cure = format!("chmod 700 {data} && chmod 600 {data}/sluice.db", data = data.display());
    assert!(code == Some(0) && told.contains(&cure), "{told}");
}

#[test]
fn a_folder_of_another_user_is_refused() {
    if !rustix::process::geteuid().is_root() {
        // Only root can give a folder away. The rule itself has a unit test.
        return;
    }
    let parent = tempfile::tempdir().unwrap();
    let file = workflow(parent.path());
    let data = parent.path().join("data");
    std::fs::create_dir(&data).unwrap();
    chown(&data, Some(NOBODY), None).unwrap();
    let run = |data: &Path| sluice(&["run", &file, "--data-dir", data.to_str().unwrap()]);
    let (code, told) = run(&data);
    assert!(code == Some(1) && told.contains("belongs to user 65534") && told.contains("chown 0"), "{told}");
    // Nor is a link of another user followed.
    let (link, own) = (parent.path().join("link"), parent.path().join("own"));
    std::fs::create_dir(&own).unwrap();
    std::os::unix::fs::symlink(&own, &link).unwrap();
    std::os::unix::fs::lchown(&link, Some(NOBODY), None).unwrap();
    assert!(run(&link).1.contains("belongs to user 65534"));
    assert_eq!(std::fs::read_dir(&own).unwrap().count(), 0);
}

#[test]
fn a_key_that_protects_nothing_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let (data, file) = (parent.path().join("data"), workflow(parent.path()));
    let with_key = |key: &str, arguments: &[&str]| {
        let mut command = Command::new(SLUICE);
        command.args(arguments).arg("--data-dir").arg(&data).env("SLUICE_MASTER_KEY", key);
        let Output { status, stderr, .. } = command.output().unwrap();
        (status.code(), String::from_utf8(stderr).unwrap())
    };
    for (key, characters) in [("", 0), ("fifteen letters", 15)] {
        for arguments in [&["run", &file][..], &["serve", "--listen", "127.0.0.1:0"]] {
            let (code, told) = with_key(key, arguments);
            let said = format!("has {characters} characters and needs at least 16");
            assert!(code == Some(1) && told.contains(&said), "{told}");
        }
    }
    assert_eq!(with_key("sixteen letters.", &["run", &file]).0, Some(0));
    // A key file that a crash left empty.
    let key = data.join("master.key");
    std::fs::write(&key, "").unwrap();
    allow(&key, 0o600);
    let run = || sluice(&["run", &file, "--data-dir", data.to_str().unwrap()]);
    let (code, told) = run();
    assert!(code == Some(1) && told.contains("holds 0 bytes in place of 32") && told.contains("delete it"), "{told}");
    std::fs::remove_file(&key).unwrap();
    assert_eq!(run().0, Some(0));
}

#[test]
fn only_regular_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = workflow(folder.path());
    let fifo = folder.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let fifo = fifo.to_str().unwrap();
    let (input_fifo, input_zero) = (format!("@{fifo}"), "@/dev/zero");
    for (arguments, kind) in [
        (&["check", fifo][..], "a FIFO"),
        (&["check", "/dev/zero"], "a device"),
        (&["run", folder.path().to_str().unwrap()], "a directory"),
        (&["run", &file, "--input", &input_fifo], "a FIFO"),
        (&["run", &file, "--input", input_zero], "a device"),
        (&["serve", "--config", fifo], "a FIFO"),
        (&["serve", "--config", "/dev/zero"], "a device"),
    ] {
        let (code, told) = sluice(arguments);
        assert!(
            code == Some(2) && told.contains(&format!("it is {kind}; give a regular file")),
            "{arguments:?}: {told}"
        );
    }
}

#[test]
fn standard_input_is_read_up_to_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let file = workflow(folder.path());
    let given = |arguments: &[&str], input: std::fs::File| {
        let output = Command::new(SLUICE).args(arguments).stdin(input).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let open = |path: &str| std::fs::File::open(path).unwrap();
    assert_eq!(given(&["check", "-"], open(&file)).0, Some(0));
    let (code, out, _) = given(&["run", &file, "--input", "@-", "--quiet"], open(&file));
    assert_eq!((code, out.as_str()), (Some(0), "hello\n"));
    let (code, _, told) = given(&["check", "-"], open("/dev/zero"));
    assert!(code == Some(2) && told.contains("standard input: it is longer than 16384 KiB"), "{told}");
}
