use proptest::prelude::*;

use super::{Blocks, Tail};
use crate::markdown::to_html;

/// The complete blocks of a text that came in pieces, and the open one.
fn split(pieces: &[&str]) -> (Vec<String>, String) {
    let (mut blocks, mut text, mut complete) = (Blocks::default(), String::new(), Vec::new());
    for piece in pieces {
        text.push_str(piece);
        complete.extend(blocks.advance(&text).into_iter().map(ToOwned::to_owned));
    }
    let open = text[complete.iter().map(String::len).sum()..].to_owned();
    (complete, open)
}

fn complete(text: &str) -> Vec<String> {
    split(&[text]).0
}

fn tail(text: &str) -> Tail<'_> {
    let mut blocks = Blocks::default();
    blocks.advance(text);
    blocks.tail(text)
}

#[test]
fn paragraphs_headings_and_quotations_are_complete_at_once() {
    assert_eq!(complete("One\ntwo\n\nThr"), ["One\ntwo\n\n"]);
    assert_eq!(complete("# One\nTwo\n## Three\n"), ["# One\n", "Two\n## Three\n"]);
    assert_eq!(complete("> One\n\n> Two\n\n"), ["> One\n\n", "> Two\n\n"]);
    assert_eq!(complete("| a |\n|---|\n| b |\n\n"), ["| a |\n|---|\n| b |\n\n"]);
    assert_eq!(complete("\n\nOne\n\n\n\nTwo\n\n"), ["\n\nOne\n\n", "\n\nTwo\n\n"]);
    assert_eq!(complete("One\r\n\r\nTwo"), ["One\r\n\r\n"]);
}

#[test]
fn an_open_table_or_heading_is_not_complete() {
    for open in ["| a |\n|---|\n| b |\n", "# One", "One\n", "One\n===", "#One\n", "> One\n", "<div>\none\n"] {
        assert_eq!(complete(open), Vec::<String>::new(), "{open}");
    }
}

#[test]
fn code_is_complete_when_its_fence_is_closed() {
    let code = "```rust\nfn a() {\n\n# no heading\n\n}\n";
    assert_eq!(complete(code), Vec::<String>::new());
    assert_eq!(tail(code), Tail { from: 8, text: "fn a() {\n\n# no heading\n\n}\n", is_code: true });
    assert_eq!(complete(&format!("{code}```\nmore")), [format!("{code}```\n")]);
    assert_eq!(complete("Such:\n```\na\n```\n"), ["Such:\n", "```\na\n```\n"]);
    assert_eq!(complete("````\n```\na\n```\n\n````\n"), ["````\n```\na\n```\n\n````\n"]);
    assert!(!tail("A ```b``` c").is_code && !tail("```a``` b\n").is_code);
    assert!(tail("\n~~~\n").is_code);
}

#[test]
fn a_list_goes_on_behind_a_blank_line() {
    assert_eq!(complete("- One\n\n- Two\n\n  More\n\n"), Vec::<String>::new());
    assert_eq!(complete("- One\n\nT"), ["- One\n\n"]);
    assert_eq!(complete("- One\n\n*"), Vec::<String>::new());
    assert_eq!(complete("- One\n\n**Two**\n"), ["- One\n\n"]);
    assert_eq!(complete("1. One\n\n2"), Vec::<String>::new());
    assert_eq!(complete("1. One\n\n2 is a number\n"), ["1. One\n\n"]);
    let nested = "1. One\n\n   ```\n   a\n\n   b\n   ```\n\n2. Two\n\n";
    assert_eq!(complete(&format!("{nested}# Three\n")), [nested, "# Three\n"]);
    assert_eq!(complete("    code\n\n    more\n\nText"), ["    code\n\n    more\n\n"]);
}

#[test]
fn html_that_spans_blank_lines_stays_open() {
    assert_eq!(complete("<!-- a\n\nb\n\n"), Vec::<String>::new());
    assert_eq!(complete("<!-- a\n\nb -->\n\nText\n\n").concat(), "<!-- a\n\nb -->\n\nText\n\n");
}

#[test]
fn the_open_block_is_shown_without_blank_lines_before_it() {
    assert_eq!(tail("One\n\n\n\nTwo"), Tail { from: 7, text: "Two", is_code: false });
    assert_eq!(tail("One\n\n"), Tail { from: 5, text: "", is_code: false });
}

#[test]
fn the_work_is_linear_in_the_text() {
    // In quadratic time the test run is seen to hang.
    for piece in [
        "a\n\n",
        "- a\n\n",
        "- a\n\n  b\n\n",
        "#\n",
        "# a\n",
        "#a\n",
        "```\n",
        "~~~ a\n",
        "> a\n",
        "\n",
        "    a\n\n",
        "<!--\n\n",
        "- ```\n\n",
        "1) ",
        "word ",
    ] {
        let text = piece.repeat(100_000 / piece.len());
        let mut blocks = Blocks::default();
        for end in (0..text.len()).step_by(1_000) {
            blocks.advance(&text[..end]);
        }
        let open = ["<!--\n\n", &text].concat();
        Blocks::default().advance(&open);
        let inside = ["- b\n\n", &text].concat();
        Blocks::default().advance(&inside);
    }
}

/// Pieces of Markdown, without definitions of references.
fn markdown() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "b ",
        "x\n",
        "\n",
        "\n\n",
        " ",
        "    ",
        "\t",
        "# ",
        "## h\n",
        "#",
        "===\n",
        "---\n",
        "***\n",
        "- ",
        "* a\n",
        "+ ",
        "1. ",
        "2) b\n",
        "- [ ] t\n",
        "> ",
        "> q\n",
        "```\n",
        "```rust\n",
        "````\n",
        "~~~\n",
        "`",
        "``",
        "**",
        "_",
        "~~",
        "| a | b |\n",
        "|---|--:|\n",
        "| c\n",
        "<div>\n",
        "</div>",
        "<!--",
        "-->",
        "<pre>\n",
        "</pre>\n",
        "<?",
        "?>\n",
        "\r\n",
        "\\",
        "  \n",
        "https://x.example/a_b",
        "![i](https://x.example)",
        "سلام\n",
        "&amp;",
        "  - c\n",
        "   ```\n",
        "\u{3000}",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn any_split_of_a_text_gives_the_blocks_of_the_whole(text in markdown(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20)) {
        let chars: Vec<char> = text.chars().collect();
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(chars.len() + 1)).collect();
        at.extend([0, chars.len()]);
        at.sort_unstable();
        let pieces: Vec<String> = at.windows(2).map(|pair| chars[pair[0]..pair[1]].iter().collect()).collect();
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        let (complete, open) = split(&pieces);
        prop_assert_eq!(split(&[&text]), (complete.clone(), open.clone()));
        prop_assert_eq!(complete.concat() + &open, text);
    }

    #[test]
    fn blocks_rendered_one_by_one_are_the_rendered_text(text in markdown()) {
        let (complete, open) = split(&[&text]);
        let html: String = complete.iter().map(|block| to_html(block)).collect();
        prop_assert_eq!(html + &to_html(&open), to_html(&text));
    }
}
