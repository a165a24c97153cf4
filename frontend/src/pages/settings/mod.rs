//! The settings: providers and their keys, personas, how the app looks.

mod appearance;
mod page;
mod persona_conflict;
mod persona_form;
mod persona_item;
mod persona_model;
mod personas;
mod provider_card;
mod provider_form;
mod provider_model;
mod providers;
mod text_field;

pub use page::{Section, SettingsPage};
