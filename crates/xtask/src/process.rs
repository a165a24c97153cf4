//! Running other programs: to their end, or until a signal.

use std::io::IsTerminal;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::fail::{Context, Done, Failure};
use crate::{paths, signals};

const POLL: Duration = Duration::from_millis(10);
const GRACE: Duration = Duration::from_secs(5);

/// Runs a program to its end with our standard streams; an exit status other than 0 is a failure.
pub fn run(command: &mut Command) -> Done {
    let status = wait(command)?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` failed ({status})", shown(command))))
}

/// Runs a program to its end and returns its standard output.
pub fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command.stderr(Stdio::inherit()).output().context(|| cannot_run(command))?;
    if !output.status.success() {
        return Err(Failure::new(format!("`{}` failed ({})", shown(command), output.status)));
    }
    String::from_utf8(output.stdout).context(|| format!("`{}` did not print text", shown(command)))
}

/// Sends `signal`, waits up to [`GRACE`], then kills the process.
pub fn end(child: &mut Child, signal: Signal) {
    if matches!(child.try_wait(), Ok(Some(_))) {
        return;
    }
    if let Some(pid) = pid_of(child) {
        let _ended_already = kill_process(pid, signal);
    }
    let begun = Instant::now();
    while begun.elapsed() < GRACE {
        if matches!(child.try_wait(), Ok(Some(_))) {
            return;
        }
        sleep(POLL);
    }
    let _ended_already = child.kill();
    let _reaped = child.wait();
}

/// A program that the kernel ends when this process dies, even by `kill -9` (where `setpriv` exists: Linux).
pub fn tied_to_us(program: &Path) -> Command {
    if paths::in_path("setpriv").is_none() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM", "--"]).arg(program);
    command
}

/// The command line, for messages.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Waits for the program and forwards signals to it.
fn wait(command: &mut Command) -> Result<ExitStatus, Failure> {
    signals::catch()?;
    signals::check()?;
    // At a terminal the program stays in its foreground group: Ctrl-C reaches it, and it may read keys.
    // Elsewhere it gets a group of its own, so that its own children can be ended with it.
    let own_group = !std::io::stdin().is_terminal();
    if own_group {
        command.process_group(0);
    }
    let mut child = command.spawn().context(|| cannot_run(command))?;
    loop {
        if let Some(status) = child.try_wait().context(|| cannot_run(command))? {
            signals::check()?;
            return Ok(status);
        }
        if signals::caught() {
            if own_group && let Some(pid) = pid_of(&child) {
                let _ended_already = kill_process_group(pid, Signal::TERM);
            }
            end(&mut child, Signal::TERM);
            return Err(Failure::new(format!("`{}` was stopped by a signal", shown(command))));
        }
        sleep(POLL);
    }
}

fn pid_of(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}

fn cannot_run(command: &Command) -> String {
    format!("cannot run `{}`", shown(command))
}
