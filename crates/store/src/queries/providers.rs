//! Credentials of providers.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Connection, Result};
use crate::providers::{CredentialChange, StoredCredential};
use crate::rows::CredentialRow;
use crate::schema::credentials;
use crate::time::{from_micros, to_micros};

fn into_credential(row: CredentialRow) -> StoredCredential {
    StoredCredential {
        provider: row.provider,
        sealed_key: row.sealed_key,
        key_hint: row.key_hint,
        base_url: row.base_url,
        default_model: row.default_model,
        created_at: from_micros(row.created_at),
        updated_at: from_micros(row.updated_at),
    }
}

pub async fn all(conn: &mut Connection, tenant: &str) -> Result<Vec<StoredCredential>> {
    let rows: Vec<CredentialRow> = credentials::table
        .filter(credentials::tenant_id.eq(tenant))
        .select(CredentialRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(into_credential).collect())
}

/// Changes a credential, or stores the first one; the time of the first one stays.
pub async fn change(
    conn: &mut Connection,
    tenant: &str,
    provider: &str,
    change: &CredentialChange,
    now: DateTime<Utc>,
) -> Result<StoredCredential> {
    let empty = CredentialRow {
        tenant_id: tenant.to_owned(),
        provider: provider.to_owned(),
        sealed_key: None,
        key_hint: None,
        base_url: None,
        default_model: None,
        created_at: to_micros(now),
        updated_at: to_micros(now),
    };
    // Writing first locks the row: a change at the same time waits here and then sees this one.
    let row = diesel::insert_into(credentials::table)
        .values(&empty)
        .on_conflict((credentials::tenant_id, credentials::provider))
        .do_update()
        .set(credentials::updated_at.eq(empty.updated_at))
        .returning(CredentialRow::as_returning())
        .get_result(conn)
        .await?;
    let mut credential = into_credential(row);
    change.apply(&mut credential);
    diesel::update(credentials::table.find((tenant, provider)))
        .set((
            credentials::sealed_key.eq(&credential.sealed_key),
            credentials::key_hint.eq(&credential.key_hint),
            credentials::base_url.eq(&credential.base_url),
            credentials::default_model.eq(&credential.default_model),
        ))
        .execute(conn)
        .await?;
    Ok(credential)
}

pub async fn delete(conn: &mut Connection, tenant: &str, provider: &str) -> Result<bool> {
    Ok(diesel::delete(credentials::table.find((tenant, provider))).execute(conn).await? > 0)
}
