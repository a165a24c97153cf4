//! Named points at which a test can stop the engine as if its process had died there.

use std::sync::Arc;

/// A point at which the engine can be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultPoint {
    /// A new execution is written; its caller has no response yet.
    AfterStart,
    /// A turn is decided, and not written.
    BeforeCommit,
    /// A turn is written; none of its effects are carried out.
    AfterCommit,
    /// A turn is written and published; its step has not started.
    AfterPublish,
    /// The model call was sent; no response has arrived.
    AttemptStarted,
    /// Half of a model's answer has arrived and is checkpointed.
    AttemptStreaming,
    /// A model's answer is whole, and the turn that keeps it not begun.
    AttemptFinished,
}

impl FaultPoint {
    /// Every point.
    pub const ALL: [Self; 7] = [
        Self::AfterStart,
        Self::BeforeCommit,
        Self::AfterCommit,
        Self::AfterPublish,
        Self::AttemptStarted,
        Self::AttemptStreaming,
        Self::AttemptFinished,
    ];
}

/// Asks at each point whether to stop there.
#[derive(Clone, Default)]
pub struct Faults(Option<Arc<dyn Fn(FaultPoint) -> bool + Send + Sync>>);

impl Faults {
    /// Stops at the points that the function selects.
    pub fn new(stops: impl Fn(FaultPoint) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(stops)))
    }

    /// Whether to stop here.
    pub(crate) fn stops_at(&self, point: FaultPoint) -> bool {
        self.0.as_ref().is_some_and(|stops| stops(point))
    }
}
