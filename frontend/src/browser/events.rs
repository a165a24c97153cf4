//! A stream of server-sent events, as the browser reads it.

use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, MessageEvent};

/// The name of both the server's failure event and the browser's connection error: the two are told apart by what they
/// carry.
const ERROR: &str = "error";

/// A message of a stream.
#[derive(Debug, Clone)]
pub enum News<T> {
    /// It is open.
    Opened,
    /// An event came.
    Event(Box<T>),
    /// It broke off, was refused, or the server has closed it.
    Broken,
}

/// An open stream. It closes when it is dropped.
pub struct EventStream {
    source: EventSource,
    _heard: [Closure<dyn Fn(web_sys::Event)>; 2],
}

impl EventStream {
    /// Opens a stream and tells what comes of it: events of these names, and of `error`. `None` when the browser refuses
    /// the address.
    ///
    /// The browser would connect again by itself, at its own pace and from where the address says;
    /// its owner decides when to reconnect, and drops this one.
    pub fn open<T: DeserializeOwned + 'static>(
        address: &str,
        named: &[&str],
        tell: impl Fn(News<T>) + Clone + 'static,
    ) -> Option<Self> {
        let source = EventSource::new(address).ok()?;
        let tell_opened = tell.clone();
        let opened = Closure::<dyn Fn(web_sys::Event)>::new(move |_| tell_opened(News::Opened));
        let came = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
            if let Some(news) = news_of(&event) {
                tell(news);
            }
        });
        source.set_onopen(Some(opened.as_ref().unchecked_ref()));
        for name in named.iter().chain([&ERROR]) {
            source.add_event_listener_with_callback(name, came.as_ref().unchecked_ref()).ok()?;
        }
        Some(Self { source, _heard: [opened, came] })
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        // A closed stream calls nobody: nothing that is still under way reaches the closures.
        self.source.close();
        self.source.set_onopen(None);
    }
}

/// Parses an event of the browser; `None` for a kind that this app does not know.
fn news_of<T: DeserializeOwned>(event: &web_sys::Event) -> Option<News<T>> {
    match event.dyn_ref::<MessageEvent>().and_then(|message| message.data().as_string()) {
        Some(data) => serde_json::from_str(&data).ok().map(|event| News::Event(Box::new(event))),
        None => (event.type_() == ERROR).then_some(News::Broken),
    }
}
