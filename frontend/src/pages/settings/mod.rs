//! The settings: providers and their keys, personas, how the app looks.

mod page;
mod persona_form;
mod personas;
mod provider_form;
mod providers;

pub use page::{Appearance, SettingsPage};
pub use personas::Personas;
pub use providers::Providers;
