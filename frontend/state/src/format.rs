//! Numbers, times and sizes for display. They depend on no clock and no browser language: the text is the same in every
//! test and on every machine.

use chrono::{DateTime, SecondsFormat, Utc};
use sluice_types::CostRange;
use sluice_types::amounts::CENT_USD;

pub use sluice_types::amounts::{PRICE_NOT_KNOWN, cost, known_cost, number, plural};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A cost in a list, where costs are compared at a glance: `< $0.01`, `$0.12`.
#[must_use]
pub fn cost_in_list(usd: f64) -> String {
    if usd > 0.0 && usd < CENT_USD { "< $0.01".into() } else { cost(usd) }
}

/// The same, as far as it is known: the prices of so many calls are not.
#[must_use]
pub fn known_cost_in_list(usd: f64, unpriced_calls: u32) -> String {
    match unpriced_calls {
        0 => cost_in_list(usd),
        // Of less than a cent there is nothing to say but that more was spent.
        _ => known_cost(usd, unpriced_calls),
    }
}

/// From the least to the most that something may cost: `$0.0042–$0.0120`, or one cost when both read
/// the same.
#[must_use]
pub fn cost_range(range: CostRange) -> String {
    let (low, high) = (cost(range.low), cost(range.high));
    if low == high {
        high
    } else if range.low <= 0.0 {
        format!("up to {high}")
    } else {
        format!("{low}–{high}")
    }
}

/// A number of tokens: `999`, `1.2k`, `45k`, `1.3M`.
#[must_use]
pub fn tokens(count: u64) -> String {
    scaled(count, &[("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000)], 1_000, "")
}

/// A number of bytes: `512 B`, `1.5 KiB`, `2.0 MiB`.
#[must_use]
pub fn bytes(count: u64) -> String {
    scaled(count, &[("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)], 1 << 10, " B")
}

/// A count in the largest unit that yields at least one; with a tenth below ten.
fn scaled(count: u64, units: &[(&str, u64)], first: u64, plain: &str) -> String {
    if count < first {
        return format!("{count}{plain}");
    }
    let space = if plain.is_empty() { "" } else { " " };
    let mut shown = String::new();
    for (at, &(name, unit)) in units.iter().enumerate() {
        let tenths = rounded(count.saturating_mul(10), unit);
        let whole = rounded(count, unit);
        shown = if tenths < 100 {
            format!("{}.{}{space}{name}", tenths / 10, tenths % 10)
        } else {
            format!("{}{space}{name}", number(whole))
        };
        let next_unit = units.get(at + 1).map(|&(_, next)| next / unit);
        if next_unit.is_none_or(|next| whole < next) {
            break;
        }
    }
    shown
}

fn rounded(count: u64, unit: u64) -> u64 {
    let unit = unit.max(1);
    count / unit + u64::from(count % unit >= unit.div_ceil(2))
}

/// A duration: `40 ms`, `0.8 s`, `42 s`, `2 min 5 s`, `1 h 3 min`, `2 d 4 h`.
#[must_use]
pub fn duration(ms: i64) -> String {
    let ms = ms.max(0);
    // Round first, so that the result is never `60 s`.
    let tenths = (ms + 50) / 100;
    let seconds = (ms + 500) / SECOND;
    let minutes = (ms + 30 * SECOND) / MINUTE;
    let hours = (ms + 30 * MINUTE) / HOUR;
    if ms < 100 {
        format!("{ms} ms")
    } else if tenths < 100 {
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else if seconds < 60 {
        format!("{seconds} s")
    } else if seconds < 3_600 {
        two(seconds / 60, "min", seconds % 60, "s")
    } else if minutes < 24 * 60 {
        two(minutes / 60, "h", minutes % 60, "min")
    } else {
        two(hours / 24, "d", hours % 24, "h")
    }
}

fn two(large: i64, unit: &str, small: i64, part: &str) -> String {
    if small == 0 { format!("{large} {unit}") } else { format!("{large} {unit} {small} {part}") }
}

/// When something was or will be, seen from now: `just now`, `3 min ago`, `yesterday`, `in 2 h`.
#[must_use]
pub fn relative_time(then_ms: i64, now_ms: i64) -> String {
    let past = then_ms <= now_ms;
    let apart = now_ms.saturating_sub(then_ms).saturating_abs();
    let days = apart / DAY;
    let distance = match apart {
        _ if apart < 10 * SECOND => return if past { "just now".into() } else { "now".into() },
        _ if apart < MINUTE => format!("{} s", apart / SECOND),
        _ if apart < HOUR => format!("{} min", apart / MINUTE),
        _ if apart < DAY => format!("{} h", apart / HOUR),
        _ if apart < 2 * DAY => return if past { "yesterday".into() } else { "tomorrow".into() },
        _ if days < 30 => format!("{days} days"),
        _ if days < 365 => plural(unsigned(days / 30), "month", "months"),
        _ => plural(unsigned(days / 365), "year", "years"),
    };
    if past { format!("{distance} ago") } else { format!("in {distance}") }
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// The number of a run in its workflow: `#15`.
#[must_use]
pub fn run_number(number: i64) -> String {
    format!("#{number}")
}

/// A run as it is called: `Market brief #15`, or by its workflow alone when it has no number.
#[must_use]
pub fn run_name(workflow: &str, number: Option<i64>) -> String {
    number.map_or_else(|| workflow.to_owned(), |number| format!("{workflow} {}", run_number(number)))
}

/// How many of all: `3 workflows`, or `18 of 199 workflows` when not all are shown.
#[must_use]
pub fn counted_of(shown: u64, all: Option<u64>, one: &str, many: &str) -> String {
    match all {
        Some(all) => format!("{} of {}", number(shown), plural(all, one, many)),
        None => plural(shown, one, many),
    }
}

/// A time as text for `datetime` and tooltips: `2026-11-01T09:30:00Z`.
#[must_use]
pub fn utc_iso(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A number as people type it: `0.5`, `.5`, `0,5` or `2.`, with space around. Infinity and words are not numbers.
#[must_use]
pub fn decimal(typed: &str) -> Option<f64> {
    let text = typed.trim().replace(',', ".");
    let is_number = text.contains(|c: char| c.is_ascii_digit());
    text.parse().ok().filter(|number: &f64| is_number && number.is_finite())
}

/// A text that begins with a capital letter.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn letters_of_all_scripts_have_capitals() {
        assert_eq!(["", "a b", "émile", "ß"].map(capitalised), ["", "A b", "Émile", "SS"]);
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        for (typed, number) in
            [("0.7", 0.7), (" .5 ", 0.5), ("0,25", 0.25), ("2.", 2.0), ("2", 2.0), ("-1", -1.0), ("1e3", 1000.0)]
        {
            assert_eq!(decimal(typed), Some(number), "{typed}");
        }
        for typed in ["", ".", "x", "0.5.5", "1 2", "NaN", "inf", "null", "\"1\"", "1e999"] {
            assert_eq!(decimal(typed), None, "{typed}");
        }
    }

    use super::*;

    fn check<I: Copy + std::fmt::Debug>(show: impl Fn(I) -> String, table: &[(I, &str)]) {
        for &(given, expected) in table {
            assert_eq!(show(given), expected, "{given:?}");
        }
    }

    #[test]
    fn a_list_has_no_fractions_of_a_cent() {
        let costs = [(0.0, "$0"), (0.000_01, "< $0.01"), (0.009_94, "< $0.01"), (0.009_96, "$0.01"), (0.154, "$0.15")];
        check(cost_in_list, &costs);
        assert_eq!(known_cost_in_list(0.0, 2), "price not known");
        assert_eq!(known_cost_in_list(0.002, 0), "< $0.01");
    }

    #[test]
    fn ranges_are_one_cost_when_both_read_the_same() {
        let shown = |(low, high)| cost_range(CostRange { low, high });
        check(
            shown,
            &[
                ((0.0042, 0.012), "$0.0042–$0.01"),
                ((0.004_201, 0.004_202), "$0.0042"),
                ((0.0, 0.012), "up to $0.01"),
                ((0.0, 0.0), "$0"),
            ],
        );
    }

    #[test]
    fn counts_are_scaled() {
        check(
            tokens,
            &[
                (0, "0"),
                (999, "999"),
                (1_000, "1.0k"),
                (1_234, "1.2k"),
                (9_949, "9.9k"),
                (9_950, "10k"),
                (45_400, "45k"),
                (999_499, "999k"),
                (999_500, "1.0M"),
                (1_250_000, "1.3M"),
                (u64::MAX, "18,446,744,074G"),
            ],
        );
        check(
            bytes,
            &[(512, "512 B"), (1_023, "1023 B"), (1_536, "1.5 KiB"), (2 << 20, "2.0 MiB"), (1_048_575, "1.0 MiB")],
        );
    }

    #[test]
    fn durations_round_to_what_is_shown() {
        check(
            duration,
            &[
                (-5, "0 ms"),
                (40, "40 ms"),
                (100, "0.1 s"),
                (800, "0.8 s"),
                (9_949, "9.9 s"),
                (9_950, "10 s"),
                (59_499, "59 s"),
                (59_500, "1 min"),
                (125_000, "2 min 5 s"),
                (3_599_499, "59 min 59 s"),
                (3_599_500, "1 h"),
                (3_780_000, "1 h 3 min"),
                (86_399_999, "1 d"),
                (187_200_000, "2 d 4 h"),
            ],
        );
    }

    #[test]
    fn times_are_seen_from_now() {
        let now = 1_700_000_000_000;
        let shown = |apart: i64| relative_time(now - apart, now);
        check(
            shown,
            &[
                (0, "just now"),
                (9_999, "just now"),
                (-9_999, "now"),
                (30 * SECOND, "30 s ago"),
                (3 * MINUTE, "3 min ago"),
                (-2 * MINUTE, "in 2 min"),
                (5 * HOUR, "5 h ago"),
                (DAY, "yesterday"),
                (-DAY, "tomorrow"),
                (2 * DAY, "2 days ago"),
                (31 * DAY, "1 month ago"),
                (90 * DAY, "3 months ago"),
                (800 * DAY, "2 years ago"),
                (-800 * DAY, "in 2 years"),
            ],
        );
        assert_eq!(relative_time(i64::MIN, i64::MAX), relative_time(0, i64::MAX));
    }

    #[test]
    fn times_are_rfc_3339() {
        assert_eq!(utc_iso(DateTime::from_timestamp_millis(1_700_000_000_123).unwrap()), "2023-11-14T22:13:20Z");
    }
}
