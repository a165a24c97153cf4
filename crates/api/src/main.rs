//! The `sluice` binary.

fn main() -> std::process::ExitCode {
    sluice_api::cli::main()
}
