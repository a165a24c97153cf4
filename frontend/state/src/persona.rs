//! The form of a persona: its values, its validation, and its conflicts.

use serde::{Deserialize, Serialize};
use sluice_types::limits::{MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS};
use sluice_types::{CreatePersona, Persona, UpdatePersona};

use crate::form::{FormData, too_long};

/// The values of a persona's form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonaForm {
    /// Display name.
    pub name: String,
    /// Purpose of the persona.
    pub description: String,
    /// Instructions, put before the system prompt.
    pub instructions: String,
}

impl FormData for PersonaForm {}

impl From<Persona> for PersonaForm {
    fn from(persona: Persona) -> Self {
        Self { name: persona.name, description: persona.description, instructions: persona.instructions }
    }
}

/// The error of each field; `None` for a valid one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonaErrors {
    /// With the name.
    pub name: Option<String>,
    /// With the description.
    pub description: Option<String>,
    /// With the instructions.
    pub instructions: Option<String>,
}

impl PersonaErrors {
    /// Whether it can be saved.
    #[must_use]
    pub fn none(&self) -> bool {
        *self == Self::default()
    }
}

impl PersonaForm {
    /// Reports values that the server would refuse or that have no effect.
    #[must_use]
    pub fn check(&self) -> PersonaErrors {
        let empty = |text: &str, wrong: &str| text.trim().is_empty().then(|| wrong.to_owned());
        PersonaErrors {
            name: empty(&self.name, "Give it a name.").or_else(|| too_long(&self.name, MAX_NAME_CHARS)),
            description: too_long(&self.description, MAX_DESCRIPTION_CHARS),
            instructions: empty(&self.instructions, "Say how it speaks and what it looks after.")
                .or_else(|| too_long(&self.instructions, MAX_DESCRIPTION_CHARS)),
        }
    }

    /// The request for a new persona. The id is derived from the name.
    #[must_use]
    pub fn to_create(&self) -> CreatePersona {
        let UpdatePersona { name, description, instructions, .. } = self.to_update();
        CreatePersona { name, description, instructions, ..CreatePersona::default() }
    }

    /// The request that saves over a persona.
    #[must_use]
    pub fn to_update(&self) -> UpdatePersona {
        UpdatePersona {
            name: self.name.trim().to_owned(),
            description: self.description.trim().to_owned(),
            instructions: self.instructions.clone(),
            ..UpdatePersona::default()
        }
    }

    /// The whole as one text, to compare two of them line by line.
    #[must_use]
    pub fn text(&self) -> String {
        format!("Name: {}\nDescription: {}\n\n{}", self.name, self.description, self.instructions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(name: &str, instructions: &str) -> PersonaForm {
        PersonaForm { name: name.into(), description: String::new(), instructions: instructions.into() }
    }

    #[test]
    fn a_name_and_instructions_are_needed() {
        assert!(form("Plain", "Short sentences.").check().none());
        let errors = form(" ", "").check();
        assert!(errors.name.is_some() && errors.instructions.is_some() && errors.description.is_none());
    }

    #[test]
    fn limits_are_those_of_the_server() {
        assert!(form(&"ä".repeat(MAX_NAME_CHARS), "x").check().none());
        assert!(form(&"ä".repeat(MAX_NAME_CHARS + 1), "x").check().name.is_some());
        assert!(form("x", &"y".repeat(MAX_DESCRIPTION_CHARS)).check().none());
        assert!(form("x", &"y".repeat(MAX_DESCRIPTION_CHARS + 1)).check().instructions.is_some());
    }

    #[test]
    fn what_is_sent_is_trimmed_where_spaces_mean_nothing() {
        let request = form(" Plain ", " Keep\n").to_create();
        assert_eq!((request.name.as_str(), request.instructions.as_str()), ("Plain", " Keep\n"));
    }
}
