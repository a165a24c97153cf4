//! Reading times (RFC 3339).
//!
//! `chrono` reads the same, and the tests compare the two. It reads mail headers and much else with it, which would
//! be a noticeable part of what is sent to browsers.

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Reads a time, for `#[serde(deserialize_with)]`.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    parsed(&String::deserialize(deserializer)?)
}

/// Reads a time or `null`.
pub(crate) fn read_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    Option::<String>::deserialize(deserializer)?.map(|text| parsed(&text)).transpose()
}

fn parsed<E: Error>(text: &str) -> Result<DateTime<Utc>, E> {
    parse(text).ok_or_else(|| E::custom(format_args!("`{text}` is no time as in 2026-01-02T03:04:05Z")))
}

fn parse(text: &str) -> Option<DateTime<Utc>> {
    let (date, rest) = text.split_at_checked(10)?;
    let (time, rest) = rest.strip_prefix(['T', 't', ' '])?.split_at_checked(8)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let (nanos, offset) = match rest.strip_prefix('.') {
        Some(fraction) => {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            (nanos(fraction.get(..digits)?)?, fraction.get(digits..)?)
        }
        None => (0, rest),
    };
    // A leap second is the one before it, and longer.
    let (second, nanos) = if second == 60 { (59, nanos + 1_000_000_000) } else { (second, nanos) };
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let whole = date.and_hms_opt(hour, minute, second)?.checked_sub_signed(ahead_of_utc(offset)?)?;
    Some(whole.with_nanosecond(nanos)?.and_utc())
}

/// Numbers with so many digits, and this between two of them.
fn numbers(text: &str, between: char, digits: [usize; 3]) -> Option<[u32; 3]> {
    let mut parts = text.split(between);
    let mut next = |digits| parts.next().filter(|part| part.len() == digits).and_then(number);
    let [first, second, third] = digits;
    let numbers = [next(first)?, next(second)?, next(third)?];
    parts.next().is_none().then_some(numbers)
}

fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// The digits after the point; a billionth of a second is the least that counts.
fn nanos(digits: &str) -> Option<u32> {
    number(&digits.chars().chain(std::iter::repeat_n('0', 9)).take(9).collect::<String>())
        .filter(|_| !digits.is_empty())
}

/// How far the clocks of a zone are ahead of UTC.
fn ahead_of_utc(offset: &str) -> Option<TimeDelta> {
    if offset.eq_ignore_ascii_case("z") {
        return Some(TimeDelta::zero());
    }
    let sign = match offset.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) =
        offset.get(1..)?.split_once(':').filter(|(hours, minutes)| [hours, minutes].map(|it| it.len()) == [2, 2])?;
    let minutes = number(minutes).filter(|minutes| *minutes < 60)? + number(hours).filter(|hours| *hours < 24)? * 60;
    Some(TimeDelta::minutes(sign * i64::from(minutes)))
}

#[cfg(test)]
mod tests {
    use chrono::{FixedOffset, SecondsFormat};
    use proptest::prelude::*;

    use super::*;

    fn theirs(text: &str) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
    }

    #[test]
    fn times_are_read_as_chrono_reads_them() {
        for text in [
            "2026-01-02T03:04:05Z",
            "2026-01-02t03:04:05z",
            "2026-01-02 03:04:05Z",
            "2026-01-02T03:04:05.5Z",
            "2026-01-02T03:04:05.123456789Z",
            "2026-01-02T03:04:05.1234567899Z",
            "2024-02-29T23:59:60Z",
            "2023-02-29T00:00:00Z",
            "2026-01-02T03:04:05+012:4",
            "2026-01-02T03:04:05+1:030",
            "2016-12-31T23:59:60+01:00",
            "2016-12-31T23:59:60.5-00:30",
            "2026-01-02T03:04:05+02:30",
            "2026-01-02T03:04:05-00:00",
            "2026-01-02T03:04:05+2:30",
            "2026-01-02T03:04:05+24:00",
            "2026-01-02T03:04:05+0230",
            "2026-01-02T24:00:00Z",
            "2026-01-02T03:60:00Z",
            "2026-13-02T03:04:05Z",
            "2026-1-02T03:04:05Z",
            "+026-01-02T03:04:05Z",
            "2026-01-02T03:04:05",
            "2026-01-02",
            "2026-01-02T03:04:05.Z",
            "2026-01-02T03:04:05ZZ",
            "2026-01-02T03:04:05 Z",
            "",
            "now",
            "2026-01-02T03:04:05.é",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z",
            "9999-12-31T23:59:59-23:59",
        ] {
            assert_eq!(parse(text), theirs(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_told() {
        #[derive(Debug, Deserialize)]
        struct Times {
            #[serde(deserialize_with = "read")]
            at: DateTime<Utc>,
            #[serde(default, deserialize_with = "read_option")]
            then: Option<DateTime<Utc>>,
        }
        let times: Times = serde_json::from_str(r#"{"at": "1970-01-01T00:00:01Z", "then": null}"#).unwrap();
        assert_eq!((times.at.timestamp(), times.then), (1, None));
        let times: Times = serde_json::from_str(r#"{"at": "1970-01-01T00:00:01Z"}"#).unwrap();
        assert_eq!(times.then, None);
        let error = serde_json::from_str::<Times>(r#"{"at": "now"}"#).unwrap_err().to_string();
        assert!(error.starts_with("`now` is no time as in 2026-01-02T03:04:05Z"), "{error}");
    }

    proptest! {
        #[test]
        fn written_times_are_read_again(seconds in -62_000_000_000_i64..250_000_000_000, nanos in 0_u32..1_000_000_000,
            minutes in -1439_i32..=1439, format in 0_usize..4) {
            let time = DateTime::from_timestamp(seconds, nanos).unwrap().fixed_offset();
            let there = time.with_timezone(&FixedOffset::east_opt(minutes * 60).unwrap());
            let formats = [SecondsFormat::Secs, SecondsFormat::Millis, SecondsFormat::Micros, SecondsFormat::Nanos];
            let text = there.to_rfc3339_opts(formats[format], true);
            prop_assert_eq!(parse(&text), theirs(&text), "{}", text);
        }
    }
}
