//! npm's aimock: a server that speaks the providers' wire protocols, written by others. Its answers are in
//! `crates/providers/tests/aimock`: `fixtures.json`, and `designs.mjs` for designed workflows.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// The server's process: it ends when our end of its stdin closes, which the end of the test process sees to.
struct Server {
    url: String,
    _process: Child,
}

/// The URL of the one server of this test process.
pub fn url() -> &'static str {
    static SERVER: OnceLock<Server> = OnceLock::new();
    &SERVER.get_or_init(start).url
}

fn start() -> Server {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../providers/tests/aimock");
    assert!(
        folder.join("node_modules/@copilotkit/aimock").is_dir(),
        "run `cargo xtask test`, which installs the npm packages"
    );
    let mut process = Command::new("node")
        .arg("start.mjs")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is installed");
    let mut url = String::new();
    BufReader::new(process.stdout.take().expect("it is piped")).read_line(&mut url).expect("its URL");
    let url = url.trim().to_owned();
    assert!(url.starts_with("http://127.0.0.1:"), "aimock did not start: {url:?}");
    Server { url, _process: process }
}
