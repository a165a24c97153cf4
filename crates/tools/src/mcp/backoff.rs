//! The wait before a server is started again.

use std::time::Duration;

use super::limits::{FIRST_BACKOFF, LONGEST_BACKOFF};

/// The wait after so many failures in a row. After the first there is none: a server may crash once.
pub fn backoff(failures: u32) -> Duration {
    match failures.checked_sub(2) {
        None => Duration::ZERO,
        Some(doublings) => FIRST_BACKOFF.saturating_mul(1 << doublings.min(16)).min(LONGEST_BACKOFF),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_its_limit() {
        let millis: Vec<u128> = [0, 1, 2, 3, 4, 7, 8, 9, u32::MAX].map(|n| backoff(n).as_millis()).to_vec();
        assert_eq!(millis, [0, 0, 500, 1_000, 2_000, 16_000, 30_000, 30_000, 30_000]);
    }
}
