//! `calculate`: arithmetic. A small parser of its own: crates for this are not kept, or evaluate a whole language.

use serde_json::{Number, Value, json};

use super::tool::invalid;
use crate::annotations::{Annotations, ToolInfo};
use crate::error::ToolError;
use crate::output::ToolOutput;

/// Characters of the longest expression.
pub const MAX_EXPRESSION_CHARS: usize = 1_000;
/// Nested parentheses, functions, signs and powers.
pub const MAX_EXPRESSION_DEPTH: usize = 50;

pub fn info() -> ToolInfo {
    ToolInfo {
        name: "calculate".into(),
        title: Some("Calculate".into()),
        description: "Evaluates an arithmetic expression, for example `round(1250 * 1.19, 2)`. It knows + - * / % ^, \
                      parentheses, pi and e, and abs, ceil, exp, floor, ln, log10, max, min, round, sqrt, sum, avg. \
                      Numbers have about 15 digits."
            .into(),
        input_schema: json!({
            "type": "object",
            "properties": {
                "expression": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": MAX_EXPRESSION_CHARS,
                    "description": "The expression",
                },
            },
            "required": ["expression"],
            "additionalProperties": false,
        }),
        output_schema: None,
        annotations: Annotations { read_only: Some(true), open_world: Some(false), ..Annotations::default() },
    }
}

pub fn call(arguments: &Value) -> Result<ToolOutput, ToolError> {
    let text = arguments.get("expression").and_then(Value::as_str).unwrap_or_default();
    let number =
        evaluate(text).map_err(|message| invalid("/expression", format!("The expression is wrong: {message}.")))?;
    Ok(ToolOutput::new(Some(json_number(number)), Vec::new(), false))
}

/// A whole number as such: `4`, not `4.0`.
fn json_number(number: f64) -> Value {
    const LARGEST_EXACT: f64 = 9_007_199_254_740_991.0;
    // Turns -0 into 0.
    let number = number + 0.0;
    if number.fract() == 0.0 && number.abs() <= LARGEST_EXACT {
        let whole: Option<Number> = format!("{number:.0}").parse().ok();
        return whole.map_or(Value::Null, Value::Number);
    }
    json!(number)
}

fn evaluate(text: &str) -> Result<f64, String> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let number = parser.sum()?;
    parser.skip_space();
    match parser.rest().chars().next() {
        None => Ok(number),
        Some(found) => Err(format!("`{found}` at character {} is not expected", parser.position())),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn position(&self) -> usize {
        self.text.get(..self.at).unwrap_or_default().chars().count() + 1
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn take(&mut self, sign: char) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len_utf8() } else { 0 };
        found
    }

    /// The longest piece of such characters.
    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> String {
        let rest = self.rest();
        let piece = rest.get(..rest.find(|c| !fits(c)).unwrap_or(rest.len())).unwrap_or_default().to_owned();
        self.at += piece.len();
        piece
    }

    fn sum(&mut self) -> Result<f64, String> {
        let mut left = self.product()?;
        loop {
            if self.take('+') {
                left += self.product()?;
            } else if self.take('-') {
                left -= self.product()?;
            } else {
                return finite(left);
            }
        }
    }

    fn product(&mut self) -> Result<f64, String> {
        let mut left = self.signed()?;
        loop {
            if self.take('*') {
                left *= self.signed()?;
            } else if self.take('/') {
                left /= not_zero(self.signed()?)?;
            } else if self.take('%') {
                left %= not_zero(self.signed()?)?;
            } else {
                return finite(left);
            }
        }
    }

    /// A sign binds looser than a power: `-2^2` is -4.
    fn signed(&mut self) -> Result<f64, String> {
        self.depth += 1;
        if self.depth > MAX_EXPRESSION_DEPTH {
            return Err(format!("it is nested deeper than {MAX_EXPRESSION_DEPTH} levels"));
        }
        let number = if self.take('-') {
            -self.signed()?
        } else if self.take('+') {
            self.signed()?
        } else {
            self.power()?
        };
        self.depth -= 1;
        Ok(number)
    }

    /// Powers group to the right: `2^3^2` is 512.
    fn power(&mut self) -> Result<f64, String> {
        let base = self.operand()?;
        if self.take('^') { finite(base.powf(self.signed()?)) } else { Ok(base) }
    }

    fn operand(&mut self) -> Result<f64, String> {
        if self.take('(') {
            let inside = self.sum()?;
            return if self.take(')') { Ok(inside) } else { Err(self.expected("`)`")) };
        }
        match self.rest().chars().next() {
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(c) if c.is_ascii_alphabetic() => self.named(),
            _ => Err(self.expected("a number")),
        }
    }

    fn expected(&self, what: &str) -> String {
        format!("{what} is expected at character {}", self.position())
    }

    fn number(&mut self) -> Result<f64, String> {
        let begin = self.at;
        self.take_while(|c| c.is_ascii_digit() || c == '.');
        let exponent = self.rest().strip_prefix(['e', 'E']);
        let digits = exponent.map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
        if digits.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            self.at += 1;
            self.take_while(|c| matches!(c, '+' | '-'));
            self.take_while(|c| c.is_ascii_digit());
        }
        let text = self.text.get(begin..self.at).unwrap_or_default();
        let number = text.parse().map_err(|_| format!("`{text}` is no number"))?;
        finite(number)
    }

    fn named(&mut self) -> Result<f64, String> {
        let name = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
        match name.as_str() {
            "pi" => return Ok(std::f64::consts::PI),
            "e" => return Ok(std::f64::consts::E),
            _ => {}
        }
        if !self.take('(') {
            return Err(format!("`{name}` is not known"));
        }
        let mut values = Vec::new();
        if !self.take(')') {
            loop {
                values.push(self.sum()?);
                if self.take(')') {
                    break;
                }
                if !self.take(',') {
                    return Err(self.expected("`,` or `)`"));
                }
            }
        }
        finite(function(&name, &values)?)
    }
}

fn function(name: &str, values: &[f64]) -> Result<f64, String> {
    let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
    Ok(match (name, values) {
        ("abs", [x]) => x.abs(),
        ("ceil", [x]) => x.ceil(),
        ("exp", [x]) => x.exp(),
        ("floor", [x]) => x.floor(),
        ("ln", [x]) => x.ln(),
        ("log10", [x]) => x.log10(),
        ("round", [x]) => x.round(),
        ("round", [x, digits]) => {
            let scale = 10_f64.powf(digits.round().clamp(0.0, 15.0));
            (x * scale).round() / scale
        }
        ("sqrt", [x]) => x.sqrt(),
        ("sum", _) => values.iter().sum(),
        ("avg", [_, ..]) => values.iter().sum::<f64>() / f64::from(count),
        ("max", [_, ..]) => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        ("min", [_, ..]) => values.iter().copied().fold(f64::INFINITY, f64::min),
        _ => return Err(format!("there is no function `{name}` of {count} values")),
    })
}

fn not_zero(number: f64) -> Result<f64, String> {
    if number == 0.0 { Err("it divides by zero".into()) } else { Ok(number) }
}

fn finite(number: f64) -> Result<f64, String> {
    if number.is_finite() { Ok(number) } else { Err("its value is no number, or too large for one".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_evaluated() {
        for (text, value) in [
            ("1 + 2 * 3", json!(7)),
            ("(1 + 2) * 3", json!(9)),
            ("-2^2", json!(-4)),
            ("2^3^2", json!(512)),
            ("2^-1", json!(0.5)),
            ("7 % 4 / 2", json!(1.5)),
            ("round(1250 * 1.19, 2)", json!(1487.5)),
            ("round(2.345, 2) - -1", json!(3.35)),
            ("max(1, 2e1, .5) + min(3, 4)", json!(23)),
            ("sum() + avg(1, 2)", json!(1.5)),
            ("sqrt(16) + 2*pi - 2*pi + ln(e)", json!(5)),
            ("0 * -1", json!(0)),
            ("9007199254740993", json!(9_007_199_254_740_992.0)),
        ] {
            assert_eq!(evaluate(text).map(json_number), Ok(value), "{text}");
        }
    }

    #[test]
    fn wrong_expressions_are_refused_with_the_place() {
        let deep = format!("{}1{}", "(".repeat(60), ")".repeat(60));
        let signs = format!("{}1", "-".repeat(900));
        let powers = "2^".repeat(400) + "1";
        for (text, why) in [
            ("", "a number is expected at character 1"),
            ("1 +", "a number is expected at character 4"),
            ("1 2", "`2` at character 3"),
            ("(1", "`)` is expected"),
            ("1/0", "divides by zero"),
            ("5 % 0", "divides by zero"),
            ("sqrt(-1)", "no number"),
            ("10^400", "too large"),
            ("1.2.3", "`1.2.3` is no number"),
            ("x + 1", "`x` is not known"),
            ("sin(1)", "no function `sin` of 1 values"),
            ("abs(1, 2)", "no function `abs` of 2 values"),
            ("ä", "a number is expected"),
            (deep.as_str(), "deeper than 50"),
            (signs.as_str(), "deeper than 50"),
            (powers.as_str(), "deeper than 50"),
        ] {
            let error = evaluate(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
