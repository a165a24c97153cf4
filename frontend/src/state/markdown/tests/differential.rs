//! Our own rendering beside that of `pulldown-cmark`.

use proptest::prelude::*;

use super::{reference, to_html};

/// Texts like those that models write.
const ANSWERS: [&str; 46] = [
    "Sure! Here is a **short** answer.\n\nIt has *two* paragraphs,\nthe second on two lines.",
    "# Summary\n\n## Findings\n\n1. First\n2. Second\n3. Third\n\n### Next\n- a\n- b\n\n#### Closed ####\n##### x\n###### y\n####### seven\n#nospace\n#\n",
    "Heading\n=======\n\nText of\ntwo lines\n---\n\nmore\n\n***\n- - -\n___\n",
    "Use `let x = 1;` or ``a ` b`` or ` `` ` and `` ` `` here: `a\nb`, `unclosed",
    "```rust\nfn main() {\n    println!(\"<hi> & {}\", 1);\n}\n```\n\nand\n\n~~~\n```\nnested\n```\n~~~\n",
    "Still coming in:\n\n```python\ndef f():\n    return 1\n",
    "``` c++ title=\"a b\"\nint x;\n````\nafter\n\n```\n\n```\n",
    "Text\n\n    indented code\n      more\n\n    after a blank\n\n\nend\n    not code",
    "*em* _em_ **strong** __strong__ ***both*** ___both___ **a *b* c** *a **b** c* snake_case_name a*b*c 2*3*4 **bold**text",
    "**unclosed *and _mixed* up_ ** spaced ** * a * ***a** b* ***a* b** *a***b**c* ****four**** _a__b_ **a*",
    "~~gone~~ ~one~ ~~~three~~~ a~~b~~c ~~a **b** c~~ **~~x~~** ~~unclosed",
    "- a\n- b\n  - c\n    - d\n      continued\n- e\n\n* other\n+ third\n",
    "1. one\n\n   second paragraph\n\n2. two\n   ```sh\n   ls -la\n   ```\n3. three\n\n   > quoted\n",
    "3. three\n4. four\n\n7) seven\n8) eight\n\n0. zero\n\n1234567890. not a list\n",
    "- loose\n\n- list\n\n- items\n\ntext\n- tight\n- again\n",
    "- a\n\n  b\n- c\n\n\n  d\n-\n- e\n-\n\n  f\n",
    "Tasks:\n\n- [ ] open\n- [x] done\n  - [X] **nested** done\n- [ ]\n- [y] none\n\n1. [ ] numbered\n\n2. [x] loose\n",
    "> quote\n> more\nlazy\n\n> > nested\n> back\n\n> - item\n>   - inner\n>\n> ```\n> code\n> ```\nend\n",
    ">no space\n>\n> # heading\n>     code\n\n> a\n\n> b\n",
    "| Name | Value |\n|------|------:|\n| a | 1 |\n| `b | c` | **2** |\n| `b \\| c` | \\| |\n| short |\n| too | many | cells |\n\nafter",
    "Intro\n| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |\nx | y\n- item\n",
    "a | b\n--|--\n1 | 2\n> quote\n\n| one |\n|---|\n| *x* |\n\n| not | a |\n|---|\n",
    "- in a list:\n\n  | a | b |\n  |---|---|\n  | [x](https://x.example) | ~~y~~ |\n\n  after\n- b\n",
    "> | a | b |\n> |---|---|\n> | 1 | 2 |\n| lazy | no |\n",
    "[a](https://x.example) [b](<https://x.example/a b>) [c](https://x.example/a_(b) \"title\") [d](https://x.example 'ti\"tle') [e](https://x.example (t)) [f]( https://x.example )",
    "[`code`](https://x.example) [**b** *i*](http://x.example) [a [b] c](https://x.example) [a [b](https://y.example) c](https://x.example) *[a*](https://x.example)",
    "[a][b] [B][] [b] [Some  Label] [none] [x][none] ![i][b]\n\n[b]: https://x.example \"Title\"\n[some label]: <https://y.example/?a=1&b=2>\n  'over two\n  lines'\n[b]: https://no.example\n",
    "[q]: https://q.example\nText right after [q].\n\n- [l]: https://l.example\n- [l] and [q]\n\n> [z]: https://z.example\n\n[z]",
    "![alt *text*](https://x.example/i.png \"t\") ![](https://x.example/i.png) [![b](https://i.example)](https://x.example) ![a ![b](c) d](https://e.example)",
    "<https://x.example/?a=1&b=2> <me@x.example> <ftp://x> <not a link> https://bare.example www.bare.example me@bare.example",
    "[mail](mailto:a@x.example) [rel](/a) [js](javascript:x) [q](https://x.example/?q=\"a\"&b='c') [](https://x.example) [x]() [y](<>)",
    "\\*not em\\* \\# \\[a\\](b) \\`x\\` \\\\ \\a \\< &amp; &lt;b&gt; &quot; &nbsp; &copy; &mdash;&ndash;&hellip; &#65; &#x42; &#0; &#xffffff; &unknown; & &amp",
    "hard  \nbreak\\\nbackslash   \nthree \none\\",
    "a < b && c > d, Vec<String>, x <- y, 1 <2, <b>bold</b> <br> text <br/>",
    "Überblick: **größer** und *schöner*, „**zitiert**“, »*Wort*«, 5 € – **10 €**, § 3: *„Ja“*, Straße_und_Weg",
    "これは**強調**です。**「引用」**と*斜体*。**重要：**次に、`コード`を使う。\n\n- 項目一\n- 項目二\n  - 入れ子\n\n1. 手順\n2. 次\n",
    "🎉 **Done!** ✅ ⚠️ *careful* **🚀 Launch** **Launch 🚀**now a**🚀**b 👩‍👩‍👧 ~~😀~~\n\n- ✅ yes\n- ❌ no\n",
    "**Note:** text\n**Key**: value\n**\"quoted\"** **(paren)** *a*. _b_, __c__! (**d**) \"_e_\" foo__bar__baz _foo_bar_ **foo:**bar",
    "Steps:\n1. a\n2. b\nnot lazy\n\n   indented\n10. ten\n    ten more\n",
    "Text\n- interrupts\n\nText\n2. does not\n1. does\n\nText\n-\nText\n> quote\n# h\ntext\n```\ncode\n```\ntext\n***\n",
    "- # heading in item\n- > quote in item\n- ```\n  code\n  ```\n-     code\n- ***\n- a\n  ===\n- - - nested\n- 1. 2) x\n",
    "-\ta\n\n\tb\n\n\t\tcode\n\n1.\tx\n\ty\n\n>\tq\n>\t\tcode\n",
    "   indented paragraph\n  # heading\n   - list\n   - list\n  > quote\n   ```\n   code\n  less\n    more\n   ```\n",
    "- a\n    - four\n        - eight\n- b\n\n      code\n\n- c\n 1. one\n  2. two\n   3. three\n",
    "Windows\r\n\r\n- a\r\n- b\r\n\r\n```\r\ncode\r\n```\r\n\r\nhard  \r\nbreak\r\n\r\n| a | b |\r\n|---|---|\r\n| 1 | 2 |\r\n",
    "## Plan\n\n**Goal:** ship _it_.\n\n1. **Build** – `cargo build`\n   - needs `rustc`\n   - takes *long*\n\n     > Warning: ~~never~~ [read](https://x.example) first\n\n2. **Test**\n\n   | Case | OK |\n   |:-----|:--:|\n   | a    | ✅ |\n\n---\n\nDone.\n",
];

#[test]
fn answers_come_out_as_they_did() {
    for source in ANSWERS {
        assert_eq!(to_html(source), reference::to_html(source), "{source}");
        // Also while they come in.
        for (end, _) in source.char_indices() {
            let begun = &source[..end];
            // A task is one here as soon as its box is closed.
            if !begun.ends_with(['x', 'X', ' ', ']']) && !begun.contains("<br") && !begun.contains('\r') {
                assert_eq!(to_html(begun), reference::to_html(begun), "{begun}");
            }
        }
    }
}

#[test]
fn what_differs_differs_on_purpose() {
    for (source, html) in [
        ("<div>\n**a**\n</div>", "<p>&lt;div&gt;\n<strong>a</strong>\n&lt;/div&gt;</p>\n"),
        ("a\n<p title=\"*b*\">", "<p>a\n&lt;p title=&quot;<em>b</em>&quot;&gt;</p>\n"),
        ("&check;", "<p>&amp;check;</p>\n"),
        ("- [x]", "<ul>\n<li><input type=\"checkbox\" disabled checked aria-label=\"Done\"> </li>\n</ul>\n"),
        ("`a\n  b`", "<p><code>a b</code></p>\n"),
    ] {
        assert_eq!(to_html(source).replace("\"*", "&quot;*"), html.replace("&quot;", "\""), "{source}");
        assert_ne!(to_html(source), reference::to_html(source), "{source}");
    }
}

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "a", "word", "größer", "強調", "🎉", "x_y", "5", "(b)", "„c“", "d.", "e,", "2*3", "&amp;", "f:",
    ])
    .prop_map(str::to_owned)
}

/// A text within a line.
fn inline() -> impl Strategy<Value = String> {
    let piece = prop_oneof![4 => word(), 1 => Just("\\*".to_owned()), 1 => Just("`c*d`".to_owned()), 1 => Just("![i](https://i.example)".to_owned())];
    piece.prop_recursive(3, 16, 4, |inner| {
        let inner = prop::collection::vec(inner, 1..4).prop_map(|parts| parts.join(" "));
        (inner, 0..9_u8).prop_map(|(text, kind)| match kind {
            0 => format!("*{text}*"),
            1 => format!("**{text}**"),
            2 => format!("_{text}_"),
            3 => format!("~~{text}~~"),
            4 => format!("[{text}](https://x.example \"t\")"),
            5 => format!("***{text}***"),
            6 => format!("__{text}__"),
            7 => format!("[{text}][r]"),
            _ => text,
        })
    })
}

/// A text of some lines.
fn lines() -> impl Strategy<Value = String> {
    let end = prop::sample::select(vec!["\n", "  \n", "\\\n", " "]);
    prop::collection::vec((inline(), end), 1..4).prop_map(|lines| {
        lines
            .into_iter()
            .map(|(line, end)| line + end)
            .collect::<String>()
            .trim_end_matches(['\n', ' ', '\\'])
            .to_owned()
    })
}

/// All lines of a text indented, the first by a mark.
fn marked(mark: &str, text: &str, rest: &str) -> String {
    let indented: Vec<String> = text
        .lines()
        .map(|line| if line.is_empty() { rest.trim_end().to_owned() } else { format!("{rest}{line}") })
        .collect();
    let text = indented.join("\n");
    format!("{mark}{}", text.strip_prefix(rest).unwrap_or(&text))
}

fn block() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => lines(),
        1 => (1..7_usize, inline()).prop_map(|(level, text)| format!("{} {text}", "#".repeat(level))),
        1 => inline().prop_map(|text| format!("{text}\n---")),
        // Of tildes: where it has become text, backticks would be a code span over indented lines.
        1 => lines().prop_map(|text| format!("~~~rust\n{text}\n\n  {text}\n~~~")),
        1 => word().prop_map(|text| format!("    {text}\n\n      {text}")),
        1 => Just("***".to_owned()),
        1 => prop::collection::vec((word(), inline()), 1..4).prop_map(|rows| {
            let rows: Vec<String> = rows.iter().map(|(a, b)| format!("| {a} | {b} |")).collect();
            format!("| a | b |\n|:-:|--:|\n{}", rows.join("\n"))
        }),
        1 => Just("[r]: https://r.example 'title'".to_owned()),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let inside = (prop::collection::vec(inner, 1..4), any::<bool>())
            .prop_map(|(blocks, loose)| blocks.join(if loose { "\n\n" } else { "\n" }));
        (prop::collection::vec(inside, 1..4), 0..6_u8, any::<bool>()).prop_map(|(items, kind, loose)| {
            let items: Vec<String> = items
                .iter()
                .map(|text| match kind {
                    0 => marked("> ", text, "> "),
                    1 => marked("1. ", text, "   "),
                    2 => marked("* ", text, "  "),
                    3 => marked("- [ ] ", text, "  "),
                    4 => marked("12) ", text, "    "),
                    _ => marked("- ", text, "  "),
                })
                .collect();
            items.join(if loose { "\n\n" } else { "\n" })
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn documents_come_out_as_they_did(blocks in prop::collection::vec(block(), 1..5), tight in any::<bool>()) {
        let source = blocks.join(if tight { "\n" } else { "\n\n" });
        prop_assert_eq!(to_html(&source), reference::to_html(&source), "{}", source);
    }

    #[test]
    fn marks_come_out_as_they_did(marks in prop::sample::select(vec!["*", "_", "~"]), text in "[*_~`\\[\\]()!\\\\ab. 語「]{0,40}") {
        // A tilde beside an escaped one counts as more than one there; nobody writes that.
        let text = if marks == "~" || text.contains('~') { text.replace('\\', "") } else { text };
        let source = format!("x {marks}{text}\n\n[a]: https://a.example\n[b]: /b");
        prop_assert_eq!(to_html(&source), reference::to_html(&source), "{}", source);
    }
}
