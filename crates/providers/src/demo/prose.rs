//! Made-up prose about the subjects of a prompt.

use std::fmt::Write as _;

/// Openings, bodies and ends of paragraphs; `{}` is a subject from the prompt.
const OPENINGS: [&str; 5] = [
    "The first thing to settle about {} is what it is for.",
    "Most of the work on {} lies in deciding what to leave out.",
    "People who deal with {} ask for fewer surprises, not for more options.",
    "It helps to begin {} with the smallest part that is useful by itself.",
    "What is known about {} is enough to begin, and not enough to promise.",
];
const BODIES: [&str; 6] = [
    "A short list of checks, agreed beforehand, tells whether it is done.",
    "Each part has one owner, one input and one output, so that it can be changed without the others.",
    "What fails must say so at once, and must not take the rest with it.",
    "The cost is known before the start and shown while it grows.",
    "Anything that cannot be undone asks first.",
    "Measure once before and once after; keep the figure with the change.",
];
const ENDS: [&str; 4] = [
    "The next step can build on this.",
    "A reviewer should look at the second point first.",
    "Open questions are listed at the end.",
    "Nothing here depends on a decision not yet made.",
];

/// An answer in Markdown. The same prompt and seed give the same text.
pub fn prose(prompt: &str, seed: u64) -> String {
    let subjects = subjects(prompt);
    let pick = |from: &[&'static str], salt: u64| {
        let length = u64::try_from(from.len()).unwrap_or(1).max(1);
        let at =
            usize::try_from((seed.rotate_left(u32::try_from(salt % 64).unwrap_or(0)) ^ salt) % length).unwrap_or(0);
        from.get(at).copied().unwrap_or_default()
    };
    let title = subjects.first().map_or("this", String::as_str);
    let mut text = format!("*Simulated answer of the demo provider.*\n\n## On {title}\n");
    for (salt, subject) in (1_u64..).zip(&subjects) {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "\n{salt}. **{subject}**: {} {} {}",
            pick(&OPENINGS, salt * 7).replace("{}", subject),
            pick(&BODIES, salt * 11),
            pick(&ENDS, salt * 13),
        );
    }
    text
}

/// Number of subjects in an answer.
const SUBJECTS: usize = 4;

/// The longest words of the prompt, in their order: its probable subjects.
fn subjects(prompt: &str) -> Vec<String> {
    let mut words: Vec<(usize, String)> = Vec::new();
    for word in prompt.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 3).take(400) {
        let word = word.to_lowercase();
        if !words.iter().any(|(_, known)| *known == word) {
            words.push((words.len(), word));
        }
    }
    words.sort_by_key(|(at, word)| (std::cmp::Reverse(word.chars().count().min(12)), *at));
    words.truncate(SUBJECTS);
    words.sort_by_key(|(at, _)| *at);
    let mut found: Vec<String> = words.into_iter().map(|(_, word)| word).collect();
    if found.is_empty() {
        found.push("the request".into());
    }
    found
}
