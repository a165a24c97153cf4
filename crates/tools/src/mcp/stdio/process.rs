//! Programs in a process group of their own.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use secrecy::ExposeSecret as _;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, sleep};

use crate::config::Transport;
use crate::error::{Sent, ToolError, ToolErrorKind};
use crate::mcp::limits::END_GRACE;

/// Variables of this process that programs get. All others may hold keys.
const INHERITED: [&str; 20] = [
    "HOME",
    "LANG",
    "LC_ALL",
    "LOGNAME",
    "PATH",
    "SHELL",
    "TERM",
    "TMPDIR",
    "TZ",
    "USER",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "XDG_CACHE_HOME",
];
/// The interval of looks at whether a program has ended.
const LOOK: Duration = Duration::from_millis(20);

/// A program with all that it starts. It ends with this value: the whole group is killed.
///
/// Two things escape: a program that leaves its group by `setsid`, and all programs when this process is killed with
/// `SIGKILL`. The latter then see the end of their input, at which servers exit.
pub struct ProcessGroup {
    child: Child,
    /// The group; `None` when it has ended. Its id stays reserved as long as the program was not waited for.
    group: Option<Pid>,
}

/// The ends of a program's pipes.
pub struct Pipes {
    pub stdin: ChildStdin,
    pub stdout: ChildStdout,
    pub stderr: ChildStderr,
}

impl ProcessGroup {
    /// Starts a program. Nothing was sent when this fails.
    pub fn start(transport: &Transport) -> Result<(Self, Pipes), ToolError> {
        let Transport::Stdio { command, args, env, cwd } = transport else {
            return Err(cannot_start("it is not a program"));
        };
        let inherited = INHERITED.iter().filter_map(|name| Some((OsString::from(name), std::env::var_os(name)?)));
        let mut program = Command::new(command);
        program.args(args).env_clear().envs(inherited).process_group(0);
        program.envs(env.iter().map(|(name, value)| (name, value.expose_secret())));
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(folder) = cwd {
            program.current_dir(folder);
        }
        let mut child = program.spawn().map_err(|error| cannot_spawn(command, cwd.as_deref(), &error))?;
        let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let group = Self { child, group };
        match pipes {
            (Some(stdin), Some(stdout), Some(stderr)) => Ok((group, Pipes { stdin, stdout, stderr })),
            _ => Err(cannot_start("its pipes could not be opened")),
        }
    }

    /// Whether the program itself has ended. Does not wait for it, so that its id stays reserved.
    pub fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        self.group.is_none_or(|pid| !matches!(waitid(WaitId::Pid(pid), options), Ok(None)))
    }

    /// Waits until the program itself has ended, at most for `time`.
    pub async fn ended_within(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while !self.has_ended() {
            if Instant::now() >= until {
                return false;
            }
            sleep(LOOK).await;
        }
        true
    }

    /// Ends the program, whose input was closed, and the rest of its group. Returns how the program ended.
    pub async fn end(&mut self) -> Option<std::process::ExitStatus> {
        if !self.ended_within(END_GRACE).await {
            self.signal(Signal::TERM);
            self.ended_within(END_GRACE).await;
        }
        self.signal(Signal::KILL);
        self.group = None;
        self.child.wait().await.ok()
    }

    /// Ignores errors: the group has ended.
    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for ProcessGroup {
    /// The runtime waits for the program then.
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

fn cannot_start(why: &str) -> ToolError {
    ToolError::new(ToolErrorKind::CannotStart, Sent::No, format!("The MCP server's program cannot be started: {why}."))
}

fn cannot_spawn(command: &str, cwd: Option<&Path>, error: &io::Error) -> ToolError {
    let no_folder = cwd.filter(|folder| !folder.is_dir());
    cannot_start(&match (no_folder, error.kind()) {
        (Some(folder), _) => format!("its folder `{}` is not there. Make it, or set another one", folder.display()),
        (None, io::ErrorKind::NotFound) => {
            format!("`{command}` is not installed on the server. Install it, or set its whole path")
        }
        (None, io::ErrorKind::PermissionDenied) => format!("`{command}` is not executable for the server's account"),
        (None, _) => format!("`{command}`: {error}"),
    })
}
