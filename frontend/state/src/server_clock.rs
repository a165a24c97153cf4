//! How far the browser's clock is from the server's.

/// A difference below this is the way of the answer, or does not matter: times are shown in minutes.
const TOLERANCE_MS: f64 = 120_000.0;

/// What is to be added to the browser's time, in milliseconds, after an answer told the server's time. It stays as it was
/// while the clocks agree with it: each step of a clock is seen on the page.
#[must_use]
pub fn ahead_ms(before_ms: f64, server_ms: f64, browser_ms: f64) -> f64 {
    let apart = server_ms - browser_ms;
    if apart.is_nan() || (apart - before_ms).abs() < TOLERANCE_MS {
        before_ms
    } else if apart.abs() < TOLERANCE_MS {
        0.0
    } else {
        apart
    }
}

#[cfg(test)]
mod tests {
    use super::ahead_ms;

    const DAY_MS: f64 = 86_400_000.0;

    fn check(before: f64, server: f64, browser: f64, expected: f64) {
        let ahead = ahead_ms(before, server, browser);
        assert!((ahead - expected).abs() < 1.0, "{ahead} and not {expected}");
    }

    #[test]
    fn a_clock_that_is_wrong_by_a_day_is_put_right() {
        check(0.0, 2.0 * DAY_MS, DAY_MS, DAY_MS);
        check(0.0, DAY_MS, 2.0 * DAY_MS, -DAY_MS);
    }

    #[test]
    fn a_slow_answer_moves_no_clock() {
        check(0.0, DAY_MS, DAY_MS + 60_000.0, 0.0);
        check(DAY_MS, 2.0 * DAY_MS, DAY_MS + 60_000.0, DAY_MS);
        check(5.0, f64::NAN, DAY_MS, 5.0);
    }

    #[test]
    fn a_clock_that_was_set_right_counts_again() {
        check(DAY_MS, DAY_MS, DAY_MS - 900.0, 0.0);
    }
}
