//! Load by the generator `wrk`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::stats::rate;
use crate::fail::{Context, Failure};
use crate::{debian, paths, process};

const RESULT_MARK: &str = "RESULT ";

/// The requests and the duration of a load.
pub struct Load {
    /// The full URL.
    pub url: String,
    /// Connections, each with one request at a time.
    pub connections: u32,
    /// The duration in seconds.
    pub seconds: u32,
    /// A JSON body makes the requests POSTs.
    pub body: Option<&'static str>,
    /// A text that each answer must contain. The search costs the generator time, so it is optional.
    pub must_hold: Option<&'static str>,
}

/// The result of a load.
pub struct Outcome {
    /// Requests per second.
    pub per_second: f64,
    /// The median time of a request.
    pub p50: Duration,
    /// The 99th percentile of the request times.
    pub p99: Duration,
}

/// Installs wrk when it is missing.
pub fn prepare() -> Result<(), Failure> {
    if paths::in_path("wrk").is_some() { Ok(()) } else { debian::install(&["wrk"], "the load generator wrk") }
}

/// Sends the load; a wrong answer is a failure, because its time means nothing.
pub fn run(load: &Load, folder: &Path) -> Result<Outcome, Failure> {
    let script = folder.join("load.lua");
    fs::write(&script, lua(load)).context(|| format!("cannot write {}", script.display()))?;
    let mut command = Command::new("wrk");
    command.args(["--threads", "1", "--timeout", "35s", "--connections", &load.connections.to_string()]);
    command.args(["--duration", &format!("{}s", load.seconds), "--script"]).arg(&script).arg(&load.url);
    let printed = process::output(&mut command)?;
    parse(&printed).ok_or_else(|| Failure::new(format!("wrk printed no result:\n{printed}")))?
}

/// The Lua script: the request, the check of answers, and one line of numbers at the end.
fn lua(load: &Load) -> String {
    let request = load.body.map_or_else(String::new, |body| {
        format!(
            "wrk.method = \"POST\"\nwrk.body = [==[{body}]==]\nwrk.headers[\"Content-Type\"] = \"application/json\"\n"
        )
    });
    let check = load.must_hold.map_or_else(String::new, |text| {
        format!(
            "function response(status, headers, body)\n  \
             if status ~= 200 or not body:find([==[{text}]==], 1, true) then\n    \
             wrong = wrong + 1\n    example = status .. \" \" .. body:sub(1, 300)\n  end\nend\n"
        )
    });
    // wrk's own count of bad statuses would count again what `response` counted.
    let statuses = if load.must_hold.is_some() { "0" } else { "e.status" };
    format!(
        "wrong = 0\nexample = \"\"\nlocal threads = {{}}\n{request}\
         function setup(thread) table.insert(threads, thread) end\n{check}\
         function done(summary, latency, requests)\n  \
         local e = summary.errors\n  \
         local bad = e.connect + e.read + e.write + e.timeout + {statuses}\n  \
         for _, thread in ipairs(threads) do\n    \
         bad = bad + thread:get(\"wrong\")\n    \
         if thread:get(\"example\") ~= \"\" then print(\"example: \" .. thread:get(\"example\")) end\n  end\n  \
         print(string.format(\"{RESULT_MARK}%d %d %d %d %d\", summary.requests, summary.duration, \
         latency:percentile(50), latency:percentile(99), bad))\nend\n"
    )
}

fn parse(printed: &str) -> Option<Result<Outcome, Failure>> {
    let line = printed.lines().find_map(|line| line.strip_prefix(RESULT_MARK))?;
    let numbers: Vec<u64> = line.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [requests, duration_us, p50_us, p99_us, bad] = numbers.try_into().ok()?;
    if bad > 0 || requests == 0 {
        let example = printed.lines().find(|line| line.starts_with("example: ")).unwrap_or_default();
        return Some(Err(Failure::new(format!("{bad} of {requests} answers were wrong. {example}"))));
    }
    Some(Ok(Outcome {
        per_second: rate(requests, Duration::from_micros(duration_us)),
        p50: Duration::from_micros(p50_us),
        p99: Duration::from_micros(p99_us),
    }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::parse;

    #[test]
    fn reads_the_result_line() {
        let outcome = parse("Running 1s test\nRESULT 2000 1000000 450 900 0\n").unwrap().unwrap();
        assert!((outcome.per_second - 2_000.0).abs() < 1e-6);
        assert_eq!(outcome.p50, Duration::from_micros(450));
        assert_eq!(outcome.p99, Duration::from_micros(900));
    }

    #[test]
    fn a_wrong_answer_is_a_failure() {
        assert!(parse("example: 500 x\nRESULT 2000 1000000 450 900 1\n").unwrap().is_err());
        assert!(parse("no result").is_none());
    }
}
