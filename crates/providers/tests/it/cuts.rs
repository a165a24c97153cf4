//! Recordings of answers, one for each ending of each protocol, cut into packets, cut short, and changed at random.
//! They are the corpus of the fuzz targets too.

#[path = "../../fuzz/check.rs"]
mod check;

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{RngSeed, TestRunner};
use sluice_providers::{AnswerReader, Protocol};

const PROTOCOLS: [(&str, Protocol); 5] = [
    ("anthropic_messages", Protocol::AnthropicMessages),
    ("gemini", Protocol::Gemini),
    ("ollama_chat", Protocol::OllamaChat),
    ("openai_chat", Protocol::OpenAiChat),
    ("openai_responses", Protocol::OpenAiResponses),
];

/// Recordings of answers that failed.
const FAILED: [&str; 3] = ["error", "failed", "blocked"];
/// Recordings with a reason for the end in each piece: a body that ends early in good order cannot be told apart.
const ENDS_WITH_EACH_PIECE: [&str; 1] = ["stop_with_each_piece"];

struct Recording {
    protocol: Protocol,
    name: String,
    body: Vec<u8>,
}

/// The files of a corpus, by their names.
fn corpus(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(folder);
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() > 3, "the corpus is there");
    files
}

fn recordings() -> Vec<Recording> {
    let of =
        |(folder, protocol)| corpus(folder).into_iter().map(move |(name, body)| Recording { protocol, name, body });
    PROTOCOLS.into_iter().flat_map(of).collect()
}

/// The recordings of answers that ended well.
fn good() -> Vec<Recording> {
    recordings().into_iter().filter(|recording| !FAILED.contains(&recording.name.as_str())).collect()
}

fn named(recording: &Recording) -> String {
    format!("{:?}/{}", recording.protocol, recording.name)
}

/// The same cases in each run.
fn runner(cases: u32) -> TestRunner {
    let config =
        ProptestConfig { rng_seed: RngSeed::Fixed(11), failure_persistence: None, ..ProptestConfig::with_cases(cases) };
    TestRunner::new(config)
}

#[test]
fn each_recording_ends_as_its_name_says() {
    for recording in recordings() {
        let whole = check::read(recording.protocol, [&recording.body[..]]);
        let fails = FAILED.contains(&recording.name.as_str());
        assert_eq!(whole.end.is_err(), fails, "{}: {whole:?}", named(&recording));
        assert!(fails || !whole.text.is_empty() || !whole.arguments.is_empty(), "{}: {whole:?}", named(&recording));
    }
}

#[test]
fn packets_do_not_matter() {
    for recording in good() {
        let whole = check::read(recording.protocol, [&recording.body[..]]);
        let cuts = prop::collection::vec(any::<Index>(), 1..16);
        let same = runner(64).run(&cuts, |cuts| {
            let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(recording.body.len())).collect();
            ends.push(recording.body.len());
            ends.sort_unstable();
            let starts = std::iter::once(0).chain(ends.iter().copied());
            let packets = starts.zip(&ends).map(|(start, &end)| &recording.body[start..end]);
            prop_assert_eq!(
                check::read(recording.protocol, packets),
                check::read(recording.protocol, [&recording.body[..]])
            );
            Ok(())
        });
        assert!(same.is_ok(), "{}: {same:?} is not {whole:?}", named(&recording));
    }
}

/// What makes an answer: its text, its calls and its reason. Counts that come after the reason may be lost.
fn answer(told: check::Told) -> Option<impl PartialEq + std::fmt::Debug> {
    let finish = told.end.ok()??;
    Some((told.text, told.thinking, told.arguments, finish.reason, finish.tool_calls))
}

#[test]
fn an_answer_cut_short_is_the_whole_one_or_none() {
    for recording in good() {
        let whole = answer(check::read(recording.protocol, [&recording.body[..]]));
        assert!(whole.is_some());
        for at in 0..recording.body.len() {
            let cut = &recording.body[..at];
            if !ENDS_WITH_EACH_PIECE.contains(&recording.name.as_str()) {
                let ended = answer(check::read(recording.protocol, [cut]));
                assert!(ended.is_none() || ended == whole, "{} ended at byte {at}: {ended:?}", named(&recording));
            }
            let mut reader = AnswerReader::new(recording.protocol);
            if reader.add(cut).is_ok() && (reader.has_ended() || reader.is_whole_without_end()) {
                let broken = answer(check::told(&mut reader, Ok(())));
                assert_eq!(broken, whole, "{} broken at byte {at}", named(&recording));
            }
        }
    }
}

/// A change of a body.
#[derive(Clone, Debug)]
enum Change {
    Replace(Index, u8),
    Remove(Index, usize),
    Repeat(Index, usize),
    Insert(Index, &'static str),
}

/// Pieces that the parsers look at.
const TOKENS: [&str; 14] = [
    "\n\n",
    "\r",
    "data: ",
    "event: x\n",
    "[DONE]",
    "\"",
    "\\",
    "\\ud83d",
    "{",
    "]",
    "null",
    "<think>",
    "\u{feff}",
    "99999999999999999999",
];

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (any::<Index>(), 1..40_usize).prop_map(|(at, bytes)| Change::Remove(at, bytes)),
        (any::<Index>(), 1..400_usize).prop_map(|(at, bytes)| Change::Repeat(at, bytes)),
        (any::<Index>(), prop::sample::select(&TOKENS[..])).prop_map(|(at, token)| Change::Insert(at, token)),
    ]
}

fn changed(mut body: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let (Change::Replace(at, _) | Change::Remove(at, _) | Change::Repeat(at, _) | Change::Insert(at, _)) = change;
        let at = at.index(body.len() + 1);
        let end = |bytes: &usize| (at + bytes).min(body.len());
        match change {
            Change::Replace(_, byte) => body.splice(at..end(&1), [*byte]).for_each(drop),
            Change::Remove(_, bytes) => body.drain(at..end(bytes)).for_each(drop),
            Change::Repeat(_, bytes) => {
                let part = body[at..end(bytes)].to_vec();
                body.splice(at..at, part).for_each(drop);
            }
            Change::Insert(_, token) => body.splice(at..at, token.bytes()).for_each(drop),
        }
    }
    body
}

#[test]
fn changed_recordings_are_read_without_a_panic() {
    for recording in recordings() {
        check::body(recording.protocol, &recording.body);
        let changes = prop::collection::vec(change(), 1..6);
        let read = runner(60).run(&changes, |changes| {
            check::body(recording.protocol, &changed(recording.body.clone(), &changes));
            Ok(())
        });
        assert!(read.is_ok(), "{}: {read:?}", named(&recording));
    }
}

#[test]
fn changed_texts_lose_nothing_but_the_tags_of_thoughts() {
    for (name, text) in corpus("thoughts") {
        check::text(&String::from_utf8_lossy(&text));
        let changes = prop::collection::vec(change(), 1..6);
        let read = runner(200).run(&changes, |changes| {
            check::text(&String::from_utf8_lossy(&changed(text.clone(), &changes)));
            Ok(())
        });
        assert!(read.is_ok(), "{name}: {read:?}");
    }
}
