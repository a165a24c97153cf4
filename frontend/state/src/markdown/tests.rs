use proptest::prelude::*;

use super::to_html;

/// The tags of a page as a browser would see them: each from `<` to `>`, quotes minded.
fn tags(html: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut chars = html.chars();
    while let Some(c) = chars.next() {
        if c != '<' {
            continue;
        }
        let mut tag = String::new();
        let mut quote = None;
        for c in chars.by_ref() {
            match quote {
                None if c == '>' => break,
                None if c == '"' => quote = Some(c),
                Some(open) if c == open => quote = None,
                None | Some(_) => {}
            }
            tag.push(c);
        }
        tags.push(tag);
    }
    tags
}

/// Prefixes of the tags that the renderer writes.
const KNOWN: [&str; 30] = [
    "p",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "em",
    "strong",
    "del",
    "code",
    "pre",
    "blockquote",
    "hr",
    "br",
    "a",
    "div",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "input",
    "hr/",
    "br/",
    "ul/",
    "ol/",
    "p/",
];

/// Attributes that the renderer writes, with the prefixes of their values.
const ATTRIBUTES: [&str; 22] = [
    "dir=\"auto\"",
    "dir=\"ltr\"",
    "href=\"http://",
    "href=\"https://",
    "href=\"mailto:",
    "rel=\"noopener noreferrer nofollow\"",
    "target=\"_blank\"",
    "class=\"language-",
    "class=\"table\"",
    "class=\"center\"",
    "class=\"right\"",
    "tabindex=\"0\"",
    "role=\"region\"",
    "aria-label=\"",
    "type=\"checkbox\"",
    "disabled",
    "checked",
    "scope=\"col\"",
    "start=\"",
    "/",
    "noreferrer",
    "nofollow\"",
];

/// Fails on any tag or attribute that this module does not write itself.
fn assert_safe(html: &str) {
    for tag in tags(html) {
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap_or_default().to_owned();
        assert!(KNOWN.contains(&name.as_str()), "tag {tag:?} in {html}");
        let mut rest = tag.trim_start_matches('/').strip_prefix(&name).unwrap().trim();
        while !rest.is_empty() {
            let known = ATTRIBUTES.iter().any(|known| rest.to_ascii_lowercase().starts_with(known));
            assert!(known, "attribute {rest:?} in {html}");
            rest = match rest.split_once("=\"") {
                Some((name, value)) if !name.contains(' ') => value.split_once('"').unwrap().1.trim(),
                _ => rest.split_once(' ').map_or("", |(_, rest)| rest.trim()),
            };
        }
    }
}

#[test]
fn attacks_come_out_as_text() {
    for attack in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "text <svg/onload=alert(1)> text",
        "<svg><animate onbegin=alert(1)></svg>",
        "<iframe srcdoc='<script>1</script>'></iframe>",
        "<!-- <script>alert(1)</script> -->",
        "a <!-- b --> c <!-->--><script>",
        "<![CDATA[<script>]]>",
        "<?php <script> ?>",
        "<style>@import 'http://x'</style>",
        "<details open ontoggle=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](&#106;avascript:alert(1))",
        "[a](java&Tab;script:alert(1))",
        "[a](<java\tscript:alert(1)>)",
        "[a](&#1;javascript:alert(1))",
        "[a]( javascript:alert(1))",
        "[a](vbscript:msgbox(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](//evil.example)",
        "[a](/relative)",
        "[a](http:javascript)",
        "<javascript:alert(1)>",
        "<data:text/html,x>",
        "![a](javascript:alert(1))",
        "![a](data:image/svg+xml,<svg onload=alert(1)>)",
        "[a]\n\n[a]: javascript:alert(1)",
        "[a][b]\n\n[b]: <data:text/html,x> \"t\"",
        "[a](https://x.example/\"onmouseover=\"alert(1))",
        "[a](<https://x.example/\" onmouseover=\"alert(1)>)",
        "[a](https://x.example 'title\" onmouseover=\"alert(1)')",
        "![\" onerror=\"alert(1)](https://x.example/i.png)",
        "```\"><script>alert(1)</script>\ncode\n```",
        "```x\" onclick=\"alert(1)\n<b>\n```",
        "`<script>alert(1)</script>`",
        "| <script> | b |\n|---|---|\n| <img onerror=x> | [x](javascript:y) |",
        "# <script>alert(1)</script> {onclick=alert(1)}",
        "- [x] <script>alert(1)</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ] {
        let html = to_html(attack);
        assert_safe(&html);
        assert!(!html.contains("<script") && !html.contains("href=\"j") && !html.contains("href=\"d"), "{html}");
    }
}

#[test]
fn only_web_and_mail_are_linked() {
    let rel = "rel=\"noopener noreferrer nofollow\" target=\"_blank\"";
    for (source, html) in [
        (
            "[a](https://x.example/?b=1&c=2)",
            format!("<p dir=\"auto\"><a href=\"https://x.example/?b=1&amp;c=2\" {rel}>a</a></p>\n"),
        ),
        ("[a](HTTP://x.example)", format!("<p dir=\"auto\"><a href=\"HTTP://x.example\" {rel}>a</a></p>\n")),
        ("<me@x.example>", format!("<p dir=\"auto\"><a href=\"mailto:me@x.example\" {rel}>me@x.example</a></p>\n")),
        ("[a *b*](javascript:c)", "<p dir=\"auto\">a <em>b</em></p>\n".into()),
        (
            "![a cat](https://x.example/c.png)",
            format!("<p dir=\"auto\"><a href=\"https://x.example/c.png\" {rel}>a cat</a></p>\n"),
        ),
        (
            "![](https://x.example/c.png)",
            format!("<p dir=\"auto\"><a href=\"https://x.example/c.png\" {rel}>https://x.example/c.png</a></p>\n"),
        ),
        (
            "[![alt](https://x.example/i.png)](https://y.example)",
            format!("<p dir=\"auto\"><a href=\"https://y.example\" {rel}>alt</a></p>\n"),
        ),
        ("![a](x.png)", "<p dir=\"auto\">a</p>\n".into()),
        ("![](x.png)", "<p dir=\"auto\">x.png</p>\n".into()),
    ] {
        assert_eq!(to_html(source), html, "{source}");
    }
}

#[test]
fn bare_addresses_are_links() {
    let link =
        |url: &str| format!("<a href=\"{url}\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">{url}</a>");
    let url = "https://x.example/a_b(c)?d=*e*";
    assert_eq!(
        to_html("See (https://x.example/a_b_c), \"http://y.example\"."),
        format!(
            "<p dir=\"auto\">See ({}), &quot;{}&quot;.</p>\n",
            link("https://x.example/a_b_c"),
            link("http://y.example")
        )
    );
    assert_eq!(to_html("# https://x.example\n"), format!("<h3 dir=\"auto\">{}</h3>\n", link("https://x.example")));
    assert_eq!(to_html(&format!("[{url}](https://z.example)")).matches("<a ").count(), 1);
    for text in [
        "`https://x.example`",
        "    https://x.example",
        "javascript://x.example",
        "ftp://x.example",
        "mailto:a@x.example",
        "me@x.example",
        "x.example",
        "<b href=https://x.example",
    ] {
        let expected = usize::from(text.starts_with("<b"));
        assert_eq!(to_html(text).matches("<a ").count(), expected, "{text}");
    }
}

#[test]
fn each_block_has_the_direction_of_its_own_text() {
    assert_eq!(to_html("سلام.\n\nHello."), "<p dir=\"auto\">سلام.</p>\n<p dir=\"auto\">Hello.</p>\n");
    assert_eq!(
        to_html("2. a\n\n   b\n   - c\n"),
        "<ol dir=\"auto\" start=\"2\">\n<li>\n<p>a</p>\n<p>b</p>\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ol>\n"
    );
    assert_eq!(to_html("> # a\n> b"), "<blockquote dir=\"auto\">\n<h3>a</h3>\n<p>b</p>\n</blockquote>\n");
}

#[test]
fn the_outline_of_the_page_stays_right() {
    assert_eq!(
        to_html("# A\n\n## B\n\n###### C"),
        "<h3 dir=\"auto\">A</h3>\n<h4 dir=\"auto\">B</h4>\n<h6 dir=\"auto\">C</h6>\n"
    );
}

#[test]
fn code_and_tables_are_scrolled_by_keyboard() {
    assert_eq!(
        to_html("```rust,ignore\na < b\n```"),
        "<pre dir=\"ltr\" tabindex=\"0\"><code class=\"language-rust\">a &lt; b\n</code></pre>\n"
    );
    assert_eq!(to_html("    a"), "<pre dir=\"ltr\" tabindex=\"0\"><code>a</code></pre>\n");
    assert_eq!(
        to_html("| a | b |\n|---|--:|\n| 1 | 2 |"),
        "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table><thead><tr>\
         <th scope=\"col\" dir=\"auto\">a</th><th scope=\"col\" dir=\"auto\" class=\"right\">b</th></tr></thead><tbody>\n\
         <tr><td dir=\"auto\">1</td><td dir=\"auto\" class=\"right\">2</td></tr>\n</tbody></table>\n</div>\n"
    );
}

#[test]
fn tasks_are_told_and_cannot_be_changed() {
    assert_eq!(
        to_html("- [x] a\n- [ ] b"),
        "<ul dir=\"auto\">\n<li><input type=\"checkbox\" disabled checked aria-label=\"Done\"> a</li>\n\
         <li><input type=\"checkbox\" disabled aria-label=\"Not done\"> b</li>\n</ul>\n"
    );
}

#[test]
fn the_usual_comes_out_as_usual() {
    assert_eq!(to_html("a **b** ~~c~~  \nd"), "<p dir=\"auto\">a <strong>b</strong> <del>c</del><br />\nd</p>\n");
    assert_eq!(to_html("<b>x</b>"), "<p dir=\"auto\">&lt;b&gt;x&lt;/b&gt;</p>\n");
    assert_eq!(to_html(""), "");
}

/// Pieces of which attacks are made.
fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "<script>",
        "</script>",
        "<img src=x onerror=",
        "javascript:",
        "data:",
        "https://x.example",
        "[",
        "](",
        ")",
        "!",
        "<",
        ">",
        "\"",
        "'",
        "&#106;",
        "&quot;",
        "&lt;",
        "`",
        "```",
        "\n",
        "\n\n",
        "# ",
        "| a | b |\n|--|--|\n",
        "|",
        "- [ ] ",
        "*",
        "~~",
        "<!--",
        "-->",
        "\\",
        "\t",
        "    ",
        "[a]: ",
        " onclick=",
        "<a href=",
        "<me@x.example>",
        "mailto:",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}

proptest! {
    #[test]
    fn no_text_gets_a_tag_or_an_attribute_through(pieces in prop::collection::vec(piece(), 0..24)) {
        assert_safe(&to_html(&pieces.concat()));
    }
}

mod hostile;
