//! Which model designs.

use sluice_types::{
    Candidate, ErrorCode, Provider, ProviderName, TenantId, default_provider, find_model, provider_of_model,
};

use crate::engine::Engine;
use crate::error::EngineError;

impl Engine {
    /// The model that designs: that of the request, else the server's setting if its provider can be used, else the default
    /// model of the first provider that can.
    pub async fn designer(
        &self,
        tenant: &TenantId,
        provider: Option<&str>,
        model: Option<&str>,
    ) -> Result<Candidate, EngineError> {
        let providers = self.shared.providers.list(tenant).await?;
        if provider.is_some() || model.is_some() {
            return requested(&providers, provider, model);
        }
        let setting = self.generate_model.as_deref().filter(|setting| {
            providers.iter().any(|provider| provider.name.as_str() == setting.provider && provider.available)
        });
        if let Some(setting) = setting {
            return Ok(setting.clone());
        }
        let able = providers.iter().filter(|provider| provider.available && provider.default_model.is_some());
        let first = able.clone().find(|provider| !provider.simulated).or_else(|| able.clone().next());
        first.and_then(with_default_model).ok_or_else(|| {
            let message = "No provider can be used: store a key for one.";
            EngineError::field(ErrorCode::ProviderNotAvailable, "/provider", message)
        })
    }
}

fn with_default_model(provider: &Provider) -> Option<Candidate> {
    let model = provider.default_model.clone()?;
    Some(Candidate { provider: provider.name.to_string(), model })
}

/// The model that a request names.
fn requested(providers: &[Provider], provider: Option<&str>, model: Option<&str>) -> Result<Candidate, EngineError> {
    let unknown_model = |message: String| EngineError::field(ErrorCode::UnknownModel, "/model", message);
    let named = provider.or_else(|| model.and_then(provider_of_model));
    let name = match named {
        Some(name) => name
            .parse::<ProviderName>()
            .map_err(|message: String| EngineError::field(ErrorCode::UnknownProvider, "/provider", message))?,
        // A server of one's own may have any model.
        None => default_provider(providers)
            .map(|provider| provider.name)
            .ok_or_else(|| unknown_model("name the provider of this model too".into()))?,
    };
    let described = providers.iter().find(|provider| provider.name == name);
    if let Some(reason) = described.and_then(|provider| provider.reason.clone()) {
        return Err(EngineError::field(ErrorCode::ProviderNotAvailable, "/provider", reason));
    }
    let model = match model {
        Some(model) if model.trim().is_empty() => return Err(unknown_model("name a model".into())),
        Some(model) => model.trim().to_owned(),
        None => described
            .and_then(|provider| provider.default_model.clone())
            .ok_or_else(|| unknown_model(format!("{name} has no default model: name one")))?,
    };
    if provider.is_none() && named.is_none() {
        return Err(unknown_model(format!("no known provider has a model `{model}`: name its provider too")));
    }
    // The others may have models that the list does not know yet.
    if name == ProviderName::Demo && find_model(name.as_str(), &model).is_none() {
        return Err(unknown_model(format!("demo has no model `{model}`")));
    }
    Ok(Candidate { provider: name.to_string(), model })
}
