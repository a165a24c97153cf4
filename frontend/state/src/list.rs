//! A list that is loaded page by page: its query, its form in the URL, and its items.

mod pages;
#[cfg(test)]
mod tests;

use sluice_types::ListQuery;

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

/// Filter and order of the listed workflows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListState {
    /// Words that the name or description holds, as typed.
    pub search: String,
    /// The order.
    pub sort: Sort,
    /// A tag that they have.
    pub tag: Option<String>,
    /// Their category.
    pub category: Option<String>,
    /// Whether they are templates; both when `None`.
    pub is_template: Option<bool>,
}

impl ListState {
    /// Parses the URL query. Unknown parameters are ignored: URLs are typed and stored.
    #[must_use]
    pub fn from_params(params: &[(String, String)]) -> Self {
        let mut state = Self::default();
        for (name, value) in params {
            let text = || Some(value.clone()).filter(|value| !value.trim().is_empty());
            match name.as_str() {
                "q" => value.clone_into(&mut state.search),
                "sort" => state.sort = Sort::parse(value).unwrap_or_default(),
                "tag" => state.tag = text(),
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
        let params = [
            ("q", (!search.is_empty()).then(|| search.to_owned())),
            ("sort", (self.sort != Sort::default()).then(|| self.sort.as_str().to_owned())),
            ("tag", self.tag.clone()),
            ("category", self.category.clone()),
            ("templates", self.is_template.map(|is| is.to_string())),
        ];
        params.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// The query for the server, from a cursor on.
    #[must_use]
    pub fn to_query(&self, cursor: Option<String>) -> ListQuery {
        let search = self.search.trim();
        ListQuery {
            limit: Some(PAGE_SIZE),
            cursor,
            sort: Some(self.sort.as_str().to_owned()),
            search: (!search.is_empty()).then(|| search.to_owned()),
            tag: self.tag.clone(),
            category: self.category.clone(),
            is_template: self.is_template,
            ..ListQuery::default()
        }
    }

    /// Whether a filter is active: an empty list then shows a different message.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.search.trim().is_empty() || self.tag.is_some() || self.category.is_some() || self.is_template.is_some()
    }
}
