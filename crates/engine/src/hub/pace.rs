//! How often the readers of an execution are told something that changes all the time.

use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{Instant, sleep_until};

/// The shortest time between two reports on the progress of calls of tools, in one execution.
const PROGRESS_EVERY: Duration = Duration::from_millis(250);

/// Gives turns, in the order in which they are asked for, with a time between them.
#[derive(Debug, Default)]
pub struct Pace {
    /// When the next turn begins. The lock is fair.
    next: Mutex<Option<Instant>>,
}

/// A turn. Dropped without being taken, it lets the next one begin at once.
pub struct Turn<'a>(MutexGuard<'a, Option<Instant>>);

impl Pace {
    /// Waits for the next turn.
    pub async fn turn(&self) -> Turn<'_> {
        let next = self.next.lock().await;
        if let Some(due) = *next {
            sleep_until(due).await;
        }
        Turn(next)
    }
}

impl Turn<'_> {
    /// Takes the turn.
    pub fn take(mut self, now: Instant) {
        *self.0 = Some(now + PROGRESS_EVERY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_come_in_order_with_a_time_between_them() {
        let (pace, begin) = (Pace::default(), Instant::now());
        let told = Mutex::new(Vec::new());
        let tell = async |caller: u32, is_taken: bool| {
            let turn = pace.turn().await;
            told.lock().await.push((caller, begin.elapsed()));
            if is_taken {
                turn.take(Instant::now());
            }
        };
        // The fourth has nothing to tell any more, and the fifth stops waiting.
        let gone = tokio::time::timeout(PROGRESS_EVERY / 2, tell(5, true));
        let ended = tokio::join!(tell(1, true), tell(2, true), gone, tell(3, false), tell(4, true));
        assert!(ended.2.is_err());
        let each = PROGRESS_EVERY;
        assert_eq!(told.into_inner(), [(1, Duration::ZERO), (2, each), (3, 2 * each), (4, 2 * each)]);
        tokio::time::advance(each).await;
        assert_eq!(tokio::time::timeout(each / 2, pace.turn()).await.is_ok(), true, "nobody told anything meanwhile");
    }
}
