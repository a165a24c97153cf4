//! Costs and counts for people. The pages, the messages of the engine and the command line write them alike.

/// The text in place of a cost whose price is not known: never `$0`, which reads as free.
pub const PRICE_NOT_KNOWN: &str = "price not known";

/// The least cost that is written in cents, in US dollars: from there on it reads as one cent.
pub const CENT_USD: f64 = 0.009_95;
/// Digits behind the point at the most.
const MOST_PLACES: usize = 7;

/// A cost in US dollars: `$0.0042`, `$0.12`, `$3.50`, `$1,204`. Below a cent it has two digits that count.
#[must_use]
pub fn cost(usd: f64) -> String {
    if usd.is_nan() || usd <= 0.0 {
        "$0".into()
    } else if usd < CENT_USD {
        small_cost(usd)
    } else if usd < 999.995 {
        format!("${usd:.2}")
    } else {
        format!("${}", grouped(&format!("{usd:.0}")))
    }
}

/// A cost below a cent, with two digits that count.
fn small_cost(usd: f64) -> String {
    let (mut places, mut least) = (4, 0.001);
    // An amount that rounds up to the next larger place is written with the digits of that place.
    while usd < least * 0.995 && places < MOST_PLACES {
        places += 1;
        least /= 10.0;
    }
    if usd < least * 0.995 { format!("< ${least:.places$}", places = places - 1) } else { format!("${usd:.places$}") }
}

/// A cost, as far as it is known: the prices of so many calls are not.
#[must_use]
pub fn known_cost(usd: f64, unpriced_calls: u32) -> String {
    match unpriced_calls {
        0 => cost(usd),
        _ if usd > 0.0 => format!("at least {}", cost(usd)),
        _ => PRICE_NOT_KNOWN.into(),
    }
}

/// A number with its thousands set apart: `12,345`.
#[must_use]
pub fn number(count: u64) -> String {
    grouped(&count.to_string())
}

/// A count with its noun: `1 step`, `3 steps`.
#[must_use]
pub fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

fn grouped(digits: &str) -> String {
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<I: Copy + std::fmt::Debug>(show: impl Fn(I) -> String, table: &[(I, &str)]) {
        for &(given, expected) in table {
            assert_eq!(show(given), expected, "{given:?}");
        }
    }

    #[test]
    fn costs_keep_the_digits_that_matter() {
        check(
            cost,
            &[
                (0.0, "$0"),
                (-1.0, "$0"),
                (f64::NAN, "$0"),
                (0.000_000_1, "< $0.000001"),
                (0.000_001, "$0.0000010"),
                (0.000_099_6, "$0.00010"),
                (0.000_05, "$0.000050"),
                (0.0042, "$0.0042"),
                (0.009_94, "$0.0099"),
                (0.009_96, "$0.01"),
                (0.12, "$0.12"),
                (0.9996, "$1.00"),
                (3.5, "$3.50"),
                (999.994, "$999.99"),
                (999.996, "$1,000"),
                (1_234_567.8, "$1,234,568"),
            ],
        );
    }

    #[test]
    fn a_cost_that_is_not_known_is_no_zero() {
        let shown = |(usd, unpriced)| known_cost(usd, unpriced);
        check(shown, &[((0.0, 0), "$0"), ((0.0, 1), "price not known"), ((0.12, 1), "at least $0.12")]);
    }

    #[test]
    fn nouns_agree_with_their_counts() {
        check(number, &[(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")]);
        check(|count| plural(count, "step", "steps"), &[(0, "0 steps"), (1, "1 step"), (1_200, "1,200 steps")]);
    }
}
