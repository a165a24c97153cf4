//! What the browser gives besides the page: its storage, its clock, files, a keyboard's focus.

pub mod clipboard;
pub mod clock;
pub mod crash;
pub mod events;
pub mod files;
pub mod focus;
pub mod ids;
pub mod secrets;
pub mod storage;
pub mod theme;
