//! Ctrl-C and SIGTERM: recorded here, handled by the code that waits for a child process.
//!
//! The default action would end this process at once and leave a database or a server behind.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::fail::{Context, Done, Failure};

static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on a signal is recorded and does not end the process.
pub fn catch() -> Done {
    if STOP.get().is_some() {
        return Ok(());
    }
    let flag = STOP.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(flag)).context(|| "cannot catch signals".into())?;
    }
    Ok(())
}

/// Whether a signal was received since [`catch`].
pub fn caught() -> bool {
    STOP.get().is_some_and(|flag| flag.load(Ordering::Relaxed))
}

/// An error after a signal, for loops that wait.
pub fn check() -> Done {
    if caught() { Err(Failure::new("stopped by a signal")) } else { Ok(()) }
}
