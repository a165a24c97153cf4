//! An amount of US dollars in a filter.

/// An amount of US dollars as it is typed: `0.5`, `$0.50`. It is kept in millionths, as costs are shown at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(u64);

impl Usd {
    const MICROS: u64 = 1_000_000;
    /// Digits behind the point.
    const DIGITS: usize = 6;

    /// Reads an amount; `None` where it is none. Amounts are not negative.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('$').trim();
        let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && part.is_empty()) || !is_number(whole) || !is_number(part) {
            return None;
        }
        let part: String = part.chars().chain(std::iter::repeat('0')).take(Self::DIGITS).collect();
        let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        whole.checked_mul(Self::MICROS)?.checked_add(part.parse().ok()?).map(Self)
    }
}

impl std::fmt::Display for Usd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{}.{:06}", self.0 / Self::MICROS, self.0 % Self::MICROS);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_they_are_typed() {
        let read = |text: &str| Usd::parse(text).map(|usd| usd.to_string());
        for (text, amount) in [("0", "0"), ("$1.50", "1.5"), (" .25", "0.25"), ("0,000001", "0.000001"), ("007", "7")] {
            assert_eq!(read(text).as_deref(), Some(amount), "{text}");
        }
        for text in ["", "$", ".", "-1", "1e3", "1.2.3", "NaN", "99999999999999999999"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
