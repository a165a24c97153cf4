//! Short messages at the foot of the page, each with one thing to do about it.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::button::{Button, CloseButton};
use super::icon::Icon;
use super::text::Message;
use crate::api::ApiError;
use crate::browser::clock::now_ms;

/// How long a message stays when nothing can be done about it.
const SHORT: Duration = Duration::from_secs(5);
/// How long one stays that offers an action, as undo.
pub const LONG: Duration = Duration::from_secs(9);

/// A message that is younger than this when the page changes tells what led to the other page, in milliseconds.
const LED_HERE_MS: f64 = 1_000.0;

/// Names a message, to take it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ToastId(u32);

/// How a message is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
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
    /// Words and an address to go to.
    link: Option<(&'static str, &'static str)>,
    shown_ms: f64,
    /// Whether it stays until it is dismissed.
    is_lasting: bool,
}

impl Toast {
    /// Whether this message takes the place of another one: there is one undo at a time, and one word of success.
    fn replaces(&self, other: &Self) -> bool {
        let verb = |toast: &Self| toast.action.as_ref().map(|(verb, _)| verb.clone());
        let is_plain = |toast: &Self| toast.tone == Tone::Good && toast.action.is_none() && !toast.is_lasting;
        let is_same_undo =
            self.tone == Tone::Good && other.tone == Tone::Good && verb(self).is_some() && verb(self) == verb(other);
        is_same_undo || (is_plain(self) && is_plain(other)) || self.text == other.text
    }
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

    /// The same, with a page where something can be done about it.
    pub fn notice_with_page(self, text: impl Into<String>, words: &'static str, address: &'static str) {
        let id = self.next_id();
        let (link, shown_ms) = (Some((words, address)), now_ms());
        self.push(Toast { id, tone: Tone::Good, text: text.into(), action: None, link, shown_ms, is_lasting: true });
    }

    fn next_id(self) -> ToastId {
        let number = self.next.get_value();
        self.next.set_value(number.wrapping_add(1));
        ToastId(number)
    }

    fn push(self, toast: Toast) {
        self.shown.update(|shown| {
            shown.retain(|other| !toast.replaces(other));
            shown.push(toast);
        });
    }

    fn show(self, tone: Tone, text: String, action: Option<(String, Action)>, stays: Option<Duration>) -> ToastId {
        let id = self.next_id();
        let is_lasting = stays.is_none();
        self.push(Toast { id, tone, text, action, link: None, shown_ms: now_ms(), is_lasting });
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

impl Toasts {
    /// Takes back what was said of another page. What can still be undone or tried again stays.
    fn leave_page(self) {
        let now = now_ms();
        let stays = |toast: &Toast| toast.action.is_some() || toast.is_lasting || now - toast.shown_ms < LED_HERE_MS;
        if !self.shown.with_untracked(|shown| shown.iter().all(stays)) {
            self.shown.update(|shown| shown.retain(stays));
        }
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
    let path = use_location().pathname;
    Effect::new(move |was_shown: Option<()>| {
        path.track();
        if was_shown.is_some() {
            toasts.leave_page();
        }
    });
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
    let link = toast.link.map(|(words, address)| {
        view! {
            <a class="button small" href=address on:click=move |_| toasts.remove(id)>
                {words}
            </a>
        }
    });
    let (class, icon) = match toast.tone {
        Tone::Good => ("toast good", icondata_lu::LuCheck),
        Tone::Warn => ("toast warn", icondata_lu::LuTriangleAlert),
        Tone::Bad => ("toast bad", icondata_lu::LuCircleAlert),
    };
    view! {
        <div class=class>
            <Icon icon />
            <span class="grow">
                <Message text=toast.text />
            </span>
            {action}
            {link}
            <CloseButton label="Dismiss" on_press=move |_| toasts.remove(id) />
        </div>
    }
}
