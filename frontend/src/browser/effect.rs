//! What is done when signals change.

use leptos::prelude::Effect;

/// Does something at the next turn of the browser, and again whenever a signal changes that it read.
///
/// `Effect::new` is compiled once for each closure, this one once: its part of what is sent to the
/// browser would be noticed.
pub fn effect(deed: impl FnMut() + 'static) {
    boxed(Box::new(deed));
}

fn boxed(deed: Box<dyn FnMut()>) {
    Effect::new(deed);
}
