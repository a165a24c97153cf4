//! Drawing a connection with a pointer.

use leptos::prelude::*;
use sluice_types::edit::Port;
use sluice_types::{BlockAddress, StepId};
use sluice_web_state::canvas::Point;
use sluice_web_state::canvas::connect::{
    Refusal, Target, aimed_at, connecting_words, connection, port_words, target_words,
};

use super::state::CanvasState;

/// A connection that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Aim {
    /// The step that it begins at.
    pub id: StepId,
    /// Where at the step.
    pub port: Port,
    /// Where it points to, in the picture.
    pub at: Point,
    /// What is there: a step, or the end of the list when there is none; and whether it may end there.
    pub over: Option<(Option<StepId>, Result<Target, Refusal>)>,
}

impl CanvasState {
    /// A connection points to a place on the surface.
    pub fn aim_at(self, id: StepId, port: Port, at: Point) {
        let at = self.view_now().to_picture(at);
        let over = self.seat.input.with_untracked(|input| {
            let input = input.as_ref()?;
            self.picture.with_untracked(|picture| aimed_at(picture, &input.index, &id, at))
        });
        let aim = Aim { id, port, at, over };
        if self.aim.with_untracked(|before| before.as_ref() != Some(&aim)) {
            self.aim.set(Some(aim));
        }
    }

    /// The connection is let go: it is made, or it is said why not.
    pub fn finish_aim(self) {
        let Some(aim) = self.aim.get_untracked() else { return };
        self.aim.set(None);
        match aim.over {
            Some((_, Ok(target))) => self.connect(aim.id, aim.port, &target),
            Some((_, Err(refusal))) => self.said.set(refusal.words().to_owned()),
            None => {}
        }
    }

    fn connect(self, id: StepId, port: Port, target: &Target) {
        let said = self.seat.input.with_untracked(|input| {
            let input = input.as_ref()?;
            let label = input.index.place(&id).map(|place| place.step.label.clone())?;
            let (from, to) = (port_words(&label, &port), target_words(&input.index, target));
            Some(format!("Connected {from} with {to}."))
        });
        self.host().connect(connection(id, port, target));
        self.said.set(said.unwrap_or_default());
    }

    /// Keys choose another target, or another place to begin at.
    pub fn say_connecting(self) {
        let said = self.connecting.with_untracked(|connecting| {
            let connecting = connecting.as_ref()?;
            self.seat.input.with_untracked(|input| Some(connecting_words(&input.as_ref()?.index, connecting)))
        });
        self.said.set(said.unwrap_or_default());
    }

    /// The connection that was chosen by keys is made.
    pub fn finish_connecting(self) {
        let Some(connecting) = self.connecting.get_untracked() else { return };
        self.connecting.set(None);
        self.connect(connecting.id.clone(), connecting.port(), &connecting.target());
        self.lead_to(&connecting.id);
    }

    /// How a step stands to the connection that is drawn. Tracks changes.
    pub fn aim_class(self, id: &StepId) -> &'static str {
        let by_key = self
            .connecting
            .with(|connecting| connecting.as_ref().map(|connecting| connecting.target().step() == Some(id)));
        if let Some(is_target) = by_key {
            return if is_target { "aimed" } else { "" };
        }
        self.aim.with(|aim| match aim.as_ref().and_then(|aim| aim.over.as_ref()) {
            Some((Some(over), Ok(_))) if over == id => "aimed",
            Some((Some(over), Err(_))) if over == id => "refused",
            Some(_) | None => "",
        })
    }

    /// Whether a step may be the end of the connection that is drawn. Tracks changes.
    pub fn is_target(self, id: &StepId) -> bool {
        self.source().is_some_and(|from| {
            self.seat.input.with(|input| {
                let index = input.as_ref().map(|input| &input.index);
                index.is_some_and(|index| sluice_web_state::canvas::connect::judge(index, &from, id).is_ok())
            })
        })
    }

    /// The step that a connection is drawn from. Tracks changes.
    pub fn source(self) -> Option<StepId> {
        let by_key = self.connecting.with(|connecting| connecting.as_ref().map(|connecting| connecting.id.clone()));
        by_key.or_else(|| self.aim.with(|aim| aim.as_ref().map(|aim| aim.id.clone())))
    }

    /// The list of that step. Tracks changes.
    pub fn source_list(self) -> Option<BlockAddress> {
        let from = self.source()?;
        self.picture.with(|picture| picture.node(&from).map(|node| node.list.clone()))
    }

    /// Whether the end of the list would be the end of the connection. Tracks changes.
    pub fn aims_at_end(self) -> bool {
        let by_key = self.connecting.with(|connecting| connecting.as_ref().map(|it| it.target() == Target::End));
        by_key.unwrap_or_else(|| self.aim.with(|aim| matches!(aim, Some(Aim { over: Some((None, Ok(_))), .. }))))
    }
}
