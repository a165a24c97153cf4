//! The form of a persona: what is typed, whether it can be saved, and what to do when somebody else saved first.

use serde_json::Value;
use sluice_types::limits::{MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS};
use sluice_types::{Persona, PersonaRequest};
/// What is typed in a persona's form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonaForm {
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What is put before the system prompt.
    pub instructions: String,
}

impl From<Persona> for PersonaForm {
    fn from(persona: Persona) -> Self {
        Self { name: persona.name, description: persona.description, instructions: persona.instructions }
    }
}

/// What is wrong with each field; `None` where nothing is.
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
    /// Checks what the server would refuse, and what would do nothing.
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

    /// What is sent. The id comes from the name.
    #[must_use]
    pub fn request(&self) -> PersonaRequest {
        PersonaRequest {
            id: None,
            name: self.name.trim().to_owned(),
            description: self.description.trim().to_owned(),
            instructions: self.instructions.clone(),
        }
    }

    /// The text that is kept over a reload, with the version that a save goes over; none for a new persona.
    #[must_use]
    pub fn to_kept(&self, version: Option<i64>) -> String {
        let texts = [&self.name, &self.description, &self.instructions].map(|text| Value::from(text.as_str()));
        let [name, description, instructions] = texts;
        serde_json::to_string(&[Value::from(version), name, description, instructions]).unwrap_or_default()
    }

    /// Reads a text that was kept.
    #[must_use]
    pub fn of_kept(text: &str) -> Option<(Option<i64>, Self)> {
        let kept: Value = serde_json::from_str(text).ok()?;
        let text = |at: usize| Some(kept.get(at)?.as_str()?.to_owned());
        let form = Self { name: text(1)?, description: text(2)?, instructions: text(3)? };
        Some((kept.get(0)?.as_i64(), form))
    }

    /// The whole as one text, to compare two of them line by line.
    #[must_use]
    pub fn text(&self) -> String {
        format!("Name: {}\nDescription: {}\n\n{}", self.name, self.description, self.instructions)
    }
}

fn too_long(text: &str, most: usize) -> Option<String> {
    let count = text.chars().count();
    (count > most).then(|| format!("At most {most} characters; it has {count}."))
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
    fn what_is_kept_is_read_again() {
        let form = PersonaForm { description: "for \"us\"".into(), ..form("Plain\n", "ä") };
        for version in [None, Some(7)] {
            assert_eq!(PersonaForm::of_kept(&form.to_kept(version)), Some((version, form.clone())));
        }
        for broken in ["", "null", "[1]", r#"[1,"a","b",2]"#] {
            assert_eq!(PersonaForm::of_kept(broken), None, "{broken}");
        }
    }

    #[test]
    fn what_is_sent_is_trimmed_where_spaces_mean_nothing() {
        let request = form(" Plain ", " Keep\n").request();
        assert_eq!((request.name.as_str(), request.instructions.as_str()), ("Plain", " Keep\n"));
    }
}
