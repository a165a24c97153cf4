//! The events of a generation, as one reader gets them. A reader that comes late gets the answer of the present call from
//! its beginning; one that is slow gets several pieces as one.

use std::sync::Arc;

use sluice_store::GenerationProgress;
use sluice_types::{
    Generation, GenerationEvent, GenerationEventType, GenerationId, GenerationStatus, RunError, TenantId,
};
use tokio::sync::watch;

use super::live::{LiveGeneration, LiveState};
use super::wait::POLL;
use crate::engine::Engine;
use crate::error::EngineError;

/// Reads the events of a generation.
pub struct GenerationReader {
    engine: Engine,
    tenant: TenantId,
    id: GenerationId,
    source: Source,
    seen: Seen,
}

/// Where a generation is read.
enum Source {
    /// In this process, with the entry that keeps its channel open.
    Here(watch::Receiver<LiveState>, #[expect(dead_code, reason = "held")] Arc<LiveGeneration>),
    /// In the database: it has ended, or another server runs it.
    Stored {
        /// Whether to read it without a wait.
        at_once: bool,
    },
    /// The last event was read.
    Ended,
}

/// What a reader was sent.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Seen {
    any: bool,
    progress: GenerationProgress,
    findings: Option<usize>,
    /// Of the answer of the present call.
    bytes: usize,
    chars: usize,
}

impl Engine {
    /// Opens the events of a generation.
    pub async fn read_generation(&self, tenant: &TenantId, id: &GenerationId) -> Result<GenerationReader, EngineError> {
        let live = self.shared.generations.get(tenant, id);
        // After the entry was looked up: one that ends meanwhile is read to its end there.
        self.generation(tenant, id).await?;
        let source = live.map_or(Source::Stored { at_once: true }, |live| Source::Here(live.watch(), live));
        let (engine, tenant, id) = (self.clone(), tenant.clone(), id.clone());
        Ok(GenerationReader { engine, tenant, id, source, seen: Seen::default() })
    }
}

impl GenerationReader {
    /// The next events: at once the first time, and then when there are some; none after the last one. It may be dropped
    /// before it is ready, and loses nothing.
    pub async fn next(&mut self) -> Result<Vec<GenerationEvent>, EngineError> {
        loop {
            let events = match &mut self.source {
                Source::Ended => return Ok(Vec::new()),
                Source::Here(state, _) => {
                    let is_open = !self.seen.any || state.changed().await.is_ok();
                    let (events, ended) = {
                        let state = state.borrow_and_update();
                        (events_of(&self.id, &state, &mut self.seen), state.ended)
                    };
                    if ended || !is_open {
                        self.source = Source::Stored { at_once: true };
                    }
                    events
                }
                Source::Stored { at_once } => {
                    if !std::mem::take(at_once) {
                        tokio::time::sleep(POLL).await;
                    }
                    let generation = self.engine.generation(&self.tenant, &self.id).await?;
                    self.stored_events(&generation)
                }
            };
            if !events.is_empty() {
                return Ok(events);
            }
        }
    }

    /// The events of a generation as it is stored: its progress where that is new, and its end.
    fn stored_events(&mut self, generation: &Generation) -> Vec<GenerationEvent> {
        let Generation { calls, cost_usd, token_usage, .. } = *generation;
        let progress = GenerationProgress { calls, cost_usd, token_usage };
        let mut events = Vec::new();
        if !self.seen.any || self.seen.progress != progress {
            self.seen = Seen { any: true, progress, ..self.seen };
            events.push(event(GenerationEventType::Progress, generation));
        }
        if generation.status.is_terminal() {
            self.source = Source::Ended;
            events.push(GenerationEvent {
                error: generation.error.clone(),
                ..event(GenerationEventType::Done, generation)
            });
        }
        events
    }
}

fn event(event_type: GenerationEventType, generation: &Generation) -> GenerationEvent {
    GenerationEvent {
        event_type,
        generation_id: generation.id.clone(),
        status: generation.status,
        calls: generation.calls,
        chars: 0,
        cost_usd: generation.cost_usd,
        findings: None,
        offset: None,
        text: None,
        error: None::<RunError>,
    }
}

/// What is new to a reader of a generation that runs here.
fn events_of(id: &GenerationId, state: &LiveState, seen: &mut Seen) -> Vec<GenerationEvent> {
    let blank = GenerationEvent {
        event_type: GenerationEventType::Progress,
        generation_id: id.clone(),
        status: GenerationStatus::Running,
        calls: state.progress.calls,
        chars: number(state.chars),
        cost_usd: state.progress.cost_usd,
        findings: state.findings.map(number),
        offset: None,
        text: None,
        error: None,
    };
    let mut events = Vec::new();
    if !seen.any || seen.progress != state.progress || seen.findings != state.findings {
        events.push(blank.clone());
    }
    if seen.progress.calls != state.progress.calls {
        (seen.bytes, seen.chars) = (0, 0);
    }
    // A piece ends where the text ends: what is after it begins at a character.
    let piece = state.text.get(seen.bytes..).unwrap_or_default();
    if !piece.is_empty() {
        let offset = Some(number(seen.chars));
        events.push(GenerationEvent {
            event_type: GenerationEventType::Text,
            offset,
            text: Some(piece.to_owned()),
            ..blank
        });
    }
    *seen = Seen {
        any: true,
        progress: state.progress,
        findings: state.findings,
        bytes: state.text.len(),
        chars: seen.chars + piece.chars().count(),
    };
    events
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::DesignProgress;

    /// The types and texts of events.
    fn told(events: &[GenerationEvent]) -> Vec<(GenerationEventType, i64, Option<i64>, Option<&str>)> {
        events.iter().map(|event| (event.event_type, event.calls, event.offset, event.text.as_deref())).collect()
    }

    #[test]
    fn a_reader_that_comes_late_gets_the_text_so_far_and_then_each_piece_once() {
        use GenerationEventType::{Progress, Text};
        let id = GenerationId::new("generation-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11").unwrap();
        let (live, mut seen) = (LiveGeneration::default(), Seen::default());
        let text = |text: &str| live.tell(DesignProgress::Text { chars: 0, text: text.into() });
        let mut read = || events_of(&id, &live.watch().borrow(), &mut seen);
        live.tell(DesignProgress::Call { number: 1 });
        text("Grüße");
        assert_eq!(told(&read()), [(Progress, 1, None, None), (Text, 1, Some(0), Some("Grüße"))]);
        assert_eq!(told(&read()), []);
        text(", ");
        text("Welt");
        assert_eq!(told(&read()), [(Text, 1, Some(5), Some(", Welt"))]);
        live.tell(DesignProgress::Call { number: 2 });
        assert_eq!(told(&read()), [(Progress, 2, None, None)]);
        text("anew");
        assert_eq!(told(&read()), [(Text, 2, Some(0), Some("anew"))]);
    }
}
