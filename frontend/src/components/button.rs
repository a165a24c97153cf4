//! Buttons, and links that look like them.

use icondata_core::IconData;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos_router::components::A;

use super::icon::Icon;

/// How much a button wants to be pressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The main action of a page; one at a time.
    Primary,
    /// An action among others.
    #[default]
    Plain,
    /// An action that stays in the background.
    Ghost,
    /// An action that takes something away.
    Danger,
}

impl ButtonKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button primary",
            Self::Plain => "button",
            Self::Ghost => "button ghost",
            Self::Danger => "button danger",
        }
    }
}

fn class(kind: ButtonKind, small: bool, square: bool) -> String {
    let size = if small { " small" } else { "" };
    let shape = if square { " square" } else { "" };
    [kind.class(), size, shape].concat()
}

/// A button. Without `children` it is a square with its icon, and `label` is what it is called.
///
/// While `busy` or `disabled` it keeps the focus and does nothing: an element that vanishes from the
/// tab order under the finger would throw the reader back to the top of the page.
#[component]
pub fn Button(
    #[prop(optional, into)] kind: Signal<ButtonKind>,
    #[prop(optional)] small: bool,
    #[prop(optional, into)] icon: Option<Signal<&'static IconData>>,
    /// The name for screen readers and the tooltip, where the text does not say it.
    #[prop(optional, into)]
    label: MaybeProp<String>,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(into)] on_press: Callback<MouseEvent>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let square = children.is_none();
    let blocked = Signal::derive(move || busy.get() || disabled.get());
    let press = move |event: MouseEvent| {
        if !blocked.get_untracked() {
            on_press.run(event);
        }
    };
    view! {
        <button
            type="button"
            class=move || class(kind.get(), small, square)
            aria-label=move || label.get()
            title=move || label.get()
            aria-disabled=move || blocked.get().then_some("true")
            aria-busy=move || busy.get().then_some("true")
            on:click=press
        >
            {move || match (busy.get(), icon) {
                (true, _) => view! { <span class="spinner" aria-hidden="true"></span> }.into_any(),
                (false, Some(icon)) => view! { <Icon icon /> }.into_any(),
                (false, None) => ().into_any(),
            }}
            {children.map(|children| children())}
        </button>
    }
}

/// The cross that closes what it is in, or takes it away.
#[component]
pub fn CloseButton(
    /// The accessible name, also shown as a tooltip.
    #[prop(into)]
    label: MaybeProp<String>,
    #[prop(into)] on_press: Callback<MouseEvent>,
) -> impl IntoView {
    view! { <Button kind=ButtonKind::Ghost small=true icon=icondata_lu::LuX label on_press /> }
}

/// A link that looks like a button: it leads somewhere else.
#[component]
pub fn LinkButton(
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] small: bool,
    #[prop(optional, into)] icon: Option<Signal<&'static IconData>>,
    #[prop(into)] href: Signal<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <A href=move || href.get() attr:class=class(kind, small, false)>
            {icon.map(|icon| view! { <Icon icon /> })}
            {children()}
        </A>
    }
}
