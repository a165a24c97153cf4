//! The form of a provider's credential: its values, the request, and the reason why a provider is not available.

use serde::{Deserialize, Serialize};
use sluice_types::{CredentialInfo, Provider, UpdateCredential};

use crate::form::FormData;

/// The values of a provider's form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialForm {
    /// A new key; empty keeps the stored one, unless the address changes. It is never written down.
    #[serde(skip)]
    pub api_key: String,
    /// Base URL of the provider; empty for its default address.
    pub base_url: String,
    /// Default model; empty for the provider's own default.
    pub default_model: String,
}

impl FormData for CredentialForm {
    fn take_stored(&mut self, sent: &Self, stored: &Self) {
        for (typed, sent, stored) in [
            (&mut self.api_key, &sent.api_key, &stored.api_key),
            (&mut self.base_url, &sent.base_url, &stored.base_url),
            (&mut self.default_model, &sent.default_model, &stored.default_model),
        ] {
            if typed == sent {
                typed.clone_from(stored);
            }
        }
    }
}

impl CredentialForm {
    /// The form as it is before anything is typed. The stored key is not known, so its field is empty.
    #[must_use]
    pub fn of_stored(stored: Option<&CredentialInfo>) -> Self {
        let text =
            |of: fn(&CredentialInfo) -> &Option<String>| stored.and_then(|it| of(it).clone()).unwrap_or_default();
        Self {
            api_key: String::new(),
            base_url: text(|stored| &stored.base_url),
            default_model: text(|stored| &stored.default_model),
        }
    }

    /// The changed fields to store; `None` without a change.
    #[must_use]
    pub fn request(&self, stored: Option<&CredentialInfo>) -> Option<UpdateCredential> {
        let key = self.api_key.trim();
        let request = UpdateCredential {
            api_key: (!key.is_empty()).then(|| Some(key.to_owned())),
            base_url: changed(&self.base_url, stored.and_then(|stored| stored.base_url.as_deref())),
            default_model: changed(&self.default_model, stored.and_then(|stored| stored.default_model.as_deref())),
        };
        let any = request.api_key.is_some() || request.base_url.is_some() || request.default_model.is_some();
        any.then_some(request)
    }

    /// The hint of the key's field: the effect of a save on the key. The server removes a stored key when the address
    /// changes without a new key.
    #[must_use]
    pub fn key_hint(&self, provider: &Provider) -> &'static str {
        let stored = provider.credential.as_ref();
        let has_key = stored.is_some_and(|stored| stored.key_hint.is_some());
        let has_typed = !self.api_key.trim().is_empty();
        let address = changed(&self.base_url, stored.and_then(|stored| stored.base_url.as_deref()));
        match (has_key, address) {
            (true, None) => "Leave it empty to keep the stored key.",
            (true, Some(None)) if !has_typed && provider.server_key => {
                "The stored key is for the other address: enter it again. Saved without one, the key of the server's environment is used."
            }
            (true, Some(_)) if !has_typed => {
                "The stored key is for the other address: enter it again. Saved without one, this provider will have no key."
            }
            (true, Some(_)) => "It is stored encrypted and cannot be read back.",
            (false, _) if provider.name.needs_key() => "It is stored encrypted and cannot be read back.",
            (false, _) => "Only if the server asks for one. It is stored encrypted and cannot be read back.",
        }
    }
}

/// Absent when unchanged, `null` when emptied, else the text.
#[expect(clippy::option_option, reason = "left out, `null` and a value are three things")]
fn changed(typed: &str, stored: Option<&str>) -> Option<Option<String>> {
    let typed = Some(typed.trim()).filter(|typed| !typed.is_empty());
    (typed != stored).then(|| typed.map(str::to_owned))
}

/// Whether only the key is stored, so that removing the key removes the credential.
#[must_use]
pub fn only_key(stored: &CredentialInfo) -> bool {
    stored.base_url.is_none() && stored.default_model.is_none()
}

/// The reason why a provider is not available, and the remedy on its page.
#[must_use]
pub fn why_not(provider: &Provider) -> Option<String> {
    if provider.available {
        return None;
    }
    let stored = provider.credential.as_ref();
    let no_key = provider.name.needs_key() && stored.is_none_or(|stored| stored.key_hint.is_none());
    let no_url = provider.name.needs_base_url() && stored.is_none_or(|stored| stored.base_url.is_none());
    Some(if no_key && !provider.server_key {
        "It needs a key: enter one below and save.".into()
    } else if no_url {
        "It needs an address: enter a base URL below and save.".into()
    } else {
        provider.reason.clone().unwrap_or_else(|| "It cannot be used now.".into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use sluice_types::ProviderName;

    fn stored(base_url: Option<&str>) -> CredentialInfo {
        CredentialInfo {
            key_hint: Some("…abcd".into()),
            base_url: base_url.map(str::to_owned),
            default_model: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    fn sent(form: &CredentialForm, stored: Option<&CredentialInfo>) -> Option<String> {
        form.request(stored).map(|request| serde_json::to_string(&request).unwrap())
    }

    #[test]
    fn only_what_changed_is_sent() {
        let stored = stored(Some("http://a"));
        let form = CredentialForm::of_stored(Some(&stored));
        assert_eq!(sent(&form, Some(&stored)), None);
        let key = CredentialForm { api_key: " sk-1 ".into(), ..form.clone() };
        assert_eq!(sent(&key, Some(&stored)).unwrap(), r#"{"api_key":"sk-1"}"#);
        let emptied = CredentialForm { base_url: "  ".into(), default_model: "m".into(), ..form };
        assert_eq!(sent(&emptied, Some(&stored)).unwrap(), r#"{"base_url":null,"default_model":"m"}"#);
        assert_eq!(sent(&CredentialForm::default(), None), None);
    }

    fn provider(name: ProviderName, credential: Option<CredentialInfo>, reason: Option<&str>) -> Provider {
        Provider {
            name,
            title: name.title().into(),
            available: reason.is_none(),
            reason: reason.map(str::to_owned),
            simulated: false,
            default_model: None,
            credential,
            server_key: false,
        }
    }

    #[test]
    fn another_address_asks_for_the_key_again() {
        let openai = provider(ProviderName::Openai, Some(stored(Some("http://a"))), None);
        let hint = |base_url: &str, api_key: &str, provider: &Provider| {
            let form =
                CredentialForm { api_key: api_key.into(), base_url: base_url.into(), ..CredentialForm::default() };
            form.key_hint(provider)
        };
        assert!(hint(" http://a ", "", &openai).starts_with("Leave it empty"));
        for moved in ["http://b", ""] {
            assert!(hint(moved, " ", &openai).ends_with("will have no key."), "{moved}");
            assert!(hint(moved, "sk-2", &openai).starts_with("It is stored encrypted"), "{moved}");
        }
        let with_server_key = Provider { server_key: true, ..openai.clone() };
        assert!(hint("", "", &with_server_key).ends_with("the server's environment is used."));
        // The server's key is not sent to an address of one's own.
        assert!(hint("http://b", "", &with_server_key).ends_with("will have no key."));
        // Without a stored key, a save cannot remove it.
        let none = CredentialInfo { key_hint: None, ..stored(Some("http://a")) };
        let ollama = provider(ProviderName::Ollama, Some(none), None);
        assert!(hint("http://b", "", &ollama).starts_with("Only if the server asks"));
        assert!(hint("", "", &provider(ProviderName::Openai, None, None)).starts_with("It is stored encrypted"));
    }

    #[test]
    fn a_key_alone_is_all_there_is() {
        assert!(only_key(&stored(None)) && !only_key(&stored(Some("http://a"))));
    }

    #[test]
    fn what_is_missing_is_told_in_the_words_of_the_page() {
        let why = |name, credential| why_not(&provider(name, credential, Some("as told"))).unwrap();
        assert!(why(ProviderName::Openai, None).contains("a key"));
        assert!(why(ProviderName::Ollama, Some(stored(None))).contains("an address"));
        assert_eq!(why(ProviderName::Openai, Some(stored(None))), "as told");
        assert_eq!(why_not(&provider(ProviderName::Demo, None, None)), None);
    }
}
