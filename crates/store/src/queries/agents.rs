//! Agents.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value, json};
use sluice_types::Agent;

use super::workflows::{literal, pattern};
use super::{Backend, Connection, Result, idempotency};
use crate::error::StoreError;
use crate::idempotency::IdempotencyKey;
use crate::resources::ResourceUpdate;
use crate::rows::{AgentRow, read_json, readable, write_json};
use crate::schema::agents;
use crate::time::{from_micros, to_micros};

/// The fields that have columns.
const COLUMNS: [&str; 5] = ["id", "name", "version", "created_at", "updated_at"];

fn into_agent(row: AgentRow) -> Result<Agent> {
    let mut fields: Map<String, Value> = read_json(&row.settings)?;
    fields.insert("id".into(), Value::String(row.id));
    fields.insert("name".into(), Value::String(row.name));
    fields.insert("version".into(), json!(row.version));
    fields.insert("created_at".into(), json!(from_micros(row.created_at)));
    fields.insert("updated_at".into(), json!(from_micros(row.updated_at)));
    serde_json::from_value(Value::Object(fields)).map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn row(tenant: &str, agent: &Agent) -> Result<AgentRow> {
    let mut settings = serde_json::to_value(agent).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    if let Value::Object(fields) = &mut settings {
        fields.retain(|field, _| !COLUMNS.contains(&field.as_str()));
    }
    Ok(AgentRow {
        tenant_id: tenant.to_owned(),
        id: agent.id.to_string(),
        name: agent.name.clone(),
        settings: write_json(&settings)?,
        search_text: format!("{}\n{}\n{}", agent.id, agent.name, agent.description).to_lowercase(),
        version: agent.version,
        created_at: to_micros(agent.created_at),
        updated_at: to_micros(agent.updated_at),
    })
}

pub async fn by_id(conn: &mut Connection, tenant: &str, ids: &[String]) -> Result<Vec<Agent>> {
    let rows: Vec<AgentRow> = agents::table
        .filter(agents::tenant_id.eq(tenant).and(agents::id.eq_any(ids)))
        .select(AgentRow::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(into_agent).collect()
}

pub async fn list(
    conn: &mut Connection,
    tenant: &str,
    words: Option<&str>,
    after: Option<String>,
    limit: u32,
) -> Result<Vec<Agent>> {
    let mut query = agents::table
        .filter(agents::tenant_id.eq(tenant.to_owned()).and(agents::id.gt(after.unwrap_or_default())))
        .order(agents::id.asc())
        .limit(i64::from(limit) + 1)
        .select(AgentRow::as_select())
        .into_boxed::<Backend>();
    if let Some(words) = words {
        query = query.filter(agents::search_text.like(pattern(words)).escape('\\'));
    }
    let rows: Vec<AgentRow> = query.load(conn).await?;
    Ok(readable(rows.into_iter().map(into_agent)))
}

/// The ids that are `base`, or begin with `prefix` and a hyphen.
pub async fn taken_ids(conn: &mut Connection, tenant: &str, base: &str, prefix: &str) -> Result<Vec<String>> {
    let numbered = format!("{}-%", literal(prefix));
    Ok(agents::table
        .filter(agents::tenant_id.eq(tenant))
        .filter(agents::id.eq(base).or(agents::id.like(numbered).escape('\\')))
        .select(agents::id)
        .load(conn)
        .await?)
}

pub async fn create(conn: &mut Connection, tenant: &str, agent: &Agent, key: Option<&IdempotencyKey>) -> Result<()> {
    diesel::insert_into(agents::table).values(row(tenant, agent)?).execute(conn).await?;
    match key {
        Some(key) => idempotency::claim(conn, tenant, key, agent.id.as_str(), to_micros(agent.created_at)).await,
        None => Ok(()),
    }
}

/// Saves an agent over the version before it.
pub async fn update(conn: &mut Connection, tenant: &str, agent: &Agent) -> Result<ResourceUpdate> {
    let id = agent.id.as_str();
    let before = agents::table.find((tenant, id)).filter(agents::version.eq(agent.version - 1));
    let saved = diesel::update(before).set(row(tenant, agent)?).execute(conn).await?;
    outcome(conn, tenant, id, saved).await
}

pub async fn delete(conn: &mut Connection, tenant: &str, id: &str, version: Option<i64>) -> Result<ResourceUpdate> {
    let deleted = match version {
        Some(version) => {
            diesel::delete(agents::table.find((tenant, id)).filter(agents::version.eq(version))).execute(conn).await?
        }
        None => diesel::delete(agents::table.find((tenant, id))).execute(conn).await?,
    };
    outcome(conn, tenant, id, deleted).await
}

async fn outcome(conn: &mut Connection, tenant: &str, id: &str, changed: usize) -> Result<ResourceUpdate> {
    if changed > 0 {
        return Ok(ResourceUpdate::Saved);
    }
    let current = agents::table.find((tenant, id)).select(agents::version).first(conn).await.optional()?;
    Ok(current.map_or(ResourceUpdate::NotFound, ResourceUpdate::Stale))
}
