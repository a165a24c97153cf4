//! Browser APIs: storage, clock, files, focus, events.

pub mod clipboard;
pub mod clock;
pub mod crash;
pub mod events;
pub mod files;
pub mod focus;
pub mod ids;
pub mod keys;
pub mod notifications;
pub mod secrets;
pub mod storage;
pub mod theme;
pub mod view;
