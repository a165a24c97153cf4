//! Lists of which each item stays as it is while others come and go.

use std::sync::Arc;

use leptos::prelude::*;

/// An item that is drawn when the list shows it for the first time.
struct Entry {
    key: String,
    draw: Box<dyn FnOnce() -> AnyView + Send>,
}

/// Draws its children for each item; what has the same key stays. It does what `For` does, but that is
/// compiled for each type of item, and this once.
#[component]
pub fn Each<T, F, V>(
    each: impl Fn() -> Vec<T> + Send + 'static,
    /// What tells an item from the others.
    key: impl Fn(&T) -> String + Send + 'static,
    children: F,
) -> impl IntoView
where
    T: Send + 'static,
    F: Fn(T) -> V + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let children = Arc::new(children);
    let entry = move |item: T| {
        let (key, children) = (key(&item), Arc::clone(&children));
        Entry { key, draw: Box::new(move || children(item).into_any()) }
    };
    keyed(Box::new(move || each().into_iter().map(&entry).collect()))
}

fn keyed(entries: Box<dyn Fn() -> Vec<Entry> + Send>) -> AnyView {
    view! { <For each=entries key=|entry| entry.key.clone() children=|entry| (entry.draw)() /> }.into_any()
}
