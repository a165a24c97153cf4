//! The list of keys.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use sluice_web_state::keys::{EVERYWHERE, Keys, of_page};

use crate::app::overlay::{Overlay, Overlays};
use crate::browser::view::keys_here;
use crate::components::Dialog;

/// The keys of the present page, and those of every page.
#[component]
pub fn KeysDialog(overlays: Overlays) -> impl IntoView {
    let path = use_location().pathname;
    let own = move || of_page(&path.read()).map(|(name, keys)| view! { <Table name keys /> });
    view! {
        <Dialog
            open=Signal::derive(move || overlays.shows(Overlay::Keys))
            on_close=move |()| overlays.close()
            title="Keys".to_owned()
        >
            <div class="body stack loose">{own} <Table name="Everywhere" keys=EVERYWHERE /></div>
        </Dialog>
    }
}

#[component]
fn Table(name: &'static str, keys: Keys) -> impl IntoView {
    let row = |(keys, does): &(&'static str, &'static str)| {
        view! {
            <tr>
                <th scope="row">
                    {key_caps(&keys_here(keys))}
                </th>
                <td>{*does}</td>
            </tr>
        }
    };
    view! {
        <table class="keys">
            <caption>{name}</caption>
            <tbody>{keys.iter().map(row).collect_view()}</tbody>
        </table>
    }
}

/// Keys that are pressed together or one after the other, each as a cap.
pub fn key_caps(keys: &str) -> impl IntoView + use<> {
    let caps = keys.split(' ').map(|key| view! { <kbd>{key.to_owned()}</kbd> }).collect_view();
    view! { <span class="key-caps">{caps}</span> }
}
