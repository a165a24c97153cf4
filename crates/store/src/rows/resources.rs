//! Rows of personas and credentials.

use diesel::prelude::*;

use crate::schema::{credentials, personas};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = personas)]
pub(crate) struct PersonaRow {
    pub tenant_id: String,
    pub id: String,
    pub name: String,
    pub description: String,
    pub instructions: String,
    pub version: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = credentials, treat_none_as_null = true)]
pub(crate) struct CredentialRow {
    pub tenant_id: String,
    pub provider: String,
    pub sealed_key: Option<Vec<u8>>,
    pub key_hint: Option<String>,
    pub base_url: Option<String>,
    pub default_model: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}
