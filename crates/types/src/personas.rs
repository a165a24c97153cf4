//! Personas: a voice and instructions put before a step's system prompt.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::PersonaId;
use crate::{integer, patch};

/// A voice and instructions that steps can use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Persona {
    /// Unique in the tenant.
    pub id: PersonaId,
    /// Display name.
    pub name: String,
    /// Purpose of the persona.
    pub description: String,
    /// Instructions, put before the system prompt.
    pub instructions: String,
    /// Counts the changes; it is the `ETag`.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A persona to create.
///
/// It accepts the response of `GET` too: the fields that the server sets are allowed and ignored.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePersona {
    /// Default: derived from the name. It cannot change later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PersonaId>,
    /// Display name.
    pub name: String,
    /// Purpose of the persona.
    #[serde(default)]
    pub description: String,
    /// Instructions, put before the system prompt.
    pub instructions: String,
    /// Accepted and ignored: a new persona has version 1.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub version: Option<i64>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
}

/// A persona that replaces the version in `If-Match`.
///
/// It accepts the response of `GET` too: `id` and the times are allowed and ignored, and `version` stands for a missing
/// `If-Match`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdatePersona {
    /// Display name.
    pub name: String,
    /// Purpose of the persona.
    #[serde(default)]
    pub description: String,
    /// Instructions, put before the system prompt.
    pub instructions: String,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PersonaId>,
    /// The version that was read: only this one is replaced. `If-Match` takes precedence.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub version: Option<i64>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// Accepted and ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
}

/// Changes of a persona, as a JSON merge patch (RFC 7396). Absent fields stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchPersona {
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::given")]
    #[schema(value_type = String)]
    pub name: Option<String>,
    /// Purpose of the persona; `null` empties it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<String>)]
    pub description: Option<Option<String>>,
    /// Instructions, put before the system prompt.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::given")]
    #[schema(value_type = String)]
    pub instructions: Option<String>,
}

/// A page of personas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PersonaPage {
    /// The personas, by id.
    pub items: Vec<Persona>,
    /// The `cursor` of the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}
