//! `Idempotency-Key`: a request that is sent again is carried out once. A repeat gets the answer of the first request, with
//! the resource as it is now.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder, ResponseError as _};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sluice_engine::{Command, EngineError};
use sluice_store::{EarlierRequest, IdempotencyKey};
use sluice_types::limits::MAX_IDEMPOTENCY_KEY_CHARS;
use sluice_types::{ErrorCode, Execution, ExecutionId, StartExecution, WorkflowId};

use crate::auth::Caller;
use crate::error::{ApiError, ApiResult};
use crate::state::App;

/// The `Idempotency-Key` header of a request that may have one.
pub struct KeyHeader(Option<String>);

impl FromRequest for KeyHeader {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(read(request).map(Self))
    }
}

fn read(request: &HttpRequest) -> ApiResult<Option<String>> {
    let mut given = request.headers().get_all("idempotency-key");
    let Some(value) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(ApiError::new(ErrorCode::InvalidHeader, "The request has more than one `Idempotency-Key`."));
    }
    let key = value.to_str().unwrap_or_default().trim();
    if key.is_empty() || key.chars().count() > MAX_IDEMPOTENCY_KEY_CHARS {
        let detail = format!("`Idempotency-Key` is 1 to {MAX_IDEMPOTENCY_KEY_CHARS} visible ASCII characters.");
        return Err(ApiError::new(ErrorCode::InvalidHeader, detail));
    }
    Ok(Some(key.to_owned()))
}

impl KeyHeader {
    /// The key of this request: of an operation, on the resource that its address names, with a body in which `null` and an
    /// absent field are the same.
    pub fn of(self, operation: &str, target: &impl Serialize, body: &impl Serialize) -> Option<IdempotencyKey> {
        self.with_hash(operation, || json!({"operation": operation, "target": target, "body": without_nulls(body)}))
    }

    /// The same with a body in which a field that is `null` resets something.
    pub fn of_patch(self, operation: &str, target: &impl Serialize, body: &impl Serialize) -> Option<IdempotencyKey> {
        self.with_hash(operation, || json!({"operation": operation, "target": target, "body": body}))
    }

    /// The key of a start.
    pub fn of_start(self, id: &WorkflowId, start: &StartExecution) -> Option<IdempotencyKey> {
        self.with_hash("start_execution", || identity_of_start(id, start))
    }

    fn with_hash(self, operation: &str, identity: impl FnOnce() -> Value) -> Option<IdempotencyKey> {
        let key = self.0?;
        let (operation, request_hash) = (operation.to_owned(), hash_of(identity()));
        Some(IdempotencyKey { key, operation, request_hash, part: None })
    }
}

/// The identity of a start. Its form has not changed since the first version: hashes are stored with their keys.
fn identity_of_start(id: &WorkflowId, start: &StartExecution) -> Value {
    json!({"workflow_id": id, "start": without_nulls(start)})
}

/// A body without its fields that are `null`: it is then the same in a later version that knows more optional fields.
fn without_nulls(body: &impl Serialize) -> Value {
    let mut body = serde_json::to_value(body).unwrap_or_default();
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    body
}

/// A hash of a request. The order of keys, at any depth, does not change it.
pub fn hash_of(mut identity: Value) -> String {
    identity.sort_all_objects();
    Sha256::digest(identity.to_string()).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// An answer that says whether it repeats that of an earlier request.
pub struct Answered<T> {
    /// The answer.
    pub body: T,
    /// Whether an earlier request with the same key was carried out instead.
    pub is_repeat: bool,
}

impl<T> Answered<T> {
    /// The same with another body.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Answered<U> {
        Answered { body: change(self.body), is_repeat: self.is_repeat }
    }
}

impl<T: Responder> Responder for Answered<T> {
    type Body = T::Body;
    fn respond_to(self, request: &HttpRequest) -> HttpResponse<T::Body> {
        let mut response = self.body.respond_to(request);
        if self.is_repeat {
            let (name, value) = ("idempotent-replayed", "true");
            response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        response
    }
}

/// Carries out a request once: a repeat with the same key is answered by `repeat`, from what the first has made.
pub async fn once<T>(
    app: &App,
    caller: &Caller,
    key: Option<&IdempotencyKey>,
    carry_out: impl Future<Output = ApiResult<T>>,
    repeat: impl AsyncFnOnce(EarlierRequest) -> ApiResult<T>,
) -> ApiResult<Answered<T>> {
    let Some(key) = key else { return Ok(Answered { body: carry_out.await?, is_repeat: false }) };
    if let Some(earlier) = earlier(app, caller, key).await? {
        return Ok(Answered { body: repeat(same(earlier, key)?).await?, is_repeat: true });
    }
    match carry_out.await {
        Ok(body) => Ok(Answered { body, is_repeat: false }),
        Err(error) if error.status_code().is_server_error() => Err(error),
        // Another request with this key may have come first, and be the cause of the error.
        Err(error) => match earlier(app, caller, key).await {
            Ok(Some(earlier)) => Ok(Answered { body: repeat(same(earlier, key)?).await?, is_repeat: true }),
            Ok(None) | Err(_) => Err(error),
        },
    }
}

async fn earlier(app: &App, caller: &Caller, key: &IdempotencyKey) -> ApiResult<Option<EarlierRequest>> {
    let now = app.engine.outside().clock.now();
    Ok(app.engine.store().earlier_request(caller.tenant(), &key.key, now).await?)
}

/// The earlier request, when it is the present one.
fn same(earlier: EarlierRequest, key: &IdempotencyKey) -> ApiResult<EarlierRequest> {
    if earlier.is_same_as(key) {
        return Ok(earlier);
    }
    let EarlierRequest { operation, resource_id, .. } = earlier;
    let difference = if operation == key.operation { " with another address or body" } else { "" };
    let detail = format!(
        "An earlier `{operation}`{difference} has used this `Idempotency-Key`, for `{resource_id}`: use a new key for another request."
    );
    Err(ApiError::new(ErrorCode::IdempotencyKeyReused, detail))
}

/// The answer to a repeat whose resource has been deleted since.
pub fn deleted(code: ErrorCode, earlier: &EarlierRequest) -> ApiError {
    let EarlierRequest { operation, resource_id, .. } = earlier;
    let detail = format!(
        "An earlier `{operation}` with this `Idempotency-Key` succeeded for `{resource_id}`, which has been deleted since: use a new \
         key for another request."
    );
    ApiError::new(code, detail)
}

/// The execution of an earlier start or command.
pub async fn execution(app: &App, caller: &Caller, earlier: EarlierRequest) -> ApiResult<Execution> {
    let found = match earlier.resource_id.parse::<ExecutionId>() {
        Ok(id) => app.engine.execution(caller.tenant(), &id).await,
        Err(_) => Err(EngineError::ExecutionNotFound),
    };
    match found {
        Err(EngineError::ExecutionNotFound) => Err(deleted(ErrorCode::ExecutionNotFound, &earlier)),
        found => Ok(found?),
    }
}

/// Carries out a command once. Commands that start steps again count as starts.
pub async fn command_once(
    app: &App,
    caller: &Caller,
    id: &ExecutionId,
    command: Command,
    key: Option<IdempotencyKey>,
) -> ApiResult<Answered<Execution>> {
    let carry_out = async {
        if matches!(command, Command::Resume | Command::Retry(..)) {
            app.limit_starts(caller.tenant())?;
        }
        Ok(app.engine.command_once(caller.tenant(), id, command, caller.name(), key.clone()).await?)
    };
    once(app, caller, key.as_ref(), carry_out, async |earlier| execution(app, caller, earlier).await).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use sluice_types::PatchStep;

    fn hash(id: &str, body: &str) -> String {
        hash_of(identity_of_start(&id.parse().unwrap(), &serde_json::from_str(body).unwrap()))
    }

    fn given(values: &[&[u8]]) -> Result<Option<String>, String> {
        let request = values.iter().fold(TestRequest::post(), |request, value| {
            request.append_header(("idempotency-key", HeaderValue::from_bytes(value).unwrap()))
        });
        read(&request.to_http_request()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_key_is_one_header_of_visible_characters() {
        let longest = "k".repeat(MAX_IDEMPOTENCY_KEY_CHARS);
        assert_eq!(given(&[]), Ok(None));
        assert_eq!(given(&[b" order-1042 "]), Ok(Some("order-1042".into())));
        assert_eq!(given(&[longest.as_bytes()]), Ok(Some(longest.clone())));
        for wrong in ["", " ", "schlüssel", &format!("{longest}k")] {
            assert!(given(&[wrong.as_bytes()]).unwrap_err().contains("1 to 200 visible"), "{wrong}");
        }
        assert!(given(&[b"a", b"a"]).unwrap_err().contains("more than one"));
    }

    #[test]
    fn a_field_that_is_null_is_not_part_of_the_hash() {
        let one = hash("w", r#"{"input": {"a": null}}"#);
        assert_eq!(one, hash("w", r#"{"input": {"a": null}, "yolo": null, "budget_usd": null, "triggered_by": null}"#));
        assert_ne!(one, hash("w", r#"{"input": {}}"#));
        assert_ne!(one, hash("w", r#"{"input": {"a": null}, "yolo": false}"#));
        // A later version must compute the same, as hashes are stored with their keys.
        assert_eq!(one, "65e8046a60768745da29ec82b53a5fc5fd0c8d8c553a0e9bcb6cda5ab5dfd7f6");
    }

    #[test]
    fn the_order_of_keys_does_not_change_the_hash() {
        let one = hash("w", r#"{"input": {"a": {"x": 1, "y": 2}, "b": [1, 2]}, "yolo": true}"#);
        assert_eq!(one, hash("w", r#"{"yolo": true, "input": {"b": [1, 2], "a": {"y": 2, "x": 1}}}"#));
        assert_ne!(one, hash("w", r#"{"yolo": true, "input": {"b": [2, 1], "a": {"y": 2, "x": 1}}}"#));
        assert_ne!(one, hash("v", r#"{"input": {"a": {"x": 1, "y": 2}, "b": [1, 2]}, "yolo": true}"#));
    }

    #[test]
    fn a_request_is_its_operation_its_address_and_its_body() {
        let hash = |operation: &str, target: &str, body: &str| {
            let body: PatchStep = serde_json::from_str(body).unwrap();
            let key = KeyHeader(Some("k".into())).of_patch(operation, &target, &body).unwrap();
            (key.operation, key.request_hash)
        };
        let one = hash("retry_step", "a", r#"{"model": null}"#);
        assert_eq!(one, hash("retry_step", "a", r#"{"model": null}"#));
        for other in [
            hash("retry_step", "a", "{}"),
            hash("retry_step", "b", r#"{"model": null}"#),
            hash("copy_workflow", "a", r#"{"model": null}"#),
        ] {
            assert_ne!(one, other);
        }
        assert_eq!(KeyHeader(None).of("create_workflow", &(), &json!({})), None);
    }
}
