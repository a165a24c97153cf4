//! What the browser gives besides the page: its storage, its clock, files, a keyboard's focus.

pub mod any;
pub mod crash;
pub mod effect;
pub mod events;
pub mod fetched;
pub mod files;
pub mod focus;
pub mod listen;
pub mod memo;
pub mod secrets;
pub mod signal;
pub mod storage;
pub mod stored;
pub mod theme;
pub mod time;
