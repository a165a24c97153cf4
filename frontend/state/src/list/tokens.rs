//! What is typed into the search field: words, and tokens as `tag:marketing`, `state:failed` and `category:"Our content"`.

use sluice_types::WorkflowFacets;
use sluice_types::limits::{MAX_SEARCH_CHARS, MAX_TAG_CHARS};

use crate::runs::StatusFilter;

/// Characters that are looked through for tokens. Nobody types more; somebody may paste it.
const MAX_TYPED_CHARS: usize = 2_000;
/// Suggestions that are shown at once.
const MAX_SUGGESTIONS: usize = 8;

/// What a token is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A tag of the workflow.
    Tag,
    /// How its newest run stands.
    State,
    /// Its category.
    Category,
}

impl Key {
    /// Every key, as they are offered.
    pub const ALL: [Self; 3] = [Self::Tag, Self::State, Self::Category];

    /// The word before the colon.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::State => "state",
            Self::Category => "category",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.as_str().eq_ignore_ascii_case(word))
    }
}

/// A filter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Token {
    /// Workflows with a tag.
    Tag(String),
    /// Workflows whose newest run stands so.
    State(StatusFilter),
    /// Workflows of a category.
    Category(String),
}

impl Token {
    fn new(key: Key, value: String) -> Result<Self, Wrong> {
        match key {
            Key::Tag | Key::Category if value.chars().count() > MAX_TAG_CHARS.max(MAX_SEARCH_CHARS) => {
                Err(Wrong::TooLong(value.chars().count()))
            }
            Key::Tag => Ok(Self::Tag(value)),
            Key::Category => Ok(Self::Category(value)),
            Key::State => StatusFilter::parse(&value.to_lowercase()).map(Self::State).ok_or(Wrong::UnknownState(value)),
        }
    }

    /// What it is about.
    #[must_use]
    pub const fn key(&self) -> Key {
        match self {
            Self::Tag(_) => Key::Tag,
            Self::State(_) => Key::State,
            Self::Category(_) => Key::Category,
        }
    }

    /// Its value, for people.
    #[must_use]
    pub fn value(&self) -> &str {
        match self {
            Self::Tag(value) | Self::Category(value) => value,
            Self::State(state) => state.label(),
        }
    }
}

/// What is wrong with what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// It has this many characters.
    TooLong(usize),
    /// No run stands so.
    UnknownState(String),
}

impl Wrong {
    /// The message.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::TooLong(count) => {
                format!("Search for at most {MAX_SEARCH_CHARS} characters. These are {count}.")
            }
            Self::UnknownState(word) => {
                let known = StatusFilter::ALL.map(StatusFilter::as_str).join(", ");
                format!("“{word}” is no state. Use one of these: {known}.")
            }
        }
    }
}

/// A token whose value is still being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// What it is about.
    pub key: Key,
    /// The value so far.
    pub value: String,
}

/// What was typed, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// The complete tokens, in their order.
    pub tokens: Vec<Token>,
    /// The words to search for.
    pub words: String,
    /// The token at the end, when its value may go on.
    pub open: Option<Open>,
    /// What stays in the field when the tokens are taken out.
    pub rest: String,
    /// What is wrong with it.
    pub wrong: Option<Wrong>,
}

/// Reads what was typed. A token at the end is complete when `is_done`: with Enter.
#[must_use]
pub fn parse(text: &str, is_done: bool) -> Typed {
    let mut typed = Typed::default();
    let count = text.chars().count();
    if count > MAX_TYPED_CHARS {
        text.clone_into(&mut typed.rest);
        typed.wrong = Some(Wrong::TooLong(count));
        return typed;
    }
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let term = Term::read(rest);
        let (raw, after) = rest.split_at(term.length);
        let is_last = after.trim_start().is_empty();
        match term.token {
            Some((key, value)) if is_last && !is_done && term.may_go_on => {
                typed.open = Some(Open { key, value });
                push(&mut typed.rest, raw);
            }
            Some((_, value)) if value.trim().is_empty() => {
                push(&mut typed.words, raw.trim_end());
                push(&mut typed.rest, raw.trim_end());
            }
            Some((key, value)) => match Token::new(key, value) {
                Ok(token) if typed.tokens.contains(&token) => {}
                Ok(token) => typed.tokens.push(token),
                Err(wrong) => {
                    typed.wrong = Some(wrong);
                    push(&mut typed.rest, raw);
                }
            },
            None => {
                push(&mut typed.words, raw);
                push(&mut typed.rest, raw);
            }
        }
        rest = after.trim_start();
    }
    let count = typed.words.chars().count();
    if count > MAX_SEARCH_CHARS {
        typed.wrong = Some(Wrong::TooLong(count));
    }
    typed
}

/// Adds a word.
fn push(text: &mut String, word: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(word);
}

/// The text up to the next white space, or to the end of a token's value.
struct Term {
    /// Bytes.
    length: usize,
    token: Option<(Key, String)>,
    /// Whether what is typed next may belong to the value.
    may_go_on: bool,
}

impl Term {
    /// Reads the term that a text begins with, which is no white space.
    fn read(text: &str) -> Self {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let word = Self { length: end, token: None, may_go_on: false };
        let Some((key, value)) = text.split_once(':') else { return word };
        let Some(key) = Key::parse(key) else { return word };
        let value = value.trim_start();
        let begin = text.len() - value.len();
        if let Some(quoted) = value.strip_prefix('"') {
            let (value, length, is_closed) = unquote(quoted);
            return Self { length: begin + 1 + length, token: Some((key, value)), may_go_on: !is_closed };
        }
        let length = value.find(char::is_whitespace).unwrap_or(value.len());
        let may_go_on = length == value.len();
        let value = value.get(..length).unwrap_or_default().to_owned();
        Self { length: begin + length, token: Some((key, value)), may_go_on }
    }
}

/// The value up to the closing quote, where two quotes stand for one, with its length in bytes and whether it is closed.
fn unquote(text: &str) -> (String, usize, bool) {
    let mut value = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if char != '"' {
            value.push(char);
        } else if chars.next_if(|(_, next)| *next == '"').is_some() {
            value.push('"');
        } else {
            return (value, at + 1, true);
        }
    }
    (value, text.len(), false)
}

/// A token that completes what is typed, with the number of workflows that have it, where that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The token.
    pub token: Token,
    /// Workflows with it.
    pub count: Option<i64>,
}

/// What may complete a token: values that begin with what is typed come before those that contain it.
#[must_use]
pub fn suggestions(open: &Open, facets: &WorkflowFacets, chosen: &[Token]) -> Vec<Suggestion> {
    let known: Vec<(String, Suggestion)> = match open.key {
        Key::State => {
            let of = |state: StatusFilter| Suggestion { token: Token::State(state), count: None };
            StatusFilter::ALL.map(|state| (format!("{} {}", state.as_str(), state.label()), of(state))).to_vec()
        }
        Key::Tag | Key::Category => {
            let facets = if open.key == Key::Tag { &facets.tags } else { &facets.categories };
            let token = |name: String| if open.key == Key::Tag { Token::Tag(name) } else { Token::Category(name) };
            let of = |name: &String, count| Suggestion { token: token(name.clone()), count: Some(count) };
            facets.iter().map(|facet| (facet.name.clone(), of(&facet.name, facet.count))).collect()
        }
    };
    let typed = open.value.trim().to_lowercase();
    let mut fitting: Vec<(bool, Suggestion)> = known
        .into_iter()
        .filter(|(_, suggestion)| !chosen.contains(&suggestion.token))
        .map(|(text, suggestion)| (text.to_lowercase(), suggestion))
        .filter(|(text, _)| text.contains(&typed))
        .map(|(text, suggestion)| (!text.starts_with(&typed), suggestion))
        .collect();
    fitting.sort_by_key(|(is_inside, _)| *is_inside);
    fitting.into_iter().map(|(_, suggestion)| suggestion).take(MAX_SUGGESTIONS).collect()
}
