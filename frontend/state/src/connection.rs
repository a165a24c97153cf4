//! The connection of a page to its event stream: when to open it, and its messages for people.
//!
//! [`Connection::next`] is the whole state machine. It holds no timer and no randomness: it takes events and returns
//! the next action.

/// The wait before the first try after a loss.
const FIRST_WAIT_MS: u64 = 500;
/// The longest wait between two tries.
const LONGEST_WAIT_MS: u64 = 10_000;

/// State of a stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Connection {
    /// There is nothing to follow: not started yet, or the run has ended.
    #[default]
    Ended,
    /// It is being opened.
    Connecting {
        /// Failed tries since it was last open.
        failures: u32,
    },
    /// Events come in.
    Live,
    /// It was lost; the next try is scheduled.
    Lost {
        /// Failed tries since it was last open, including the loss itself.
        failures: u32,
        /// Wait before the next try.
        retry_in_ms: u64,
    },
    /// The browser has no network: no tries until it is back.
    Offline,
}

/// An event of the stream or the browser.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Happened {
    /// The page wants to follow a run.
    Wanted,
    /// The stream is open.
    Opened,
    /// The stream failed or broke off; with a random number from 0 to 1, so that many pages
    /// do not reconnect at once.
    Failed {
        /// The number.
        chance: f64,
    },
    /// The wait is over.
    Due,
    /// A person does not want to wait.
    RetryNow,
    /// The final event arrived, or the page was left.
    Ended,
    /// The browser has a network again.
    Online,
    /// The browser has lost its network.
    Offline,
}

/// The next action. Except for `Nothing`, it first closes the stream and cancels any wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Do {
    /// Keep the stream and the wait as they are.
    Nothing,
    /// Open the stream, after the last event that was seen.
    Open,
    /// Wait this long, then say [`Happened::Due`].
    Wait {
        /// Duration of the wait.
        ms: u64,
    },
    /// Close the stream and forget any wait.
    Close,
}

impl Connection {
    /// The state after an event, and the next action.
    #[must_use]
    pub fn next(self, happened: Happened) -> (Self, Do) {
        match (happened, self) {
            (Happened::Ended, _) => (Self::Ended, Do::Close),
            (Happened::Wanted, Self::Ended) | (Happened::RetryNow | Happened::Online, Self::Offline) => {
                (Self::Connecting { failures: 0 }, Do::Open)
            }
            // No other event reopens a stream without a subscriber.
            (_, Self::Ended) => (Self::Ended, Do::Nothing),
            (Happened::Offline, _) => (Self::Offline, Do::Close),
            (Happened::Opened, Self::Connecting { .. } | Self::Live) => (Self::Live, Do::Nothing),
            (Happened::Failed { chance }, Self::Connecting { failures }) => Self::lost(failures, chance),
            (Happened::Failed { chance }, Self::Live) => Self::lost(0, chance),
            (Happened::Due | Happened::RetryNow | Happened::Online, Self::Lost { failures, .. }) => {
                (Self::Connecting { failures }, Do::Open)
            }
            (
                Happened::Wanted
                | Happened::Opened
                | Happened::Failed { .. }
                | Happened::Due
                | Happened::RetryNow
                | Happened::Online,
                same,
            ) => (same, Do::Nothing),
        }
    }

    fn lost(failures: u32, chance: f64) -> (Self, Do) {
        let ms = wait_ms(failures, chance);
        (Self::Lost { failures: failures.saturating_add(1), retry_in_ms: ms }, Do::Wait { ms })
    }

    /// Whether there is nothing to wait for: the stream is open, or has ended.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Ended | Self::Live)
    }

    /// The message for people, `waited_ms` after the state began; `None` when the stream works.
    #[must_use]
    pub fn message(self, waited_ms: u64) -> Option<String> {
        match self {
            Self::Ended | Self::Live | Self::Connecting { failures: 0 } => None,
            Self::Connecting { .. } => Some("Connection lost. Trying again…".into()),
            Self::Lost { retry_in_ms, .. } => {
                let seconds = retry_in_ms.saturating_sub(waited_ms).div_ceil(1_000).max(1);
                Some(format!("Connection lost. Trying again in {seconds} s."))
            }
            Self::Offline => Some("You are offline. This page continues when you are back.".into()),
        }
    }

    /// The announcement for screen readers, without a countdown.
    #[must_use]
    pub const fn announcement(self) -> Option<&'static str> {
        match self {
            Self::Lost { failures: 1, .. } => Some("Connection lost. Trying again."),
            Self::Offline => Some("You are offline."),
            Self::Ended | Self::Live | Self::Connecting { .. } | Self::Lost { .. } => None,
        }
    }
}

/// The wait before a try: it doubles with each failure, minus a random part of up to half of it.
fn wait_ms(failures: u32, chance: f64) -> u64 {
    let full = FIRST_WAIT_MS.saturating_mul(1 << failures.min(10)).min(LONGEST_WAIT_MS);
    let chance = if chance.is_finite() { chance.clamp(0.0, 1.0) } else { 0.0 };
    let full = std::time::Duration::from_millis(full);
    u64::try_from(full.mul_f64(1.0 - chance / 2.0).as_millis()).unwrap_or(LONGEST_WAIT_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(happened: &[Happened]) -> Connection {
        happened.iter().fold(Connection::default(), |now, &happened| now.next(happened).0)
    }

    const FAILED: Happened = Happened::Failed { chance: 0.0 };

    #[test]
    fn the_wait_doubles_up_to_a_limit_and_begins_anew_when_open() {
        let mut now = after(&[Happened::Wanted, Happened::Opened]);
        let mut waits = Vec::new();
        for _ in 0..7 {
            let (lost, Do::Wait { ms }) = now.next(FAILED) else { panic!("{now:?}") };
            waits.push(ms);
            let (connecting, todo) = lost.next(Happened::Due);
            assert_eq!(todo, Do::Open);
            now = connecting;
        }
        assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
        let (open, todo) = now.next(Happened::Opened);
        assert_eq!((open, todo), (Connection::Live, Do::Nothing));
        assert_eq!(open.next(FAILED).1, Do::Wait { ms: 500 });
    }

    #[test]
    fn chance_shortens_the_wait_and_wrong_numbers_do_no_harm() {
        assert_eq!(
            [0.0, 0.5, 1.0, 7.0, -1.0, f64::NAN].map(|chance| wait_ms(1, chance)),
            [1_000, 750, 500, 500, 1_000, 1_000]
        );
        assert_eq!(wait_ms(u32::MAX, 0.0), LONGEST_WAIT_MS);
    }

    #[test]
    fn offline_waits_for_the_network_and_a_person_need_not_wait() {
        let offline = after(&[Happened::Wanted, Happened::Opened, Happened::Offline]);
        assert_eq!(offline, Connection::Offline);
        assert_eq!(offline.next(FAILED), (Connection::Offline, Do::Nothing));
        assert_eq!(offline.next(Happened::Online), (Connection::Connecting { failures: 0 }, Do::Open));
        let lost = after(&[Happened::Wanted, FAILED]);
        assert_eq!(lost.next(Happened::RetryNow), (Connection::Connecting { failures: 1 }, Do::Open));
    }

    #[test]
    fn nothing_but_a_wish_wakes_a_stream_that_has_ended() {
        let ended = after(&[Happened::Wanted, Happened::Opened, Happened::Ended]);
        for happened in
            [Happened::Opened, FAILED, Happened::Due, Happened::RetryNow, Happened::Online, Happened::Offline]
        {
            assert_eq!(ended.next(happened), (Connection::Ended, Do::Nothing));
        }
        assert_eq!(ended.next(Happened::Wanted), (Connection::Connecting { failures: 0 }, Do::Open));
    }

    #[test]
    fn messages_count_down_and_are_quiet_when_all_is_well() {
        let lost = Connection::Lost { failures: 3, retry_in_ms: 3_000 };
        assert_eq!(lost.message(0).unwrap(), "Connection lost. Trying again in 3 s.");
        assert_eq!(lost.message(2_900).unwrap(), "Connection lost. Trying again in 1 s.");
        assert_eq!(lost.announcement(), None);
        assert_eq!(Connection::Live.message(0), None);
        assert_eq!(after(&[Happened::Wanted]).message(0), None);
    }
}
