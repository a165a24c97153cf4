//! The parts of a prompt: what is to be done, one after another.

use sluice_types::limits::MAX_NAME_CHARS;

/// The most parts that become steps.
const MAX_CLAUSES: usize = 8;
/// Words in a label, and in a name.
const LABEL_WORDS: usize = 6;
const NAME_WORDS: usize = 9;
/// Characters of a label, and of a name.
const LABEL_CHARS: usize = 60;
/// Characters of a part, as it stands in a prompt.
const TEXT_CHARS: usize = 600;
/// Words at the head of a part among which its verb is.
const HEAD_WORDS: usize = 4;

/// Verbs that begin a part.
const VERBS: [&str; 78] = [
    "add",
    "analyse",
    "analyze",
    "answer",
    "approve",
    "archive",
    "ask",
    "assess",
    "build",
    "calculate",
    "categorise",
    "categorize",
    "check",
    "choose",
    "classify",
    "collect",
    "compare",
    "compile",
    "compute",
    "convert",
    "create",
    "critique",
    "decide",
    "describe",
    "design",
    "download",
    "draft",
    "edit",
    "email",
    "escalate",
    "estimate",
    "evaluate",
    "explain",
    "extract",
    "fetch",
    "file",
    "find",
    "forward",
    "gather",
    "generate",
    "improve",
    "investigate",
    "judge",
    "list",
    "load",
    "look",
    "mail",
    "notify",
    "open",
    "outline",
    "plan",
    "polish",
    "post",
    "prepare",
    "publish",
    "rate",
    "read",
    "refine",
    "repeat",
    "report",
    "research",
    "review",
    "revise",
    "rewrite",
    "route",
    "save",
    "search",
    "send",
    "shorten",
    "sort",
    "store",
    "sum",
    "summarise",
    "summarize",
    "tell",
    "translate",
    "triage",
    "write",
];
/// Words that begin a part too.
const MARKS: [&str; 3] = ["else", "otherwise", "finally"];

/// What a part asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A person decides.
    Review,
    /// The same for each item of a list.
    ForEach,
    /// Only under a condition.
    Condition,
    /// When the condition before does not hold.
    Otherwise,
    /// Again and again.
    Loop,
    /// A call of a model, an agent or a tool.
    Work,
}

/// A part of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// What is to be done. It holds nothing that a template would read.
    pub text: String,
    pub kind: Kind,
}

/// The parts of a prompt, in order.
pub fn clauses(prompt: &str) -> Vec<Clause> {
    let mut texts: Vec<String> = Vec::new();
    for piece in pieces(&plain(prompt, usize::MAX)) {
        match texts.last_mut() {
            Some(last) if !begins(&piece) || (lacks_consequence(last) && kind(&piece) != Kind::Otherwise) => {
                last.push_str(", ");
                last.push_str(&piece);
            }
            _ => texts.push(piece),
        }
    }
    texts.truncate(MAX_CLAUSES);
    texts.iter().map(|text| Clause { kind: kind(text), text: plain(text, TEXT_CHARS) }).collect()
}

/// Words of a condition, as `if the mail is`, among which a word is no verb.
const CONDITION_WORDS: usize = 4;

/// Whether a part is a condition whose consequence is still to come.
fn lacks_consequence(last: &str) -> bool {
    let words = lower_words(last);
    words.first().is_some_and(|first| first == "if" || first == "when")
        && !words.iter().skip(CONDITION_WORDS).any(|word| is_verb(word))
}

/// The prompt cut where something new may begin.
fn pieces(prompt: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut words = prompt.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let is_joint = matches!(bare.as_str(), "and" | "then");
        let is_each = bare == "for" && words.peek().is_some_and(|next| matches!(*next, "each" | "every"));
        if is_joint || is_each || MARKS.contains(&bare.as_str()) {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut().filter(|_| !is_joint) {
            piece.push_str(if piece.is_empty() { "" } else { " " });
            piece.push_str(word);
        }
        if word.ends_with(['.', ',', ';', ':', '!', '?', '。', '、', '，', '；', '！', '？']) {
            pieces.push(String::new());
        }
    }
    let trimmed = pieces.iter().map(|piece| piece.trim_matches(|c: char| c.is_whitespace() || ".,;:".contains(c)));
    trimmed.filter(|piece| piece.chars().any(char::is_alphanumeric)).map(str::to_owned).collect()
}

/// Whether a piece begins a part of its own: it has a verb, or a word such as `if`, at its head.
fn begins(piece: &str) -> bool {
    lower_words(piece).iter().take(HEAD_WORDS).any(|word| is_verb(word)) || kind(piece) != Kind::Work
}

fn is_verb(word: &str) -> bool {
    VERBS.contains(&word)
}

fn lower_words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// What a part asks for, by its words.
pub fn kind(text: &str) -> Kind {
    let words = lower_words(text);
    let has = |any: &[&str]| words.iter().any(|word| any.contains(&word.as_str()));
    let pair =
        |first: &str, second: &str| words.windows(2).any(|two| matches!(two, [a, b] if a == first && b == second));
    if words.first().is_some_and(|first| first == "else" || first == "otherwise") {
        Kind::Otherwise
    } else if has(&["if", "when", "triage", "route", "depending"]) {
        Kind::Condition
    } else if pair("for", "each") || pair("for", "every") || pair("each", "of") {
        Kind::ForEach
    } else if has(&["until", "repeat", "iterate", "rounds", "polish"]) {
        Kind::Loop
    } else if has(&["review", "approve", "approved", "approval", "approves", "reviewed", "human"])
        || pair("sign", "off")
    {
        Kind::Review
    } else {
        Kind::Work
    }
}

/// A text in one line that holds nothing a template would read.
pub fn plain(text: &str, most: usize) -> String {
    let braces = |c: char| match c {
        '{' => '(',
        '}' => ')',
        '$' | '`' => ' ',
        c if c.is_control() => ' ',
        c => c,
    };
    let text: String = text.chars().map(braces).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.chars().take(most).collect()
}

/// The label of a step: the first words of its part.
pub fn label_of(text: &str) -> String {
    let text = plain(text, MAX_NAME_CHARS);
    let words: Vec<&str> = text.split(' ').take(LABEL_WORDS).collect();
    let label: String = words.join(" ").chars().filter(|c| !"\"'\\".contains(*c)).take(LABEL_CHARS).collect();
    let label = label.trim_matches(|c: char| !c.is_alphanumeric());
    let mut letters = label.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "Step".into(),
    }
}

/// The name of a workflow: the first words of its prompt.
pub fn name_of(prompt: &str) -> String {
    let text = plain(prompt, MAX_NAME_CHARS);
    let words: Vec<&str> = text.split(' ').take(NAME_WORDS).collect();
    let name: String = words.join(" ").chars().take(LABEL_CHARS).collect();
    let name = name.trim_matches(|c: char| !c.is_alphanumeric());
    if name.is_empty() { "Workflow".into() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(prompt: &str) -> Vec<(String, Kind)> {
        clauses(prompt).into_iter().map(|clause| (clause.text, clause.kind)).collect()
    }

    #[test]
    fn a_prompt_is_cut_where_something_new_begins() {
        let of =
            |parts: &[(&str, Kind)]| parts.iter().map(|(text, kind)| ((*text).to_owned(), *kind)).collect::<Vec<_>>();
        assert_eq!(
            parts("Research cats and dogs, then write a report; have it approved by me."),
            of(&[
                ("Research cats, dogs", Kind::Work),
                ("write a report", Kind::Work),
                ("have it approved by me", Kind::Review)
            ])
        );
        assert_eq!(
            parts("If the mail is urgent, answer it, otherwise file it"),
            of(&[("If the mail is urgent, answer it", Kind::Condition), ("otherwise file it", Kind::Otherwise)])
        );
        assert_eq!(
            parts("For each city find a hotel. Improve the text until it is good"),
            of(&[("For each city find a hotel", Kind::ForEach), ("Improve the text until it is good", Kind::Loop),])
        );
        assert_eq!(parts("调查茶叶。写报告"), of(&[("调查茶叶。写报告", Kind::Work)]));
        assert_eq!(parts(" .,; "), []);
    }

    #[test]
    fn labels_and_names_hold_nothing_that_a_template_reads() {
        assert_eq!(label_of("say {{ input.x }} and \"quote\" it now please"), "Say (( input.x )) and quote");
        assert_eq!(name_of("{% for %}"), "% for %".trim_matches('%').trim());
        assert_eq!((label_of(""), name_of("🎉")), ("Step".into(), "Workflow".into()));
    }
}
