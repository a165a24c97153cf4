//! Personas.

use sluice_types::limits::MAX_PAGE;
use sluice_types::{CreatePersona, Persona, PersonaId, PersonaPage, UpdatePersona};

use super::error::ApiResult;
use super::http::Call;

/// A page of personas; as many as a page may hold.
pub async fn list(cursor: Option<String>) -> ApiResult<PersonaPage> {
    Call::get("/personas").query([("limit", Some(MAX_PAGE.to_string())), ("cursor", cursor)]).answer().await
}

/// One persona.
pub async fn get(id: &PersonaId) -> ApiResult<Persona> {
    Call::get(&format!("/personas/{id}")).answer().await
}

/// Creates a persona.
pub async fn create(persona: &CreatePersona) -> ApiResult<Persona> {
    Call::post("/personas").json(persona).answer().await
}

/// Saves over `version`.
pub async fn update(id: &PersonaId, version: i64, persona: &UpdatePersona) -> ApiResult<Persona> {
    Call::put(&format!("/personas/{id}")).if_match(version).json(persona).answer().await
}

/// Removes a persona.
pub async fn delete(id: &PersonaId) -> ApiResult<()> {
    Call::delete(&format!("/personas/{id}")).done().await
}
