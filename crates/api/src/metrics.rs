//! The counters of `/metrics`, in the `OpenMetrics` text format.

use std::sync::atomic::Ordering;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use sluice_engine::Engine;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FileLabels {
    file: &'static str,
}

/// The server's counters.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Histogram,
    started: Counter,
    generations: Counter,
    generations_live: Gauge,
    live: Gauge,
    calls: Gauge,
    calls_waiting: Gauge,
    readers: Gauge,
    polls: Counter,
    database: Family<FileLabels, Gauge>,
}

/// Bounds of the request histogram, in seconds.
const BOUNDS: [f64; 9] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("sluice");
        let (requests, started, live, readers) =
            (Family::default(), Counter::default(), Gauge::default(), Gauge::default());
        let (calls, calls_waiting) = (Gauge::default(), Gauge::default());
        let (generations, generations_live) = (Counter::default(), Gauge::default());
        let (seconds, polls, database) = (Histogram::new(BOUNDS), Counter::default(), Family::default());
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_seconds", "Time until the answer began", seconds.clone());
        registry.register("executions_started", "Executions started", started.clone());
        registry.register("executions_live", "Executions with work under way", live.clone());
        registry.register("generations_started", "Generations of workflows started", generations.clone());
        registry.register("generations_live", "Generations of workflows under way", generations_live.clone());
        registry.register("model_calls", "Model calls in flight", calls.clone());
        registry.register("model_calls_waiting", "Model calls that wait for others to end", calls_waiting.clone());
        registry.register("event_readers", "Open event streams", readers.clone());
        registry.register("event_polls", "Polls for executions that another server runs", polls.clone());
        registry.register("database_bytes", "Size of the SQLite files on disk", database.clone());
        Self {
            registry,
            requests,
            seconds,
            started,
            generations,
            generations_live,
            live,
            calls,
            calls_waiting,
            readers,
            polls,
            database,
        }
    }
}

impl Metrics {
    /// Counts a request. `method` is static, as each value becomes a time series that is kept for ever.
    pub fn request(&self, method: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&RequestLabels { method, status }).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    /// Counts a start.
    pub fn started(&self) {
        self.started.inc();
    }

    /// Counts the start of a generation.
    pub fn generation_started(&self) {
        self.generations.inc();
    }

    /// Counts an open event stream until the guard is dropped.
    pub fn reader(&self) -> ReaderGuard {
        self.readers.inc();
        ReaderGuard(self.readers.clone())
    }

    /// All metrics as text, with the engine's numbers and the sizes of the database's files as they are now.
    pub fn text(&self, engine: &Engine, database: &[(&'static str, u64)]) -> String {
        for (file, bytes) in database {
            let gauge = self.database.get_or_create(&FileLabels { file });
            gauge.set(i64::try_from(*bytes).unwrap_or(i64::MAX));
        }
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.live.set(count(engine.live_executions()));
        self.generations_live.set(count(engine.live_generations()));
        self.calls.set(count(engine.calls_in_flight()));
        self.calls_waiting.set(count(engine.calls_waiting()));
        self.polls.inner().store(engine.polls(), Ordering::Relaxed);
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}

/// Counts one open event stream.
pub struct ReaderGuard(Gauge);

impl Drop for ReaderGuard {
    fn drop(&mut self) {
        self.0.dec();
    }
}
