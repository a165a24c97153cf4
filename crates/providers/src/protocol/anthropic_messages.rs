//! Not written yet.
use serde_json::{Value, json};

use super::{ReadFrames, WireRequest};
use crate::answer::Answer;
use crate::call::ModelCall;
use crate::error::ProviderError;
use crate::form::Form;

/// Writes the request.
pub fn request(call: &ModelCall, _: &Form) -> WireRequest {
    WireRequest { path: "x".into(), body: json!({"model": call.model}) }
}

/// Reads the pieces of an answer.
#[derive(Default)]
pub struct Reader;

impl ReadFrames for Reader {
    fn read(&mut self, _: &Value, _: Option<&str>, _: &mut Answer) -> Result<(), ProviderError> {
        Ok(())
    }
}

/// The version of the API that is spoken: <https://docs.anthropic.com/en/api/versioning>.
pub const VERSION: &str = "2023-06-01";
