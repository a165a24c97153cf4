//! What `cargo xtask help` prints.

/// One line a command; details are in the error messages and in the README.
pub const HELP: &str = "\
Usage: cargo xtask <command>

  start [-- args]        build Sluice for release and run `sluice serve` (http://127.0.0.1:8080)
  dev [-- args]          the same with debug builds, and data in ./data/dev; what changes is built again,
                         and pages load themselves again
  web                    build only the web app, into the folder that a release build embeds
  test [filter…]         run every test on SQLite and on a private PostgreSQL, `browser`, then `check`;
                         with a filter: only the tests whose names hold it
  browser [args…]        run the tests in Chromium; arguments are Playwright's
  check [stage…]         fmt, clippy, docs, deny, unused, typos, types, openapi, migrations, web
  openapi                write openapi/openapi.json from the code
  postgres [-- command]  run a command (or wait) with a private PostgreSQL in SLUICE_TEST_POSTGRES_URL
  prices [--wheel FILE]  write crates/types/data/model-prices.json from PyPI's litellm
  bench [row…]           measure the figures of docs/benchmarks.md; with rows: only print those
  help                   this page";
