//! Values that follow from signals.

use leptos::prelude::Memo;

/// A value that is told again only when it changes.
///
/// `Memo::new` is compiled once for each closure; this one once for each type, which makes a
/// noticeable part of what is sent to the browser.
pub fn memo<T>(value: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    boxed(Box::new(value))
}

fn boxed<T>(value: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| value())
}
