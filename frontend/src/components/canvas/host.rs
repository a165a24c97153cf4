//! What a page tells the canvas, and what the canvas tells the page.

use std::sync::Arc;

use leptos::prelude::*;
use sluice_types::edit::Edit;
use sluice_types::{BlockAddress, Index, Position, Positions, Slot, StepId};
use sluice_web_state::canvas::place::Landing;
use sluice_web_state::canvas::{Picture, PictureEdge, Point, View};
use sluice_web_state::shared::Shared;

/// What the picture is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct CanvasInput {
    /// The steps and their lists.
    pub index: Shared<Index>,
    /// The positions that somebody set.
    pub layout: Arc<Positions>,
}

/// How a list of a container stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListMark {
    /// As all others.
    Plain,
    /// The run went there.
    Taken,
    /// The run went elsewhere.
    NotTaken,
}

/// The page that a canvas is on. What is said to track changes is called where that has an effect.
pub trait CanvasHost: Send + Sync {
    /// What is drawn on a step.
    fn face(&self, id: &StepId) -> AnyView;
    /// The accessible name of a step. Tracks changes.
    fn name(&self, picture: &Picture, id: &StepId) -> String;
    /// Further classes of a step. Tracks changes.
    fn class(&self, id: &StepId) -> String;
    /// What is written behind the name of a list. Tracks changes.
    fn list_note(&self, _parent: &StepId, _slot: &Slot) -> Option<String> {
        None
    }
    /// How a list stands out. Tracks changes.
    fn list_mark(&self, _parent: &StepId, _slot: &Slot) -> ListMark {
        ListMark::Plain
    }
    /// Whether a connection stands out. Tracks changes.
    fn is_taken(&self, _picture: &Picture, _list: &BlockAddress, _edge: &PictureEdge) -> bool {
        false
    }
    /// The id of the element of a step that takes the focus.
    fn element_id(&self, id: &StepId) -> String;
    /// A step is to be shown beside the canvas; `by_key` when the focus goes there.
    fn open(&self, id: &StepId, by_key: bool);
    /// The name of the canvas for screen readers, and the keys that it knows.
    fn words(&self) -> (&'static str, &'static str);
    /// The link to the same as a list.
    fn list_link(&self) -> AnyView;
    /// Whether steps can be moved, connected and removed.
    fn can_edit(&self) -> bool {
        false
    }
    /// The menu of a step.
    fn menu(&self, _id: &StepId) -> Option<AnyView> {
        None
    }
    /// Further tools, before those of the canvas.
    fn tools(&self) -> Option<AnyView> {
        None
    }
    /// A step was moved.
    fn place(&self, _id: &StepId, _to: Position, _by_key: bool) {}
    /// Whether no step was moved. Tracks changes.
    fn is_tidy(&self) -> bool {
        true
    }
    /// All steps go where the layout puts them.
    fn tidy_up(&self) {}
    /// Two steps are connected.
    fn connect(&self, _edit: Edit) {}
    /// A step is removed.
    fn remove(&self, _id: &StepId) {}
}

/// What a page keeps while its canvas is not shown: the part that was seen.
pub type KeptView = RwSignal<Option<View>>;

/// The handles that a page and its canvas share.
#[derive(Clone, Copy)]
pub struct CanvasSeat {
    /// The page.
    pub host: StoredValue<Arc<dyn CanvasHost>>,
    /// What the picture is made of; `None` until it is known.
    pub input: Signal<Option<CanvasInput>>,
    /// The current step.
    pub selected: RwSignal<Option<StepId>>,
    /// The part that is seen.
    pub view: KeptView,
    /// A new step that is dragged over the window, by the place of the pointer there.
    pub incoming: RwSignal<Option<Point>>,
    /// Where it would go.
    pub landing: RwSignal<Option<Landing>>,
}

impl CanvasSeat {
    /// A canvas of a page.
    pub fn new(host: impl CanvasHost + 'static, input: impl Into<Signal<Option<CanvasInput>>>, view: KeptView) -> Self {
        Self {
            host: StoredValue::new(Arc::new(host)),
            input: input.into(),
            selected: RwSignal::new(None),
            view,
            incoming: RwSignal::new(None),
            landing: RwSignal::new(None),
        }
    }

    /// The page.
    pub fn host(self) -> Arc<dyn CanvasHost> {
        self.host.get_value()
    }
}
