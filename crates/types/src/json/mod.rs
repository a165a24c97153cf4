//! JSON, read and written with little code: the web app does both, and each kilobyte of it is sent to browsers.

mod parse;
mod read;
mod write;

pub use parse::{SyntaxError, parse};
pub use read::{ReadError, from_str, from_value_strictly};
pub use write::{size, to_string, to_string_pretty, value_to_string};
