//! A list that is loaded page by page: its query, its form in the URL, and its items.

mod pages;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod token_tests;
pub mod tokens;

use std::collections::HashSet;

use sluice_types::limits::MAX_TAG_FILTERS;
use sluice_types::{ListQuery, WorkflowInclude};
use tokens::Token;

use crate::runs::StatusFilter;

pub use pages::{Ask, Item, Pages};

/// Items of one page.
pub const PAGE_SIZE: u32 = 50;

/// The orders that workflows can be listed in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
    /// By name.
    Name,
    /// By name, from the end of the alphabet.
    NameDescending,
}

impl Sort {
    /// Every order, as they are offered.
    pub const ALL: [Self; 4] = [Self::Newest, Self::Oldest, Self::Name, Self::NameDescending];

    /// The order as the API and the address spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "-updated_at",
            Self::Oldest => "updated_at",
            Self::Name => "name",
            Self::NameDescending => "-name",
        }
    }

    /// The order as people read it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Newest => "Newest first",
            Self::Oldest => "Oldest first",
            Self::Name => "Name, A to Z",
            Self::NameDescending => "Name, Z to A",
        }
    }

    /// Parses the result of [`Self::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text)
    }
}

/// The names that are there more than once, so that rows of one name need something else to be told apart by.
#[must_use]
pub fn repeated_names<'a>(names: impl Iterator<Item = &'a str>) -> HashSet<String> {
    let mut seen = HashSet::new();
    names.filter(|name| !seen.insert(*name)).map(str::to_owned).collect()
}

/// Filter and order of the listed workflows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListState {
    /// Words that the workflow is found by, as typed.
    pub search: String,
    /// The order.
    pub sort: Sort,
    /// Tags that they have, all of them.
    pub tags: Vec<String>,
    /// How the newest run stands.
    pub status: Option<StatusFilter>,
    /// Their category.
    pub category: Option<String>,
    /// Whether they are templates; both when `None`.
    pub is_template: Option<bool>,
}

impl ListState {
    /// The names of the parameters in the address.
    pub const PARAMS: [&'static str; 6] = ["q", "sort", "tag", "state", "category", "templates"];

    /// Parses the URL query. Unknown parameters are ignored: URLs are typed and stored.
    #[must_use]
    pub fn from_params(params: &[(String, String)]) -> Self {
        let mut state = Self::default();
        for (name, value) in params {
            let text = || Some(value.clone()).filter(|value| !value.trim().is_empty());
            match name.as_str() {
                "q" => value.clone_into(&mut state.search),
                "sort" => state.sort = Sort::parse(value).unwrap_or_default(),
                "tag" => _ = text().map(|tag| state.add(Token::Tag(tag))),
                "state" => state.status = StatusFilter::parse(value),
                "category" => state.category = text(),
                "templates" => state.is_template = value.parse().ok(),
                _ => {}
            }
        }
        state
    }

    /// The parameters of the URL: only those that differ from the defaults.
    #[must_use]
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let search = self.search.trim();
        let mut params = Vec::new();
        let mut put = |name, value: Option<String>| params.extend(value.map(|value| (name, value)));
        put("q", (!search.is_empty()).then(|| search.to_owned()));
        put("sort", (self.sort != Sort::default()).then(|| self.sort.as_str().to_owned()));
        for tag in &self.tags {
            put("tag", Some(tag.clone()));
        }
        put("state", self.status.map(|status| status.as_str().to_owned()));
        put("category", self.category.clone());
        put("templates", self.is_template.map(|is| is.to_string()));
        params
    }

    /// The query for the server, from a cursor on. The first page tells how many workflows there are.
    #[must_use]
    pub fn to_query(&self, cursor: Option<String>) -> ListQuery {
        let search = self.search.trim();
        let mut include = vec![WorkflowInclude::RecentExecutions];
        if cursor.is_none() {
            include.push(WorkflowInclude::Total);
        }
        ListQuery {
            limit: Some(PAGE_SIZE),
            cursor,
            sort: Some(self.sort.as_str().to_owned()),
            search: (!search.is_empty()).then(|| search.to_owned()),
            tag: self.tags.clone(),
            status: self.status.map(|status| status.statuses().to_vec()),
            category: self.category.clone(),
            is_template: self.is_template,
            include,
            ..ListQuery::default()
        }
    }

    /// Whether a filter is active: an empty list then shows a different message.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.search.trim().is_empty() || !self.tokens().is_empty() || self.is_template.is_some()
    }

    /// The filters, in the order in which they are shown.
    #[must_use]
    pub fn tokens(&self) -> Vec<Token> {
        let tags = self.tags.iter().cloned().map(Token::Tag);
        let status = self.status.map(Token::State);
        tags.chain(status).chain(self.category.clone().map(Token::Category)).collect()
    }

    /// Adds a filter. A workflow has one category and one newest run: another one takes the place of the one before.
    /// `false` when there are too many tags.
    pub fn add(&mut self, token: Token) -> bool {
        match token {
            Token::Tag(tag) if self.tags.contains(&tag) => {}
            Token::Tag(_) if self.tags.len() >= MAX_TAG_FILTERS => return false,
            Token::Tag(tag) => self.tags.push(tag),
            Token::State(status) => self.status = Some(status),
            Token::Category(category) => self.category = Some(category),
        }
        true
    }

    /// Takes a filter away.
    pub fn remove(&mut self, token: &Token) {
        match token {
            Token::Tag(tag) => self.tags.retain(|it| it != tag),
            Token::State(_) => self.status = None,
            Token::Category(_) => self.category = None,
        }
    }

    /// Takes all filters away; the order stays.
    pub fn clear(&mut self) {
        *self = Self { sort: self.sort, ..Self::default() };
    }

    /// Each filter by itself, with the list that it alone gives: which of them gives nothing?
    #[must_use]
    pub fn alone(&self) -> Vec<(Option<Token>, Self)> {
        let empty = Self { is_template: self.is_template, ..Self::default() };
        let search = self.search.trim();
        let words = (!search.is_empty()).then(|| (None, Self { search: search.to_owned(), ..empty.clone() }));
        let of = |token: Token| {
            let mut state = empty.clone();
            state.add(token.clone());
            (Some(token), state)
        };
        words.into_iter().chain(self.tokens().into_iter().map(of)).collect()
    }
}
