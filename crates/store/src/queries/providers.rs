//! Credentials of providers.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Connection, Result};
use crate::providers::StoredCredential;
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

/// Stores a credential in the place of the one there is; the time of the first one stays.
pub async fn put(conn: &mut Connection, tenant: &str, credential: &StoredCredential) -> Result<()> {
    let row = CredentialRow {
        tenant_id: tenant.to_owned(),
        provider: credential.provider.clone(),
        sealed_key: credential.sealed_key.clone(),
        key_hint: credential.key_hint.clone(),
        base_url: credential.base_url.clone(),
        default_model: credential.default_model.clone(),
        created_at: to_micros(credential.created_at),
        updated_at: to_micros(credential.updated_at),
    };
    diesel::insert_into(credentials::table)
        .values(&row)
        .on_conflict((credentials::tenant_id, credentials::provider))
        .do_update()
        .set((
            credentials::sealed_key.eq(row.sealed_key.clone()),
            credentials::key_hint.eq(row.key_hint.clone()),
            credentials::base_url.eq(row.base_url.clone()),
            credentials::default_model.eq(row.default_model.clone()),
            credentials::updated_at.eq(row.updated_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn delete(conn: &mut Connection, tenant: &str, provider: &str) -> Result<bool> {
    Ok(diesel::delete(credentials::table.find((tenant, provider))).execute(conn).await? > 0)
}
