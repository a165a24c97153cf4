//! The texts of `cargo xtask help` and `cargo xtask <command> --help`.

use crate::commands::{COMMANDS, Command};

/// The column at which descriptions begin.
const INDENT: usize = 25;

/// All commands, each with its description.
pub fn all() -> String {
    let commands: String = COMMANDS.iter().map(entry).collect();
    format!("Usage: cargo xtask <command>\n\n{commands}{}", line("help", "this page; `<command> --help` explains one"))
}

/// One command.
pub fn of(command: &Command) -> String {
    let Command { name, arguments, about, more, .. } = command;
    let about = about.join(" ");
    format!("Usage: cargo xtask {name} {arguments}\n\n{about}\n{more}")
}

fn entry(command: &Command) -> String {
    let usage = format!("{} {}", command.name, command.arguments);
    let first = command.about.iter().take(1).map(|about| line(&usage, about));
    first.chain(command.about.iter().skip(1).map(|about| line("", about))).collect()
}

fn line(left: &str, right: &str) -> String {
    format!("  {left:<width$}{right}\n", width = INDENT - 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_listed_and_explains_itself() {
        let all = all();
        for command in &COMMANDS {
            assert!(all.contains(&format!("\n  {} ", command.name)), "{all}");
            assert!(of(command).starts_with(&format!("Usage: cargo xtask {}", command.name)));
        }
    }
}
