//! Forms for resources of the server: their storage in the browser, and input during a save.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The values of a form. Secrets are not serialised.
pub trait FormData: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Takes over the stored values of `sent`, unless the form has changed since.
    fn take_stored(&mut self, sent: &Self, stored: &Self) {
        if self == sent {
            self.clone_from(stored);
        }
    }
}

/// A form that was typed and not saved, as the browser keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnsavedForm<F> {
    /// The version that the form is based on; `None` for a resource without versions, and for a new one.
    pub version: Option<i64>,
    /// The typed values.
    pub form: F,
}

impl<F: FormData> UnsavedForm<F> {
    /// The text to keep.
    #[must_use]
    pub fn to_json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// Parses a stored text; `None` when another version of the app wrote it.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// The fault of a text that is too long.
pub(crate) fn too_long(text: &str, most: usize) -> Option<String> {
    let count = text.chars().count();
    (count > most).then(|| format!("At most {most} characters; it has {count}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::CredentialForm;
    use crate::persona::PersonaForm;

    #[test]
    fn a_draft_is_read_again_and_holds_no_key() {
        let form = PersonaForm { name: "Plain\n".into(), description: "for \"us\"".into(), instructions: "ä".into() };
        for version in [None, Some(7)] {
            let draft = UnsavedForm { version, form: form.clone() };
            assert_eq!(UnsavedForm::from_json(&draft.to_json().unwrap()), Some(draft));
        }
        for other in ["", "null", "[1]", r#"[1,"a","b","c"]"#, r#"{"version":1,"form":{"name":"a"}}"#] {
            assert_eq!(UnsavedForm::<PersonaForm>::from_json(other), None, "{other}");
        }
        let secret =
            CredentialForm { api_key: "sk-1".into(), base_url: "http://a".into(), ..CredentialForm::default() };
        let text = UnsavedForm { version: None, form: secret.clone() }.to_json().unwrap();
        assert!(!text.contains("sk-1"), "{text}");
        let read = UnsavedForm::<CredentialForm>::from_json(&text).unwrap().form;
        assert_eq!(read, CredentialForm { api_key: String::new(), ..secret });
    }

    #[test]
    fn what_is_typed_while_it_is_saved_stays() {
        let form = |api_key: &str, base_url: &str| CredentialForm {
            api_key: api_key.into(),
            base_url: base_url.into(),
            ..CredentialForm::default()
        };
        let (sent, stored) = (form("sk-1", " http://a "), form("", "http://a"));
        let mut typed = form("sk-1", "http://b");
        typed.take_stored(&sent, &stored);
        assert_eq!(typed, form("", "http://b"));
        let mut same = sent.clone();
        same.take_stored(&sent, &stored);
        assert_eq!(same, stored);
        let persona = |name: &str| PersonaForm { name: name.into(), ..PersonaForm::default() };
        let mut typed = persona("more");
        typed.take_stored(&persona("sent"), &persona("stored"));
        assert_eq!(typed, persona("more"));
    }
}
