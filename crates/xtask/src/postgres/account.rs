//! The account of the PostgreSQL process. PostgreSQL refuses root, so root starts it as another account.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::fail::{Context, Done, Failure};
use crate::paths;

/// Accounts that may run the database when we are root, the first that exists.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];

/// An unprivileged user.
pub struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// `None` when this process is not root: then PostgreSQL runs as the same user.
    pub fn choose() -> Result<Option<Self>, Failure> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let accounts = fs::read_to_string("/etc/passwd").context(|| "cannot read /etc/passwd".into())?;
        let found = CANDIDATES.iter().find_map(|name| find(&accounts, name));
        found.map(Some).ok_or_else(|| {
            Failure::new("PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`")
                .cure("run this as a normal user")
        })
    }

    /// Makes the account the owner of a folder.
    pub fn give(&self, folder: &Path) -> Done {
        std::os::unix::fs::chown(folder, Some(self.uid), Some(self.gid))
            .context(|| format!("cannot give {} to PostgreSQL's user", folder.display()))
    }
}

/// A command that runs `program` as the account, or as this user without one. The kernel ends it when this process
/// dies, even by `kill -9`.
pub fn command(account: Option<&Account>, program: &Path) -> Result<Command, Failure> {
    if paths::in_path("setpriv").is_none() {
        return match account {
            None => Ok(Command::new(program)),
            Some(_) => Err(Failure::new("PostgreSQL does not run as root, and `setpriv` (util-linux) is missing")
                .cure("run this as a normal user, or install util-linux")),
        };
    }
    let mut command = Command::new("setpriv");
    // SIGINT is PostgreSQL's fast shutdown.
    command.args(["--pdeathsig", "INT"]);
    if let Some(Account { uid, gid }) = account {
        command.args(["--reuid", &uid.to_string(), "--regid", &gid.to_string(), "--clear-groups"]);
    }
    command.arg("--").arg(program);
    Ok(command)
}

fn find(accounts: &str, name: &str) -> Option<Account> {
    let mut fields = accounts
        .lines()
        .map(|line| line.split(':'))
        .find_map(|mut fields| (fields.next() == Some(name)).then_some(fields))?;
    // name:password:uid:gid:…, without the name.
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Account { uid, gid })
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn finds_an_account() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533:nobody:/:/bin/false\n";
        let found = find(accounts, "nobody").map(|account| (account.uid, account.gid));
        assert_eq!(found, Some((65_534, 65_533)));
        assert!(find(accounts, "no").is_none());
    }
}
