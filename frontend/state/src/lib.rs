//! State and decisions of the web app's pages: plain structs and functions, without signals, clock or browser.
//!
//! The app holds these values in signals and renders them. They are a crate of their own so that they are compiled and
//! tested natively, while the app is compiled for browsers only.

pub mod actions;
pub mod advice;
pub mod agent;
pub mod arguments;
pub mod canvas;
pub mod changes;
pub mod completion;
pub mod condition;
pub mod conflict;
pub mod connection;
pub mod credential;
pub mod deferred;
pub mod diff;
pub mod draft;
pub mod drag;
pub mod editor;
pub mod finish;
pub mod form;
pub mod format;
pub mod generation;
pub mod history;
pub mod import;
pub mod input;
pub mod keys;
pub mod list;
pub mod live_text;
pub mod markdown;
pub mod mcp_server;
pub mod message;
pub mod model_choice;
pub mod output_edit;
pub mod persona;
pub mod run;
pub mod run_status;
pub mod run_text;
pub mod runs;
pub mod selection;
pub mod shared;
pub mod statistics;
pub mod templates;
pub mod tools;
pub mod tree;
pub mod versions;
