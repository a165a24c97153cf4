//! Signals that ask the process to stop.

use std::future::pending;
use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGTERM and SIGINT. They no longer end the process by themselves once this exists.
pub struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    pub fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the next signal.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Does `first` at the first signal, and ends at the second.
    pub async fn second(&mut self, first: impl Future<Output = ()>) {
        second(async || self.next().await, first).await;
    }
}

async fn second(mut next: impl AsyncFnMut(), first: impl Future<Output = ()>) {
    next().await;
    let first = async {
        first.await;
        pending::<()>().await;
    };
    tokio::select! {
        () = first => {}
        () = next() => {}
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn the_second_signal_does_not_wait_for_what_the_first_began() {
        let asked = Cell::new(0);
        let next = async || asked.set(asked.get() + 1);
        assert_eq!(second(next, pending()).now_or_never(), Some(()));
        assert_eq!(asked.get(), 2);
    }

    #[test]
    fn one_signal_begins_the_first_part_and_ends_nothing() {
        let (asked, begun) = (Cell::new(0), Cell::new(false));
        let next = async || {
            asked.set(asked.get() + 1);
            if asked.get() > 1 {
                pending::<()>().await;
            }
        };
        assert_eq!(second(next, async { begun.set(true) }).now_or_never(), None);
        assert!(begun.get());
    }
}
