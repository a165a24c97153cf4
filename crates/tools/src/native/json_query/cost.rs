//! A bound of the work of a query.

use serde_json::Value;

/// Nested brackets and parentheses. The parser tries several readings of each.
const MAX_NESTING: usize = 8;

/// What makes a query look at values more than once.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// `..` and `?`: each looks at all that is below a value, so that a value is looked at for each that is around it.
    descents: u32,
    /// `,`: each may double the values.
    commas: u32,
}

impl Cost {
    /// Reads a query without parsing it; names and texts in quotes do not count.
    pub fn of(query: &str) -> Result<Self, &'static str> {
        let mut cost = Self::default();
        let (mut quote, mut nesting) = (None, 0_usize);
        let mut chars = query.trim().chars().enumerate().peekable();
        while let Some((at, c)) = chars.next() {
            match (quote, c) {
                (Some(_), '\\') => drop(chars.next()),
                (Some(open), _) if open == c => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(c),
                (None, '.') if chars.next_if(|(_, next)| *next == '.').is_some() => cost.descents += 1,
                (None, '?') => cost.descents += 1,
                (None, ',') => cost.commas += 1,
                (None, '$') if at > 0 => return Err("`$` stands at its beginning only; inside, use `@`"),
                (None, '[' | '(') => nesting += 1,
                (None, ']' | ')') => nesting = nesting.saturating_sub(1),
                (None, _) => {}
            }
            if nesting > MAX_NESTING {
                return Err("it is nested too deep");
            }
        }
        Ok(cost)
    }

    /// The most values that the query looks at in this JSON.
    pub fn steps(&self, json: &Value) -> u64 {
        let (values, depth) = measure(json);
        let around = depth.saturating_pow(self.descents);
        values.saturating_mul(around).saturating_mul(2_u64.saturating_pow(self.commas))
    }
}

/// The number of values in JSON, and how deep they are nested.
fn measure(json: &Value) -> (u64, u64) {
    let (mut values, mut deepest) = (0, 1);
    let mut ahead = vec![(json, 1)];
    while let Some((value, depth)) = ahead.pop() {
        values += 1;
        deepest = deepest.max(depth);
        match value {
            Value::Array(items) => ahead.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => ahead.extend(members.values().map(|member| (member, depth + 1))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    (values, deepest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_multiplies_is_counted_outside_of_quotes() {
        assert_eq!(Cost::of("$.a[?@.b == '..?,$'].c"), Ok(Cost { descents: 1, commas: 0 }));
        assert_eq!(Cost::of("$..a[1,2]..b['it\\'s', \"x,y\"]"), Ok(Cost { descents: 2, commas: 2 }));
        assert!(Cost::of("$[?@.a == $.b]").is_err());
        assert!(Cost::of(&"(".repeat(9)).is_err());
    }

    #[test]
    fn the_bound_grows_with_the_json() {
        let json = json!({"a": [1, 2], "b": {"c": 3}});
        assert_eq!(Cost { descents: 0, commas: 0 }.steps(&json), 6);
        assert_eq!(Cost { descents: 2, commas: 1 }.steps(&json), 6 * 9 * 2);
        assert_eq!(Cost { descents: 64, commas: 64 }.steps(&json), u64::MAX);
    }
}
