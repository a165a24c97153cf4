//! Content negotiation (RFC 9110, section 12.5).

use actix_web::http::header::{Accept, AcceptEncoding, ContentEncoding, Encoding, Preference, Quality};
use actix_web::{HttpMessage as _, HttpRequest};

/// Whether the client accepts `text/html` by name, as browsers do when they open an address. Every client sends `*/*`.
pub fn wants_page(request: &HttpRequest) -> bool {
    let Some(accept) = request.get_header::<Accept>() else { return false };
    accept.iter().any(|range| range.item.essence_str() == "text/html" && range.quality > Quality::ZERO)
}

/// The encodings of precompressed files, smallest first, with the suffixes of their names.
const COMPRESSED: [(ContentEncoding, &str); 2] = [(ContentEncoding::Brotli, ".br"), (ContentEncoding::Gzip, ".gz")];

/// The precompressed encodings that the client accepts, smallest first. Weights do not matter, as every encoding
/// decodes to the same bytes; `q=0` excludes one.
pub fn compressed(request: &HttpRequest) -> impl Iterator<Item = (ContentEncoding, &'static str)> {
    let accept = request.get_header::<AcceptEncoding>();
    COMPRESSED.into_iter().filter(move |(encoding, _)| accept.as_ref().is_some_and(|accept| takes(accept, *encoding)))
}

fn takes(accept: &AcceptEncoding, encoding: ContentEncoding) -> bool {
    let named = accept.iter().find(|range| range.item == Preference::Specific(Encoding::Known(encoding)));
    let range = named.or_else(|| accept.iter().find(|range| range.item == Preference::Any));
    range.is_some_and(|range| range.quality > Quality::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_smallest_that_is_not_refused() {
        let endings = |header: &str| {
            let request = TestRequest::get().insert_header(("accept-encoding", header)).to_http_request();
            compressed(&request).map(|(_, ending)| ending).collect::<String>()
        };
        for (header, expected) in [
            ("gzip, deflate, br, zstd", ".br.gz"),
            ("gzip;q=1.0, br;q=0.1", ".br.gz"),
            ("br;q=0, gzip", ".gz"),
            ("*", ".br.gz"),
            ("*, br;q=0", ".gz"),
            ("br, *;q=0", ".br"),
            ("identity", ""),
            ("deflate, zstd", ""),
        ] {
            assert_eq!(endings(header), expected, "{header}");
        }
        assert_eq!(compressed(&TestRequest::get().to_http_request()).count(), 0);
    }

    #[test]
    fn a_page_is_asked_for_by_name() {
        let wants = |header: &str| wants_page(&TestRequest::get().insert_header(("accept", header)).to_http_request());
        assert!(wants("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(wants("application/json, TEXT/HTML;charset=utf-8"));
        assert!(!wants("*/*") && !wants("application/json") && !wants("text/html;q=0") && !wants("text/*"));
        assert!(!wants_page(&TestRequest::get().to_http_request()));
    }
}
