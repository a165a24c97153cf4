//! The document as it is served. It is the committed one: to generate it at each start took 16 MB, a third of the memory
//! of an idle server.

use std::sync::LazyLock;

use super::older_rendition;
use crate::addresses::Addresses;
use crate::etag::tag_of;

/// The document of this version, as `cargo xtask openapi` has generated it.
const TEXT: &str = include_str!("../../../../openapi/openapi.json");

static OLDER: LazyLock<String> =
    LazyLock::new(|| older_rendition(serde_json::from_str(TEXT).unwrap_or_default()).to_string());

/// The document as it is served, with the addresses in it.
#[derive(Clone)]
pub struct Document {
    addresses: Addresses,
    tag: String,
}

impl Document {
    /// Reads the addresses of the document.
    pub fn new() -> serde_json::Result<Self> {
        Ok(Self { addresses: Addresses::of(TEXT)?, tag: tag_of(TEXT.as_bytes()).tag().to_owned() })
    }

    /// The document as JSON.
    pub fn text() -> &'static str {
        TEXT
    }

    /// The document as OpenAPI 3.0, as JSON.
    pub fn older_text() -> &'static str {
        &OLDER
    }

    /// A tag of the document. It differs between versions of the server whose answers have other forms.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// Whether an operation takes query parameters.
    pub fn takes_query(&self, path: &str, method: &str) -> bool {
        self.addresses.takes_query(path, method)
    }

    /// The methods of an address; empty when it is unknown.
    pub fn methods_at(&self, path: &str) -> &[&'static str] {
        self.addresses.methods_at(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_that_of_the_routes() {
        let generated = crate::routes::document().to_pretty_json().unwrap();
        assert!(TEXT.trim_end() == generated.trim_end(), "run `cargo xtask openapi`, and commit the result");
        assert!(Document::older_text().starts_with("{\"openapi\":\"3.0"), "{}", &Document::older_text()[..40]);
    }
}
