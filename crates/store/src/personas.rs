//! Personas: the store's side of them.

use sluice_types::{Persona, PersonaId, PersonaPage, TenantId};

use crate::cursor::{Cursor, page};
use crate::error::StoreError;
use crate::resources::ResourceUpdate;
use crate::store::{Store, read, write};

impl Store {
    /// A persona.
    pub async fn persona(&self, tenant: &TenantId, id: &PersonaId) -> Result<Option<Persona>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::personas::get(conn, tenant.as_str(), id.as_str()))
    }

    /// A page of personas, by id.
    pub async fn personas(
        &self,
        tenant: &TenantId,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<PersonaPage, StoreError> {
        let (tenant, after) = (tenant.clone(), cursor.map(|cursor| cursor.id));
        let rows = read!(self, |conn| queries::personas::list(conn, tenant.as_str(), after, limit))?;
        let (items, next_cursor) =
            page(rows, limit, |last| Cursor { sort: "id".into(), key: String::new(), id: last.id.to_string() });
        Ok(PersonaPage { items, next_cursor })
    }

    /// The ids of all personas.
    pub async fn persona_ids(&self, tenant: &TenantId) -> Result<Vec<PersonaId>, StoreError> {
        let tenant = tenant.clone();
        let ids = read!(self, |conn| queries::personas::ids(conn, tenant.as_str()))?;
        ids.into_iter().map(|id| id.parse().map_err(|_| StoreError::Corrupt(format!("persona id {id}")))).collect()
    }

    /// Writes a new persona; `Duplicate` when its id is taken.
    pub async fn create_persona(&self, tenant: &TenantId, persona: Persona) -> Result<(), StoreError> {
        let tenant = tenant.clone();
        write!(self, |conn| queries::personas::create(conn, tenant.as_str(), &persona))
    }

    /// Saves a persona over the version before the one that it holds.
    pub async fn update_persona(&self, tenant: &TenantId, persona: Persona) -> Result<ResourceUpdate, StoreError> {
        let tenant = tenant.clone();
        write!(self, |conn| queries::personas::update(conn, tenant.as_str(), &persona))
    }

    /// Deletes a persona, if it has the given version.
    pub async fn delete_persona(
        &self,
        tenant: &TenantId,
        id: &PersonaId,
        version: Option<i64>,
    ) -> Result<ResourceUpdate, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        write!(self, |conn| queries::personas::delete(conn, tenant.as_str(), id.as_str(), version))
    }
}
