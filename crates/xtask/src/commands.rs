//! All commands of `cargo xtask`.

use crate::fail::Done;
use crate::{bench, browser, check, clients, dev, openapi, peers, postgres, prices, release, start, test, web_app};

/// A command.
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// Its arguments.
    pub arguments: &'static str,
    /// A summary, in lines.
    pub about: &'static [&'static str],
    /// Details for its own help.
    pub more: &'static str,
    /// Runs it with the arguments after its name.
    pub run: fn(&[String]) -> Done,
}

const START: &str = "
The first build takes about six and a half minutes on two idle cores; later ones take seconds.
It is built without link-time optimisation; `cargo xtask release` builds with it, and takes
about twice as long.

Arguments after `--` are passed to the server: `cargo xtask start -- --listen 127.0.0.1:9000`;
`cargo xtask start -- --help` lists its options.
";

const RELEASE: &str = "
The binary, target/release/sluice, embeds the web app and needs no other file to run.
";

const CLIENTS: &str = "
Each client is also run against a server of next year, which adds fields, values of open enums
and events to each answer, and must keep a definition with every kind of step as it is.
The parts take some minutes, and packages from npm, PyPI, crates.io and Debian.
`cargo xtask test` runs the first two. docs/clients.md lists the flags of each generator.
";

/// In the order of the help page.
pub const COMMANDS: [Command; 13] = [
    Command {
        name: "start",
        arguments: "[-- args]",
        about: &["build Sluice and run `sluice serve` (http://127.0.0.1:8080)"],
        more: START,
        run: start::run,
    },
    Command {
        name: "dev",
        arguments: "[-- args]",
        about: &[
            "the same with debug builds, and data in ./data/dev; rebuilds on changes,",
            "and pages reload themselves",
        ],
        more: "",
        run: dev::run,
    },
    Command {
        name: "release",
        arguments: "",
        about: &["build the fastest server with the smallest web app in it: target/release/sluice"],
        more: RELEASE,
        run: release::run,
    },
    Command {
        name: "web",
        arguments: "",
        about: &["build only the web app, into the folder that a release build embeds"],
        more: "",
        run: web_app::run,
    },
    Command {
        name: "test",
        arguments: "[filter…]",
        about: &[
            "run every test on SQLite and on a private PostgreSQL, `clients typescript python`,",
            "`browser`, then `check`;",
            "with a filter: only the tests whose names hold it",
        ],
        more: "",
        run: test::run,
    },
    Command {
        name: "browser",
        arguments: "[args…]",
        about: &["run the tests in Chromium; arguments are Playwright's"],
        more: "",
        run: browser::run,
    },
    Command {
        name: "check",
        arguments: "[stage…]",
        about: &["fmt, clippy, docs, deny, unused, typos, types, openapi, api-lint, migrations, web"],
        more: "",
        run: check::run,
    },
    Command {
        name: "openapi",
        arguments: "",
        about: &["write openapi/openapi.json from the code"],
        more: "",
        run: openapi::run,
    },
    Command {
        name: "postgres",
        arguments: "[-- command]",
        about: &["run a command (or wait) with a private PostgreSQL in SLUICE_TEST_POSTGRES_URL"],
        more: "",
        run: postgres::run,
    },
    Command {
        name: "prices",
        arguments: "[--wheel FILE]",
        about: &["write crates/types/data/model-prices.json from PyPI's litellm"],
        more: "",
        run: prices::run,
    },
    Command {
        name: "peers",
        arguments: "",
        about: &["test model calls against gateways that others wrote (PyPI's litellm)"],
        more: "",
        run: peers::run,
    },
    Command {
        name: "clients",
        arguments: "[part…]",
        about: &[
            "generate clients from openapi/openapi.json, and run a session of each: typescript,",
            "python, hey-api, go, java, rust; then look for requests that fail: schemathesis",
        ],
        more: CLIENTS,
        run: clients::run,
    },
    Command {
        name: "bench",
        arguments: "[row…]",
        about: &["measure the figures of docs/benchmarks.md; with rows: only print those"],
        more: "",
        run: bench::run,
    },
];
