//! What a server sends unasked: logs, progress, changes of its list of tools.
#![expect(deprecated, reason = "servers of the versions up to 2025-11-25 send logs")]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rmcp::ClientHandler;
use rmcp::model::{
    ClientCapabilities, ClientConfig, Implementation, LoggingMessageNotificationParam, ProgressNotificationParam,
    ProgressToken, ProtocolVersion,
};
use rmcp::service::{NotificationContext, RoleClient};
use tokio::sync::Mutex;

use super::limits::MAX_PROGRESS_CHARS;
use super::options::{Progress, ProgressSink};
use crate::logs::{Log, LogSource};
use crate::text::cut;

/// Where the progress of each call goes.
pub type Routes = Mutex<HashMap<ProgressToken, ProgressSink>>;

/// Receives what a server sends unasked. It offers a server nothing: no sampling, no roots, no questions to people.
#[derive(Clone)]
pub struct Handler {
    pub log: Arc<Log>,
    pub routes: Arc<Routes>,
    /// Counts the changes of the list of tools.
    pub changes: Arc<AtomicU64>,
}

impl Handler {
    pub fn new(log: Arc<Log>) -> Self {
        Self { log, routes: Arc::default(), changes: Arc::default() }
    }
}

impl ClientHandler for Handler {
    async fn on_progress(&self, params: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        let sink = self.routes.lock().await.get(&params.progress_token).cloned();
        if let Some(sink) = sink {
            let message = params.message.map(|message| cut(self.log.clean(&message).trim(), MAX_PROGRESS_CHARS));
            sink(Progress { progress: params.progress, total: params.total, message });
        }
    }

    async fn on_logging_message(&self, params: LoggingMessageNotificationParam, _: NotificationContext<RoleClient>) {
        let level = serde_json::to_value(params.level).unwrap_or_default();
        let level = level.as_str().unwrap_or("info");
        let logger = params.logger.map(|logger| format!("{logger}: ")).unwrap_or_default();
        let text = params.data.as_str().map_or_else(|| params.data.to_string(), str::to_owned);
        self.log.push(LogSource::Notification, &format!("{level}: {logger}{text}"));
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    fn get_info(&self) -> ClientConfig {
        let this = Implementation::new("sluice", env!("CARGO_PKG_VERSION"));
        // Newer versions have no handshake: see `connect`.
        ClientConfig::new(ClientCapabilities::default(), this)
            .with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE)
    }
}
