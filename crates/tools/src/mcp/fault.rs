//! The cause of the end of a connection, handed from a transport to the calls that it cuts off.

use std::sync::OnceLock;

use crate::error::ToolErrorKind;

/// The first cause; later ones are its consequences.
#[derive(Debug, Default)]
pub struct Fault(OnceLock<(ToolErrorKind, String)>);

impl Fault {
    pub fn set(&self, kind: ToolErrorKind, message: impl Into<String>) {
        // Ignore the error: a cause is set.
        let _ = self.0.set((kind, message.into()));
    }

    pub fn get(&self) -> Option<(ToolErrorKind, String)> {
        self.0.get().cloned()
    }
}
