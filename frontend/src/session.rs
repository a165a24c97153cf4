//! Server data that every page may use: providers and personas, and what agents and tools are there.

use leptos::prelude::*;
use sluice_types::{Agent, McpServer, Persona, Provider, ToolResource};
use sluice_web_state::model_choice::default_change;

use crate::api::{self, ApiResult};
use crate::cached::Cached;
use crate::components::Toasts;

/// Loaded once, and again when it was changed in the settings.
#[derive(Clone, Copy)]
pub struct Session {
    /// All providers, and whether they can be used.
    pub providers: Cached<Vec<Provider>>,
    /// All personas.
    pub personas: Cached<Vec<Persona>>,
    /// All agents; read when they are first wanted.
    pub agents: Cached<Vec<Agent>>,
    /// All MCP servers; read when they are first wanted.
    pub mcp_servers: Cached<Vec<McpServer>>,
    /// All tools; read when they are first wanted.
    pub tools: Cached<Vec<ToolResource>>,
}

impl Session {
    /// Begins to load, for the whole app.
    pub fn provide() {
        let session = Self {
            providers: Cached::new(|| async { Ok(api::providers::list().await?.items) }),
            personas: Cached::new(|| all_pages(personas)),
            agents: Cached::later(|| all_pages(agents)),
            mcp_servers: Cached::later(|| all_pages(mcp_servers)),
            tools: Cached::later(|| all_pages(tools)),
        };
        session.tell_of_another_default();
        provide_context(session);
    }

    /// A key that is stored or taken away may change which model is called where nobody names one.
    fn tell_of_another_default(self) {
        let toasts = expect_context::<Toasts>();
        let mut before = None;
        Effect::new(move || {
            let Some(now) = self.providers.get() else { return };
            if let Some(change) = before.replace(now.clone()).and_then(|before: Vec<_>| default_change(&before, &now)) {
                toasts.notice_with_page(change, "Choose a model for each", "/");
            }
        });
    }
}

/// A page of a list, and the cursor of the next one.
pub type Page<T> = (Vec<T>, Option<String>);

/// All pages of a list.
pub async fn all_pages<T, F>(page: impl Fn(Option<String>) -> F) -> ApiResult<Vec<T>>
where
    F: Future<Output = ApiResult<Page<T>>>,
{
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let (items, next) = page(cursor).await?;
        all.extend(items);
        if next.is_none() {
            return Ok(all);
        }
        cursor = next;
    }
}

async fn personas(cursor: Option<String>) -> ApiResult<Page<Persona>> {
    api::personas::list(cursor).await.map(|page| (page.items, page.next_cursor))
}

async fn agents(cursor: Option<String>) -> ApiResult<Page<Agent>> {
    api::agents::list(cursor).await.map(|page| (page.items, page.next_cursor))
}

async fn mcp_servers(cursor: Option<String>) -> ApiResult<Page<McpServer>> {
    api::mcp_servers::list(cursor).await.map(|page| (page.items, page.next_cursor))
}

async fn tools(cursor: Option<String>) -> ApiResult<Page<ToolResource>> {
    api::resources::tools(cursor).await.map(|page| (page.items, page.next_cursor))
}
