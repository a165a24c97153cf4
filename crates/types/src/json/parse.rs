//! Reading a text into a value.
//!
//! `serde_json` does the same, and the tests compare the two. Its numbers bring tables that no compressor makes
//! smaller, and its errors tell where they are within a sentence only.

use std::fmt;

use serde_json::{Map, Number, Value};

use crate::fraction;
use crate::limits::MAX_JSON_DEPTH;

/// Why a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub message: &'static str,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {} column {}", self.message, self.line, self.column)
    }
}

impl std::error::Error for SyntaxError {}

/// Reads a text.
pub fn parse(text: &str) -> Result<Value, SyntaxError> {
    let mut parser = Parser { text, at: 0 };
    let parsed = parser.value(MAX_JSON_DEPTH).and_then(|value| match parser.peek() {
        None => Ok(value),
        Some(_) => Err("trailing characters"),
    });
    parsed.map_err(|message| parser.error(message))
}

/// A part that was read, or what is wrong at the place that was reached.
type Parsed<T> = Result<T, &'static str>;

struct Parser<'a> {
    text: &'a str,
    /// How many bytes were read.
    at: usize,
}

impl<'a> Parser<'a> {
    fn error(&self, message: &'static str) -> SyntaxError {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        SyntaxError {
            message,
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.rest().trim_start_matches([' ', '\t', '\r', '\n']);
        self.at = self.text.len() - rest.len();
        rest.bytes().next()
    }

    fn value(&mut self, depth: usize) -> Parsed<Value> {
        match self.peek() {
            None => Err("EOF while parsing a value"),
            Some(b'"') => self.string().map(Value::String),
            Some(b'[' | b'{') if depth == 0 => Err("recursion limit exceeded"),
            Some(b'[') => self.array(depth - 1),
            Some(b'{') => self.object(depth - 1),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => self.word(),
        }
    }

    fn word(&mut self) -> Parsed<Value> {
        let words = [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))];
        let found = words.into_iter().find(|(word, _)| self.rest().starts_with(word));
        let (word, value) = found.ok_or("expected value")?;
        self.at += word.len();
        Ok(value)
    }

    fn array(&mut self, depth: usize) -> Parsed<Value> {
        let mut items = Vec::new();
        self.list(b']', |parser| {
            items.push(parser.value(depth)?);
            Ok(())
        })?;
        Ok(Value::Array(items))
    }

    fn object(&mut self, depth: usize) -> Parsed<Value> {
        let mut fields = Map::new();
        self.list(b'}', |parser| {
            if parser.peek() != Some(b'"') {
                return Err("key must be a string");
            }
            let key = parser.string()?;
            match parser.peek() {
                Some(b':') => parser.at += 1,
                Some(_) => return Err("expected `:`"),
                None => return Err("EOF while parsing an object"),
            }
            fields.insert(key, parser.value(depth)?);
            Ok(())
        })?;
        Ok(Value::Object(fields))
    }

    /// Reads what stands between brackets, with a comma between two.
    fn list(&mut self, close: u8, mut item: impl FnMut(&mut Self) -> Parsed<()>) -> Parsed<()> {
        let (end, missing) = match close {
            b']' => ("EOF while parsing a list", "expected `,` or `]`"),
            _ => ("EOF while parsing an object", "expected `,` or `}`"),
        };
        self.at += 1;
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.peek().ok_or(end)?;
            item(self)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(byte) if byte == close => {
                    self.at += 1;
                    return Ok(());
                }
                Some(_) => return Err(missing),
                None => return Err(end),
            }
            if self.peek() == Some(close) {
                return Err("trailing comma");
            }
        }
    }

    /// Takes the digits that come, and tells how many.
    fn digits(&mut self) -> usize {
        let rest = self.rest();
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.at += count;
        count
    }

    /// Takes one of these, if it comes.
    fn takes(&mut self, one_of: &[char]) -> bool {
        let comes = self.rest().starts_with(one_of);
        self.at += usize::from(comes);
        comes
    }

    fn number(&mut self) -> Parsed<Value> {
        let start = self.at;
        self.takes(&['-']);
        let starts_with_zero = self.rest().starts_with('0');
        let digits = self.digits();
        let mut valid = digits > 0 && !(starts_with_zero && digits > 1);
        let mut is_whole = true;
        if self.takes(&['.']) {
            is_whole = false;
            valid &= self.digits() > 0;
        }
        if self.takes(&['e', 'E']) {
            is_whole = false;
            self.takes(&['+', '-']);
            valid &= self.digits() > 0;
        }
        let digits = self.text.get(start..self.at).filter(|_| valid).ok_or("invalid number")?;
        let whole = || digits.parse().map(u64::into).or_else(|_| digits.parse().map(i64::into)).ok();
        // Minus nothing is no whole number, and one that is too large is a fraction.
        let whole: Option<Number> = Some(()).filter(|()| is_whole && digits != "-0").and_then(|()| whole());
        let number = whole.or_else(|| Number::from_f64(fraction::read(digits)));
        number.map(Value::Number).ok_or("number out of range")
    }

    fn string(&mut self) -> Parsed<String> {
        self.at += 1;
        let mut string = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.find(|c| matches!(c, '"' | '\\' | '\0'..='\u{1f}')).unwrap_or(rest.len());
            string.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            match self.rest().bytes().next() {
                None => return Err("EOF while parsing a string"),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => string.push(self.escaped()?),
                Some(_) => return Err("control character (\\u0000-\\u001F) found while parsing a string"),
            }
        }
    }

    fn escaped(&mut self) -> Parsed<char> {
        let escape = self.rest().chars().nth(1).ok_or("EOF while parsing a string")?;
        let character = match escape {
            '"' | '\\' | '/' => escape,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return self.unicode(),
            _ => return Err("invalid escape"),
        };
        self.at += 2;
        Ok(character)
    }

    /// Reads `\uXXXX`, or two of them that stand for one character.
    fn unicode(&mut self) -> Parsed<char> {
        let first = self.code_unit()?;
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        if !self.rest().starts_with("\\u") {
            return Err("lone surrogate in hex escape");
        }
        let second = self.code_unit()?;
        let is_pair = (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second);
        let code = Some(()).filter(|()| is_pair).map(|()| 0x1_0000 + ((first & 0x3ff) << 10) + (second & 0x3ff));
        code.and_then(char::from_u32).ok_or("lone surrogate in hex escape")
    }

    fn code_unit(&mut self) -> Parsed<u32> {
        let digits = self.rest().get(2..6).filter(|digits| digits.bytes().all(|it| it.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or("invalid escape")?;
        self.at += 6;
        Ok(unit)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn theirs(text: &str) -> Option<Value> {
        serde_json::from_str(text).ok()
    }

    /// Texts of one line each, right and wrong ones.
    const LINES: &str = r#"null
 true
false
[]
{}
[ ]
{ }
{"a": {"b": [null]}, "c": ""}
{"a": 1, "a": 2}
0
-0
-1
18446744073709551615
18446744073709551616
-9223372036854775808
-9223372036854775809
0.5
1.0
-2.5e-3
1E5
1e+2
1e999
-1e999
01
-
1.
.5
1e
1e+
+1
--1
0x1
"é\n\"\\\/\b\f\r\té"
"\ud83d\ude00"
"\ud83d"
"\ude00"
"\ud83dx"
"\ud83d\u0041"
"\u12"
"\u00e"
"\u+123"
"\x"
"a
"\
[
[1
[1,
[1,]
[1 2]
{
{"a"
{"a":
{"a":1
{"a":1,
{"a":1,}
{a:1}
{"a" 1}
{1:1}
nul
truex
1 x
[]]
NaN"#;

    #[test]
    fn texts_are_read_as_serde_json_reads_them() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let (fits, too_deep) = (deep(MAX_JSON_DEPTH), deep(MAX_JSON_DEPTH + 1));
        let others = ["", " ", "\t[1,\r\n2 , 3]", "\"a\nb\"", "\u{feff}1", "\u{a0}1", &fits, &too_deep];
        for text in LINES.lines().chain(others) {
            assert_eq!(parse(text).ok(), theirs(text), "{text}");
        }
        assert!(LINES.lines().filter(|text| parse(text).is_ok()).count() > 20);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, message, line, column) in [
            ("", "EOF while parsing a value", 1, 1),
            ("{\n  \"é\" 1}", "expected `:`", 2, 7),
            ("[1,\n2,]", "trailing comma", 2, 3),
            ("[1\n,2", "EOF while parsing a list", 2, 3),
            ("{\"a\": 1 \"b\"}", "expected `,` or `}`", 1, 9),
            ("{\"a\": yes}", "expected value", 1, 7),
            ("1 x", "trailing characters", 1, 3),
            ("{a}", "key must be a string", 1, 2),
            (r#"["\q"]"#, "invalid escape", 1, 3),
        ] {
            assert_eq!(parse(text), Err(SyntaxError { message, line, column }), "{text}");
        }
        assert_eq!(parse("[").unwrap_err().to_string(), "EOF while parsing a list at line 1 column 2");
    }

    /// Values of any shape.
    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(|number| json!(number)),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6).prop_map(|fields| fields.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(value in any_value()) {
            prop_assert_eq!(parse(&value.to_string()).unwrap(), value.clone());
            prop_assert_eq!(parse(&format!("{value:#}")).unwrap(), value);
        }

        /// The same texts are refused, wherever one is cut or garbled.
        #[test]
        fn texts_are_refused_that_serde_json_refuses(value in any_value(), at in any::<prop::sample::Index>(),
            put in prop::sample::select(vec!["", "\"", "\\", ",", ":", "]", "}", "[", "{", "0", "-", ".", "e", "\n", "ü"])) {
            let text = value.to_string();
            let mut places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            places.push(text.len());
            let place = *at.get(&places);
            for garbled in [text[..place].to_owned(), [&text[..place], put, &text[place..]].concat()] {
                // Their fractions may be off by a last digit.
                prop_assert_eq!(parse(&garbled).is_ok(), theirs(&garbled).is_some(), "{}", garbled);
            }
        }
    }
}
