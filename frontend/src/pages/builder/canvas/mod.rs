//! The builder as a canvas: the same draft as in the list, with the same undo.

mod card;
mod carrier;
mod host;
mod layout;
mod view_choice;

pub use card::InCardPane;
pub use carrier::Carrier;
pub use layout::CanvasLayout;
pub use view_choice::{BuilderView, ViewChoice, view_of_address};
