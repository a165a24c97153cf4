//! Lower and upper case.
//!
//! In a browser, the browser knows them: the tables of the standard library would be 9 KB of what is sent.

/// All in lower case.
pub fn lower(text: &str) -> String {
    #[cfg(target_arch = "wasm32")]
    return js_sys::JsString::from(text).to_lower_case().into();
    #[cfg(not(target_arch = "wasm32"))]
    text.to_lowercase()
}

fn upper(text: &str) -> String {
    #[cfg(target_arch = "wasm32")]
    return js_sys::JsString::from(text).to_upper_case().into();
    #[cfg(not(target_arch = "wasm32"))]
    text.to_uppercase()
}

/// Begins with a capital letter.
pub fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    let first: String = rest.next().into_iter().collect();
    upper(&first) + rest.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_all_scripts_change_their_case() {
        assert_eq!(lower("Größe ΣΑΣ"), "größe σας");
        assert_eq!(["", "a b", "émile", "ß"].map(capitalised), ["", "A b", "Émile", "SS"]);
    }
}
