//! What the pages know and decide, without a browser.

pub mod actions;
pub mod advice;
pub mod changes;
pub mod completion;
pub mod conflict;
pub mod connection;
pub mod credential;
pub mod deferred;
pub mod diff;
pub mod draft;
pub mod drag;
pub mod editor;
pub mod format;
pub mod history;
pub mod import;
pub mod input;
pub mod list;
pub mod live_text;
pub mod markdown;
pub mod output_edit;
pub mod persona;
pub mod place;
pub mod run;
pub mod run_text;
pub mod shared;
pub mod templates;
