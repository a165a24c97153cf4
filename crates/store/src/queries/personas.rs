//! Personas.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sluice_types::Persona;

use super::{Connection, Result};
use crate::error::StoreError;
use crate::resources::ResourceUpdate;
use crate::rows::PersonaRow;
use crate::schema::personas;
use crate::time::{from_micros, to_micros};

fn into_persona(row: PersonaRow) -> Result<Persona> {
    Ok(Persona {
        id: row.id.parse().map_err(|_| StoreError::Corrupt(format!("persona id {}", row.id)))?,
        name: row.name,
        description: row.description,
        instructions: row.instructions,
        version: row.version,
        created_at: from_micros(row.created_at),
        updated_at: from_micros(row.updated_at),
    })
}

pub async fn get(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<Persona>> {
    let row = personas::table.find((tenant, id)).select(PersonaRow::as_select()).first(conn).await.optional()?;
    row.map(into_persona).transpose()
}

pub async fn list(conn: &mut Connection, tenant: &str, after: Option<String>, limit: u32) -> Result<Vec<Persona>> {
    let rows: Vec<PersonaRow> = personas::table
        .filter(personas::tenant_id.eq(tenant).and(personas::id.gt(after.unwrap_or_default())))
        .order(personas::id.asc())
        .limit(i64::from(limit) + 1)
        .select(PersonaRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(into_persona).collect()
}

/// The ids of all personas.
pub async fn ids(conn: &mut Connection, tenant: &str) -> Result<Vec<String>> {
    Ok(personas::table.filter(personas::tenant_id.eq(tenant)).select(personas::id).load(conn).await?)
}

pub async fn create(conn: &mut Connection, tenant: &str, persona: &Persona) -> Result<()> {
    let row = PersonaRow {
        tenant_id: tenant.to_owned(),
        id: persona.id.to_string(),
        name: persona.name.clone(),
        description: persona.description.clone(),
        instructions: persona.instructions.clone(),
        version: persona.version,
        created_at: to_micros(persona.created_at),
        updated_at: to_micros(persona.updated_at),
    };
    diesel::insert_into(personas::table).values(row).execute(conn).await?;
    Ok(())
}

/// Saves a persona over the version before it.
pub async fn update(conn: &mut Connection, tenant: &str, persona: &Persona) -> Result<ResourceUpdate> {
    let id = persona.id.as_str();
    let saved = diesel::update(personas::table.find((tenant, id)).filter(personas::version.eq(persona.version - 1)))
        .set((
            personas::name.eq(&persona.name),
            personas::description.eq(&persona.description),
            personas::instructions.eq(&persona.instructions),
            personas::version.eq(persona.version),
            personas::updated_at.eq(to_micros(persona.updated_at)),
        ))
        .execute(conn)
        .await?;
    outcome(conn, tenant, id, saved).await
}

pub async fn delete(conn: &mut Connection, tenant: &str, id: &str, version: Option<i64>) -> Result<ResourceUpdate> {
    let deleted = match version {
        Some(version) => {
            diesel::delete(personas::table.find((tenant, id)).filter(personas::version.eq(version)))
                .execute(conn)
                .await?
        }
        None => diesel::delete(personas::table.find((tenant, id))).execute(conn).await?,
    };
    outcome(conn, tenant, id, deleted).await
}

async fn outcome(conn: &mut Connection, tenant: &str, id: &str, changed: usize) -> Result<ResourceUpdate> {
    if changed > 0 {
        return Ok(ResourceUpdate::Saved);
    }
    let current = personas::table.find((tenant, id)).select(personas::version).first(conn).await.optional()?;
    Ok(current.map_or(ResourceUpdate::NotFound, ResourceUpdate::Stale))
}
