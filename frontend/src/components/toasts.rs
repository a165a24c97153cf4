//! Short messages at the foot of the page, each with one thing to do about it.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::button::{Button, CloseButton};
use super::icon::Icon;
use crate::api::ApiError;

/// How long a message stays when nothing can be done about it.
const SHORT: Duration = Duration::from_secs(5);
/// How long one stays that offers an action, as undo.
pub const LONG: Duration = Duration::from_secs(9);

/// Names a message, to take it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ToastId(u32);

/// How a message is meant.
#[derive(Clone, Copy)]
enum Tone {
    Good,
    Warn,
    Bad,
}

/// The action that a message offers. It outlives the component that sent the message, so it is no `Callback`.
type Action = Arc<dyn Fn() + Send + Sync>;

#[derive(Clone)]
struct Toast {
    id: ToastId,
    tone: Tone,
    text: String,
    action: Option<(String, Action)>,
}

/// Where messages are sent.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// Makes the place for messages, for the whole app.
    pub fn provide() {
        provide_context(Self { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0) });
    }

    /// It worked.
    pub fn done(self, text: impl Into<String>) {
        self.noted(text);
    }

    /// The same, to be taken back when the next one comes.
    pub fn noted(self, text: impl Into<String>) -> ToastId {
        self.show(Tone::Good, text.into(), None, Some(SHORT))
    }

    /// It worked, but for something.
    pub fn warned(self, text: impl Into<String>) {
        self.show(Tone::Warn, text.into(), None, Some(LONG));
    }

    /// It worked, and can be taken back for a while. An action that only the current page can do is to be removed with
    /// that page.
    pub fn with_action(
        self,
        text: impl Into<String>,
        verb: &str,
        action: impl Fn() + Send + Sync + 'static,
    ) -> ToastId {
        self.show(Tone::Good, text.into(), Some((verb.to_owned(), Arc::new(action))), Some(LONG))
    }

    /// Something has changed that a person should know of. It stays until it is dismissed.
    pub fn notice(self, text: impl Into<String>) {
        self.show(Tone::Good, text.into(), None, None);
    }

    /// It did not work.
    pub fn failed(self, text: impl Into<String>) {
        self.show(Tone::Bad, text.into(), None, Some(LONG));
    }

    /// A call failed.
    pub fn call_failed(self, doing: &str, error: &ApiError) {
        self.failed(told(doing, error));
    }

    /// A call failed, and may be tried again.
    pub fn retry(self, doing: &str, error: &ApiError, again: impl Fn() + Send + Sync + 'static) {
        self.show(Tone::Bad, told(doing, error), Some(("Try again".to_owned(), Arc::new(again))), Some(LONG));
    }

    fn show(self, tone: Tone, text: String, action: Option<(String, Action)>, stays: Option<Duration>) -> ToastId {
        let number = self.next.get_value();
        self.next.set_value(number.wrapping_add(1));
        let id = ToastId(number);
        self.shown.update(|shown| shown.push(Toast { id, tone, text, action }));
        if let Some(stays) = stays {
            set_timeout(move || self.remove(id), stays);
        }
        id
    }

    /// Takes a message back, if it is still there.
    pub fn remove(self, id: ToastId) {
        self.shown.try_update(|shown| shown.retain(|toast| toast.id != id));
    }
}

/// The failed operation, the error, and advice.
fn told(doing: &str, error: &ApiError) -> String {
    format!("{doing}: {}. {}", error.title(), error.advice())
}

/// Draws the messages.
#[component]
pub fn ToastsView() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.shown.get() key=|toast| toast.id let:toast>
                <ToastView toasts toast />
            </For>
        </div>
    }
}

#[component]
fn ToastView(toasts: Toasts, toast: Toast) -> impl IntoView {
    let id = toast.id;
    let action = toast.action.map(|(verb, run)| {
        let press = move |_| {
            toasts.remove(id);
            run();
        };
        view! { <Button small=true on_press=press>{verb}</Button> }
    });
    let (class, icon) = match toast.tone {
        Tone::Good => ("toast good", icondata_lu::LuCheck),
        Tone::Warn => ("toast warn", icondata_lu::LuTriangleAlert),
        Tone::Bad => ("toast bad", icondata_lu::LuCircleAlert),
    };
    view! {
        <div class=class>
            <Icon icon />
            <span class="grow">{toast.text}</span>
            {action}
            <CloseButton label="Dismiss" on_press=move |_| toasts.remove(id) />
        </div>
    }
}
