//! The search words of workflows, in a table of their own, so that a search reads no definitions.

use diesel::expression::IntoSql as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use sluice_types::{Index, Workflow};

use super::workflows::literal;
use super::{Backend, Connection, Result};
use crate::rows::SearchedRow;
use crate::schema::{workflow_search, workflows};

/// Workflows whose words one transaction writes.
const PIECE: i64 = 500;

/// Writes the words of a workflow over those there are.
pub async fn write(conn: &mut Connection, tenant: &str, workflow: &Workflow) -> Result<()> {
    let index = Index::of(&workflow.definition);
    let labels = index.places().iter().map(|place| place.step.label.as_str());
    let tags = workflow.tags.iter().map(String::as_str);
    let words = words(workflow.id.as_str(), &workflow.name, &workflow.description, tags.chain(labels));
    let id = workflow.id.as_str();
    diesel::delete(workflow_search::table.find((tenant, id))).execute(conn).await?;
    diesel::insert_into(workflow_search::table)
        .values((
            workflow_search::tenant_id.eq(tenant),
            workflow_search::workflow_id.eq(id),
            workflow_search::words.eq(words),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Writes the words of workflows that have none, as an older server saved them, after a workflow. Answers the last one that was
/// looked at, when more may follow.
pub async fn fill(conn: &mut Connection, after: Option<(String, String)>) -> Result<Option<(String, String)>> {
    let row = workflow_search::tenant_id.eq(workflows::tenant_id).and(workflow_search::workflow_id.eq(workflows::id));
    let mut missing = workflows::table
        .left_join(workflow_search::table.on(row))
        // By indexes alone: another column of the workflows would read the pages of each definition at each start.
        .filter(workflow_search::words.nullable().is_null())
        .order((workflows::tenant_id.asc(), workflows::id.asc()))
        .limit(PIECE)
        .select(SearchedRow::as_select())
        .into_boxed::<Backend>();
    if let Some((tenant, id)) = after {
        missing = missing
            .filter(workflows::tenant_id.ge(tenant.clone()))
            .filter(workflows::tenant_id.gt(tenant).or(workflows::id.gt(id)));
    }
    let rows: Vec<SearchedRow> = missing.load(conn).await?;
    let is_last = i64::try_from(rows.len()).is_ok_and(|count| count < PIECE);
    let last = rows.last().map(|row| (row.tenant_id.clone(), row.id.clone()));
    for row in rows {
        let texts = row.texts();
        let words = words(&row.id, &row.name, &row.description, texts.iter().map(String::as_str));
        // The workflow may be deleted meanwhile, and another server may be here, too.
        let there = workflows::table.find((row.tenant_id.clone(), row.id.clone()));
        diesel::insert_into(workflow_search::table)
            .values(there.select((workflows::tenant_id, workflows::id, words.into_sql::<Text>())))
            .into_columns((workflow_search::tenant_id, workflow_search::workflow_id, workflow_search::words))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
    }
    Ok(last.filter(|_| !is_last))
}

/// Lower case as Rust knows it: SQLite's own knows ASCII only.
fn words<'a>(id: &str, name: &str, description: &str, more: impl Iterator<Item = &'a str>) -> String {
    let mut words = [name, description, id].join("\n");
    for text in more {
        words.push('\n');
        words.push_str(text);
    }
    words.to_lowercase()
}

type Found = workflow_search::BoxedQuery<'static, Backend, Text>;

/// The ids of the workflows that have each of some words, which white space separates.
pub fn found(tenant: &str, words: &str) -> Found {
    let mut found = workflow_search::table
        .filter(workflow_search::tenant_id.eq(tenant.to_owned()))
        .select(workflow_search::workflow_id)
        .into_boxed::<Backend>();
    for word in words.to_lowercase().split_whitespace() {
        found = found.filter(workflow_search::words.like(format!("%{}%", literal(word))).escape('\\'));
    }
    found
}
