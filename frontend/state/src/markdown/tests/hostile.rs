//! Texts that are built to slow down or crash a parser.

use proptest::prelude::*;

use super::{assert_safe, to_html};

const LENGTH: usize = 200_000;

/// The repeated part.
const PIECES: [&str; 92] = [
    "http://",
    "http://a.b ",
    "a://",
    "a:",
    "http://a(",
    "@a.b",
    "http://a.b/\"",
    "[",
    "]",
    "*",
    "_",
    "~",
    "~~",
    "`",
    ">",
    "<",
    "!",
    "(",
    ")",
    "#",
    "|",
    "-",
    "+",
    "&",
    "\\",
    " ",
    "\t",
    "\n",
    "![",
    "[]",
    "](",
    "[a](",
    "[a](b",
    "[a](<b",
    "[a](b \"",
    "[a](b '",
    "[a](b (",
    "![a](b)",
    "![](",
    "[a]",
    "[a][",
    "[a][b]",
    "*a ",
    "a* ",
    "a**b",
    "*a**b",
    "a*b_",
    "_a*",
    "***a ",
    "*a _b ",
    "~a ~~b ",
    "`a",
    "``a`",
    "<a:",
    "<a@b.",
    "<!--",
    "<?",
    "&#",
    "> ",
    "> >",
    "- ",
    "+ ",
    "1. ",
    "+ a\n",
    "- [ ] ",
    "- [x]\n",
    "> a\n",
    ">\n",
    "# a\n",
    "a\n=\n",
    "a \n",
    "a\\\n",
    " a\n",
    "```\n",
    "~~~a\n",
    "|\n",
    "|a\n",
    "a|\n-|\n",
    "|-",
    "[a]: b\n",
    "[a]: b '\n",
    "[a]: <b\n",
    "[a]: b (\n\n",
    "***\n",
    "* ",
    "+ \n",
    "a\n> ",
    "\u{3000}",
    "é",
    "🎉*",
    "[a\n",
    "1.\n",
];

fn assert_ends(name: &str, source: &str) {
    // In exponential time this does not end, and in quadratic time the test run is seen to hang.
    let html = to_html(source);
    assert!(html.len() < source.len() * 40 + 1_000_000, "{name:?} came to {} bytes", html.len());
}

#[test]
fn the_same_over_and_over_takes_no_longer_than_other_texts() {
    for piece in PIECES {
        assert_ends(piece, &piece.repeat(LENGTH / piece.len()));
    }
}

#[test]
fn what_grows_grows_in_bounds() {
    let ticks: Vec<String> = (1..600).map(|length| "`".repeat(length)).collect();
    assert_ends("ticks", &ticks.join(" "));
    assert_ends("brackets", &format!("{}{}", "[".repeat(LENGTH / 2), "]".repeat(LENGTH / 2)));
    assert_ends("images", &format!("{}{}", "![".repeat(LENGTH / 8), "](x)".repeat(LENGTH / 8)));
    assert_ends("links", &format!("{}{}", "[a".repeat(LENGTH / 8), "](http://x)".repeat(LENGTH / 8)));
    let nested: Vec<String> = (0..600).map(|depth| format!("{}- a", "  ".repeat(depth))).collect();
    assert_ends("lists", &nested.join("\n"));
    let table = format!("{}\n{}\n{}", "|a".repeat(10_000), "|-".repeat(10_000), "|b\n".repeat(50_000));
    assert_ends("table", &table);
    let definition = format!("[a]: http://x/{}\n\n{}", "x".repeat(100_000), "[a] ".repeat(25_000));
    assert_ends("reference", &definition);
    let definitions: Vec<String> = (0..12_000).map(|n| format!("[a{n}]: http://x")).collect();
    assert_ends("definitions", &format!("{}\n\n{}", definitions.join("\n"), "[a999] [none] ".repeat(10_000)));
    assert_ends("emphasis", &format!("{}{}", "*a **b ".repeat(20_000), "_c__".repeat(20_000)));
}

proptest! {
    #[test]
    fn no_text_brings_it_down(text in any::<String>()) {
        assert_safe(&to_html(&text));
    }

    #[test]
    fn no_marks_bring_it_down(text in "[\\[\\]()*_~`<>#|:&;! \t\n\r\\\\a1.+=\"'-]{0,80}") {
        assert_safe(&to_html(&text));
    }
}
