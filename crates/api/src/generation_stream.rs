//! A generation's events as `text/event-stream`.

use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpRequest, HttpResponse};
use async_stream::stream;
use sluice_engine::GenerationReader;
use sluice_types::{ErrorCode, GenerationEvent, GenerationEventType};

use crate::error::{ApiError, ApiResult};
use crate::sse::{HEARTBEAT, event_stream, every};
use crate::state::App;
use crate::streams::OpenStream;

/// The id of the last event. The others have none: a reader that connects again begins anew.
const LAST: &str = "done";

/// Whether a reader says that it has read the last event.
pub fn has_read_all(request: &HttpRequest) -> ApiResult<bool> {
    match request.headers().get("last-event-id").map(|id| id.as_bytes()) {
        None => Ok(false),
        Some(id) if id == LAST.as_bytes() => Ok(true),
        Some(_) => {
            let detail = "`Last-Event-ID` is the `id` of the last event that was read: `done`.";
            Err(ApiError::new(ErrorCode::InvalidHeader, detail))
        }
    }
}

/// The answer, which ends when the generation does. A reader whose stream breaks connects again.
pub fn answer(app: Data<App>, mut reader: GenerationReader, open: OpenStream) -> HttpResponse {
    let counted = (app.metrics.reader(), open);
    event_stream().streaming(stream! {
        let _counted = counted;
        let mut heartbeat = every(HEARTBEAT);
        loop {
            let events = tokio::select! {
                biased;
                events = reader.next() => events.unwrap_or_default(),
                _ = heartbeat.tick() => {
                    yield Ok::<_, Error>(Bytes::from_static(b": still here\n\n"));
                    continue;
                }
                () = app.engine.until_stopped() => Vec::new(),
            };
            if events.is_empty() {
                break;
            }
            for event in &events {
                yield Ok(bytes_of(event));
            }
        }
    })
}

fn bytes_of(event: &GenerationEvent) -> Bytes {
    let id = if event.event_type == GenerationEventType::Done { format!("id: {LAST}\n") } else { String::new() };
    let data = serde_json::to_string(event).unwrap_or_default();
    format!("{id}event: {}\ndata: {data}\n\n", event.event_type).into()
}
