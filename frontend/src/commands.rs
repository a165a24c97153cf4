//! What the present page can do, for the command menu.

use std::sync::Arc;

use icondata_core::IconData;
use leptos::prelude::*;

/// What a command does. It is read while the menu is open and runs when that is closed, so it is no `Callback`.
#[derive(Clone)]
pub enum Act {
    /// Does something, then opens a page.
    Go(String, Arc<dyn Fn() + Send + Sync>),
    /// Does something on this page.
    Do(Arc<dyn Fn() + Send + Sync>),
}

/// A command of a page.
#[derive(Clone)]
pub struct PageCommand {
    /// What it is called: the words of its button.
    pub name: String,
    /// Its icon.
    pub icon: &'static IconData,
    /// The keys that do the same; empty without any.
    pub keys: &'static str,
    /// What it does.
    pub act: Act,
}

impl PageCommand {
    /// A command that does something on this page.
    pub fn new(name: impl Into<String>, icon: &'static IconData, act: impl Fn() + Send + Sync + 'static) -> Self {
        Self { name: name.into(), icon, keys: "", act: Act::Do(Arc::new(act)) }
    }

    /// A command that opens a page.
    pub fn link(name: impl Into<String>, icon: &'static IconData, address: impl Into<String>) -> Self {
        Self::after(name, icon, address, || ())
    }

    /// A command that opens a page after it has done something here.
    pub fn after(
        name: impl Into<String>,
        icon: &'static IconData,
        address: impl Into<String>,
        first: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), icon, keys: "", act: Act::Go(address.into(), Arc::new(first)) }
    }

    /// The same with its keys, as `Ctrl S`.
    pub const fn with_keys(mut self, keys: &'static str) -> Self {
        self.keys = keys;
        self
    }
}

type Offer = Arc<dyn Fn() -> Vec<PageCommand> + Send + Sync>;

/// The commands of what is on the page.
#[derive(Clone, Copy)]
pub struct PageCommands {
    offers: RwSignal<Vec<(u32, Offer)>>,
    next: StoredValue<u32>,
}

impl PageCommands {
    /// Makes the place for commands, for the whole app.
    pub fn provide() {
        provide_context(Self { offers: RwSignal::new(Vec::new()), next: StoredValue::new(0) });
    }

    /// The commands that can be given now. Tracks changes.
    pub fn all(self) -> Vec<PageCommand> {
        self.offers.get().into_iter().flat_map(|(_, offer)| offer()).collect()
    }
}

/// Offers commands for as long as the component is there that calls it. `offer` is called while the menu is open, and
/// gives the commands that are possible then.
pub fn offer_commands(offer: impl Fn() -> Vec<PageCommand> + Send + Sync + 'static) {
    let PageCommands { offers, next } = expect_context();
    let number = next.get_value();
    next.set_value(number.wrapping_add(1));
    offers.update(|offers| offers.push((number, Arc::new(offer))));
    on_cleanup(move || {
        offers.try_update(|offers| offers.retain(|(other, _)| *other != number));
    });
}
