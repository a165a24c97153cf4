//! What single characters are, and how they are written otherwise.

/// Punctuation and symbols beyond ASCII, from first to last.
const PUNCTUATION: [(u32, u32); 62] = [
    (0xa1, 0xa9),
    (0xab, 0xac),
    (0xae, 0xb1),
    (0xb4, 0xb4),
    (0xb6, 0xb8),
    (0xbb, 0xbb),
    (0xbf, 0xbf),
    (0xd7, 0xd7),
    (0xf7, 0xf7),
    (0x2c2, 0x2c5),
    (0x2d2, 0x2df),
    (0x37e, 0x37e),
    (0x384, 0x385),
    (0x387, 0x387),
    (0x55a, 0x55f),
    (0x589, 0x58f),
    (0x5be, 0x5be),
    (0x5c0, 0x5c0),
    (0x5c3, 0x5c3),
    (0x5f3, 0x5f4),
    (0x606, 0x60f),
    (0x61b, 0x61b),
    (0x61d, 0x61f),
    (0x66a, 0x66d),
    (0x6d4, 0x6d4),
    (0x964, 0x965),
    (0xe3f, 0xe3f),
    (0x2010, 0x2027),
    (0x2030, 0x205e),
    (0x207a, 0x207e),
    (0x208a, 0x208e),
    (0x20a0, 0x20c0),
    (0x2100, 0x2101),
    (0x2103, 0x2106),
    (0x2108, 0x2109),
    (0x2116, 0x2118),
    (0x211e, 0x2123),
    (0x218a, 0x244a),
    (0x249c, 0x24e9),
    (0x2500, 0x2775),
    (0x2794, 0x2bff),
    (0x2e00, 0x2fff),
    (0x3001, 0x3004),
    (0x3008, 0x3020),
    (0x3030, 0x3030),
    (0x3036, 0x3037),
    (0x303d, 0x303f),
    (0x309b, 0x309c),
    (0x30a0, 0x30a0),
    (0x30fb, 0x30fb),
    (0x3200, 0x321e),
    (0x3260, 0x327f),
    (0x32c0, 0x33ff),
    (0xfe10, 0xfe19),
    (0xfe30, 0xfe6b),
    (0xff01, 0xff0f),
    (0xff1a, 0xff20),
    (0xff3b, 0xff40),
    (0xff5b, 0xff65),
    (0xffe0, 0xffee),
    (0x1f000, 0x1f0f5),
    (0x1f10d, 0x1fbca),
];

/// Named character references that people write.
const NAMED: [(&str, char); 25] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("hellip", '…'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("bull", '•'),
    ("middot", '·'),
    ("deg", '°'),
    ("times", '×'),
    ("larr", '←'),
    ("rarr", '→'),
    ("euro", '€'),
];

pub(super) fn is_punctuation(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_punctuation();
    }
    let code = u32::from(c);
    PUNCTUATION.iter().any(|&(first, last)| (first..=last).contains(&code))
}

/// Gives the character that a reference at the start of the text stands for, and the reference's length.
pub(super) fn reference(text: &str) -> Option<(char, usize)> {
    let name = text.strip_prefix('&')?;
    // The longest is a number of seven digits behind `#`.
    let length = name.bytes().take(9).position(|byte| byte == b';')?;
    let name = name.get(..length)?;
    let c = match name.strip_prefix('#') {
        Some(number) => numbered(number)?,
        None => NAMED.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((c, length + 2))
}

fn numbered(number: &str) -> Option<char> {
    let (digits, radix, most) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 6),
        None => (number, 10, 7),
    };
    if digits.is_empty() || digits.len() > most {
        return None;
    }
    let mut code = 0;
    for c in digits.chars() {
        code = code * radix + c.to_digit(radix)?;
    }
    Some(char::from_u32(code).filter(|&c| c != '\0').unwrap_or('\u{fffd}'))
}

/// Gives a text with its escapes and character references resolved.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        let mut meant = c;
        if c == '\\'
            && let Some(escaped) = rest.chars().nth(1).filter(char::is_ascii_punctuation)
        {
            meant = escaped;
            length = 2;
        } else if let Some((referred, long)) = reference(rest) {
            meant = referred;
            length = long;
        }
        out.push(meant);
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

/// Writes a text with what HTML would take for markup escaped; quotes too, within an attribute.
pub(super) fn escape(out: &mut String, text: &str, is_attribute: bool) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if is_attribute => out.push_str("&quot;"),
            '\'' if is_attribute => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
}
