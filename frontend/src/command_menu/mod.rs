//! The command menu, which leads anywhere and does what the present page can do, and the list of keys.

mod found;
mod keys;
mod list;
mod menu;

pub use keys::KeysDialog;
pub use menu::CommandMenu;
