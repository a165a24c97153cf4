//! Documents `Idempotency-Key` for every operation that makes or changes something by `POST`.

use serde_json::{Value, json};
use sluice_types::limits::{IDEMPOTENCY_KEY_HOURS, MAX_IDEMPOTENCY_KEY_CHARS};
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Required};

use super::{READS, header};

/// Codes that an operation answers because of its key.
const CODES: [&str; 2] = ["invalid_header", "idempotency_key_reused"];

/// Adds the header to an operation, with the header of repeated answers.
pub fn declare(operation: &mut Operation) {
    if operation.operation_id.as_deref().is_some_and(|id| READS.contains(&id)) {
        return;
    }
    let text =
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(MAX_IDEMPOTENCY_KEY_CHARS));
    let parameter = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(format!(
            "Makes the request safe to repeat: for {IDEMPOTENCY_KEY_HOURS} hours, a repeat with the same key is answered and not carried out again"
        )))
        .schema(Some(text))
        .example(Some(json!("order-1042")))
        .build();
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if status.starts_with('2') {
            let replayed = header("`true` when an earlier request with the same key was carried out instead", "true");
            response.headers.insert("Idempotent-Replayed".into(), replayed);
        }
    }
    let codes = operation.extensions.as_mut().and_then(|extensions| extensions.get_mut("x-error-codes"));
    if let Some(Value::Array(codes)) = codes {
        codes.extend(CODES.map(Value::from));
    }
}
