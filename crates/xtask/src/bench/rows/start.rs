//! The time from the start of the process to the first answer, its memory and its size.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::bench::machine::process_kib;
use crate::bench::row::{Bench, Figure};
use crate::bench::stats::{mib, ms, percentile};
use crate::fail::{Context, Failure};
use crate::http::Client;
use crate::server::Server;
use crate::{paths, signals};

const STARTS: u32 = 10;
const START_AIM: Duration = Duration::from_millis(150);
const IDLE_AIM_KIB: u64 = 40 * 1_024;
const GIVE_UP: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(1);
/// Memory is read after the work of the start.
const SETTLE: Duration = Duration::from_secs(2);

/// Starts on a new data directory (which creates the database) and on an existing one, ten times each.
pub fn measure(bench: &Bench) -> Result<Vec<Figure>, Failure> {
    let (mut news, mut olds) = (Vec::new(), Vec::new());
    for number in 0..STARTS {
        let data = bench.folder.join(format!("start-{number}"));
        news.push(start_once(&data)?.1);
        olds.push(start_once(&data)?.1);
    }
    let (new, old) = (percentile(&mut news, 50), percentile(&mut olds, 50));
    let (server, _) = start_once(&bench.folder.join("start-idle"))?;
    sleep(SETTLE);
    let idle_kib = process_kib(server.pid(), "VmRSS")?;
    let binary = paths::server("release");
    let size = fs::metadata(&binary).context(|| format!("cannot read {}", binary.display()))?.len();
    let aim = format!("< {:.0} ms", START_AIM.as_secs_f64() * 1_000.0);
    Ok(vec![
        Figure::with_aim("first start to first answer, p50 of 10", ms(new), aim.clone(), new < START_AIM),
        Figure::with_aim("later start to first answer, p50 of 10", ms(old), aim, old < START_AIM),
        Figure::with_aim("idle memory", mib(idle_kib), format!("< {}", mib(IDLE_AIM_KIB)), idle_kib < IDLE_AIM_KIB),
        Figure::plain("size of the binary", mib(size / 1_024)),
    ])
}

/// A server, and the time until it answered `GET /healthz` with 200.
fn start_once(data: &Path) -> Result<(Server, Duration), Failure> {
    let address = free_address()?;
    let begun = Instant::now();
    let server = Server::start_unready(data, address)?;
    while begun.elapsed() < GIVE_UP {
        signals::check()?;
        let answer = Client::new(address).get("/healthz");
        if answer.is_ok_and(|answer| answer.status == 200) {
            return Ok((server, begun.elapsed()));
        }
        sleep(POLL);
    }
    Err(Failure::new("the server did not answer /healthz")
        .cure(format!("see {}", data.with_extension("log").display())))
}

fn free_address() -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context(|| "cannot find a free port".into())?;
    listener.local_addr().context(|| "cannot find a free port".into())
}
