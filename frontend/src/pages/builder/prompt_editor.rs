//! A prompt: it grows with its text, marks what it refers to, and completes references as one types.
//!
//! The textarea lies over a copy of its text. The copy gives the height and carries the marks, so
//! that nothing is measured and the text can be typed, selected and undone as in any other field.

use std::ops::Range;

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use sluice_types::{Language, Severity};
use sluice_web_state::completion::{
    self, Completion, Context, GAP_PX, Item, Kind, Placement, complete, complete_expression, mark,
};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, HtmlElement, HtmlTextAreaElement};

use super::findings::Found;
use super::model::field_id;
use super::step_form::StepForm;
use crate::browser::focus::scroll_into_view;
use crate::browser::view::uncovered;
use crate::components::fresh_id;

/// A field for a template.
#[component]
pub fn PromptEditor(
    form: StepForm,
    /// The field of the step, as findings name it.
    #[prop(into)]
    field: Signal<String>,
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
    /// Whether the text is a template, or one expression.
    #[prop(default = Language::Template)]
    language: Language,
    /// Whether it begins as one line, for a text that is short as a rule.
    #[prop(optional)]
    is_short: bool,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    let ids = (fresh_id("hint"), fresh_id("completions"));
    let id = Signal::derive(move || field_id(&form.id(), &field.get()));
    let findings = form.found(field);
    let is_expression = language == Language::Expression;
    let area: NodeRef<html::Textarea> = NodeRef::new();
    let popup = Popup::new();
    // There may be many expressions on the page: only the one in use is marked.
    let in_use = RwSignal::new(!is_expression);
    let context = names_for(form, field, in_use);
    let look = move || {
        let Some(area) = area.get_untracked() else { return };
        let cursor = area.selection_start().ok().flatten().and_then(|at| usize::try_from(at).ok()).unwrap_or(0);
        let offered = if is_expression { complete_expression } else { complete };
        popup.show(context.with_untracked(|context| offered(&area.value(), cursor, context.as_ref()?)));
    };
    let accept = move |index: usize| {
        let Some(area) = area.get_untracked() else { return };
        let Some((replaced, inserted)) = popup.accept(index) else { return };
        let _focused = area.focus();
        if !type_over(&area, &replaced, &inserted) {
            let _not_editable = area.set_range_text_with_start_and_end(&inserted, replaced.start, replaced.end);
            on_change.run(area.value());
        }
        // The inserted reference may be continued, as by a step's fields.
        look();
    };
    let keys = move |event: KeyboardEvent| {
        if let Some(chosen) = popup.key(&event) {
            accept(chosen);
        }
    };
    let wrong = move || findings.with(|findings| !findings.is_empty());
    let is_wrong = move || findings.with(|findings| findings.iter().any(|it| it.finding.severity == Severity::Error));
    let (hint_id, list_id) = ids.clone();
    view! {
        <div class="field prompt">
            <label for=move || id.get()>{label}</label>
            <div class="prompt-layers" class:wrong-one=wrong class:one-line=is_expression || is_short>
                <Copy text language context popup />
                <textarea
                    id=move || id.get()
                    node_ref=area
                    rows=if is_expression || is_short { "1" } else { "2" }
                    spellcheck=if is_expression { "false" } else { "true" }
                    aria-describedby=hint_id.clone()
                    aria-invalid=move || is_wrong().then_some("true")
                    aria-autocomplete="list"
                    aria-controls=list_id.clone()
                    aria-activedescendant=move || popup.active_id()
                    aria-haspopup="listbox"
                    prop:value=move || text.get()
                    on:input:target=move |event| {
                        on_change.run(event.target().value());
                        look();
                    }
                    on:click=move |_| popup.close()
                    on:keydown=keys
                    on:focus=move |_| in_use.set(true)
                    on:blur=move |_| {
                        popup.close();
                        let _gone = in_use.try_set(!is_expression);
                        form.builder.seal();
                    }
                ></textarea>
            </div>
            <Completions popup id=list_id on_choose=accept />
            <span class="hint" id=hint_id>{hint}</span>
            <Found findings builder=form.builder />
        </div>
    }
}

/// What a text can refer to; nothing while it is not in use.
fn names_for(form: StepForm, field: Signal<String>, in_use: RwSignal<bool>) -> Memo<Option<Context>> {
    Memo::new(move |_| {
        if !in_use.get() {
            return None;
        }
        let builder = form.builder;
        let field = field.get();
        builder.draft.with(|draft| {
            Some(builder.index.with(|index| Context::of(index, &form.id(), &field, &draft.context, &draft.inputs)))
        })
    })
}

/// Replaces a part of a field's text as if it were typed, so that the browser can undo it. It is deprecated, and the
/// only command that does so; `false` where the browser does not have it.
fn type_over(area: &HtmlTextAreaElement, replaced: &Range<u32>, text: &str) -> bool {
    let document = document().unchecked_into::<HtmlDocument>();
    area.set_selection_range(replaced.start, replaced.end).is_ok()
        && document.exec_command_with_show_ui_and_value("insertText", false, text).unwrap_or(false)
}

/// The copy below the text: marks on references, and a place for the list of completions to hang on.
#[component]
fn Copy(text: Signal<String>, language: Language, context: Memo<Option<Context>>, popup: Popup) -> impl IntoView {
    let marked = move || {
        let text = text.get();
        let segments = context.with(|context| match context {
            Some(context) => {
                let segments = mark(&text, language, context).into_iter();
                segments.map(|segment| (segment.kind, segment.text.to_owned())).collect::<Vec<_>>()
            }
            None => vec![(Kind::Plain, text.clone())],
        });
        let span = |(kind, text): (Kind, String)| match kind {
            Kind::Plain => text.into_any(),
            Kind::Reference => view! { <span class="reference">{text}</span> }.into_any(),
            Kind::Unknown => view! { <span class="unknown">{text}</span> }.into_any(),
            Kind::Later => view! { <span class="later">{text}</span> }.into_any(),
        };
        segments.into_iter().map(span).collect_view()
    };
    view! {
        <div class="copy" aria-hidden="true">
            {marked}
        </div>
        <Show when=move || popup.is_open()>
            <div class="copy" aria-hidden="true">
                {move || text.with(|text| popup.text_before(text))}
                <span node_ref=popup.anchor></span>
            </div>
        </Show>
    }
}

/// The list's width in pixels where there is room for it, as the style sheet has it: it stays in its field.
const WIDTH: i32 = 416;

/// The list of one field: what it offers, and which of it is chosen.
#[derive(Clone, Copy)]
pub struct Popup {
    offered: RwSignal<Option<Completion>>,
    chosen: RwSignal<usize>,
    prefix: StoredValue<String>,
    /// An empty place in the copy of the text, where what is replaced begins.
    pub anchor: NodeRef<html::Span>,
}

impl Popup {
    /// A list that is closed.
    pub fn new() -> Self {
        Self {
            offered: RwSignal::new(None),
            chosen: RwSignal::new(0),
            prefix: StoredValue::new(fresh_id("completion")),
            anchor: NodeRef::new(),
        }
    }

    /// Offers something, or nothing.
    pub fn show(self, offered: Option<Completion>) {
        self.chosen.set(0);
        self.offered.set(offered.filter(|offered| !offered.items.is_empty()));
    }

    /// Closes the list.
    pub fn close(self) {
        // A field that goes away while it has the focus is left, too.
        if self.offered.try_with_untracked(Option::is_some).unwrap_or_default() {
            self.offered.set(None);
        }
    }

    /// Whether something is offered.
    pub fn is_open(self) -> bool {
        self.offered.with(Option::is_some)
    }

    fn item_id(self, index: usize) -> String {
        format!("{}-{index}", self.prefix.get_value())
    }

    /// The id of the chosen item, for `aria-activedescendant`.
    pub fn active_id(self) -> Option<String> {
        self.is_open().then(|| self.item_id(self.chosen.get()))
    }

    /// The text before what would be replaced.
    pub fn text_before(self, text: &str) -> String {
        let units = self.offered.with(|offered| offered.as_ref().map_or(0, |offered| offered.replace.start));
        let before: Vec<u16> = text.encode_utf16().take(units).collect();
        String::from_utf16_lossy(&before)
    }

    /// Takes an item: the part of the text that it replaces, in UTF-16 units, and what to put there.
    pub fn accept(self, index: usize) -> Option<(Range<u32>, String)> {
        let accepted = self.offered.with_untracked(|offered| {
            let Completion { replace, items } = offered.as_ref()?;
            let replaced = u32::try_from(replace.start).ok()?..u32::try_from(replace.end).ok()?;
            Some((replaced, items.get(index)?.insert.clone()))
        });
        self.close();
        accepted
    }

    /// A key in the field; gives the item when one is taken.
    pub fn key(self, event: &KeyboardEvent) -> Option<usize> {
        let count = self.offered.with_untracked(|offered| offered.as_ref().map_or(0, |offered| offered.items.len()));
        if count == 0 {
            return None;
        }
        let chosen = self.chosen.get_untracked();
        let (next, taken) = match event.key().as_str() {
            "ArrowDown" => ((chosen + 1) % count, None),
            "ArrowUp" => ((chosen + count - 1) % count, None),
            "Enter" | "Tab" => (chosen, Some(chosen)),
            "Escape" => {
                self.close();
                (chosen, None)
            }
            _ => return None,
        };
        event.prevent_default();
        event.stop_propagation();
        self.chosen.set(next);
        scroll_into_view(&self.item_id(next));
        taken
    }
}

/// Headings are drawn where there are several groups.
fn headings(offered: &Completion) -> usize {
    match offered.groups() {
        1 => 0,
        groups => groups,
    }
}

/// Draws the list below the place that it is about, or above it where there is more room.
#[component]
pub fn Completions(popup: Popup, id: String, #[prop(into)] on_choose: Callback<usize>) -> impl IntoView {
    let place = Memo::new(move |_| {
        let anchor: HtmlElement = popup.anchor.get()?.unchecked_into();
        let rows = |offered: &Completion| offered.items.len() + headings(offered);
        let count = popup.offered.with(|offered| offered.as_ref().map_or(0, rows));
        let line = anchor.get_bounding_client_rect();
        let placement = completion::place(&(line.top()..line.bottom()), count, &uncovered());
        let layers = anchor.offset_parent().and_then(|parent| parent.dyn_into::<HtmlElement>().ok());
        let scrolled = anchor.closest(".prompt-layers").ok().flatten().map_or(0, |layers| layers.scroll_top());
        let room = layers.map_or(0, |layers| layers.offset_width() - WIDTH).max(0);
        let left = anchor.offset_left().min(room);
        let top = f64::from(anchor.offset_top() - scrolled);
        let edge = if placement.above { top - GAP_PX } else { top + f64::from(anchor.offset_height()) + GAP_PX };
        Some((f64::from(left), edge, placement))
    });
    let px = move |of: fn(&(f64, f64, Placement)) -> f64| {
        place.with(|place| place.as_ref().map(|place| format!("{}px", of(place))).unwrap_or_default())
    };
    let above = move || place.with(|place| place.as_ref().is_some_and(|(.., placement)| placement.above));
    let item = move |(index, item): (usize, Item)| {
        // The pointer goes down before the field loses the focus and the list closes.
        let choose = move |event: leptos::ev::PointerEvent| {
            event.prevent_default();
            on_choose.run(index);
        };
        view! {
            <li
                id=popup.item_id(index)
                role="option"
                aria-selected=move || if popup.chosen.get() == index { "true" } else { "false" }
                on:pointerdown=choose
            >
                <span>{item.label}</span>
                <span>{item.detail}</span>
            </li>
        }
    };
    view! {
        <ul
            id=id
            class="completions"
            class:above=above
            role="listbox"
            aria-label="Completions"
            tabindex="0"
            hidden=move || !popup.is_open()
            style:left=move || px(|place| place.0)
            style:top=move || px(|place| place.1)
            style:max-height=move || px(|place| place.2.height)
        >
            {move || {
                let Some(offered) = popup.offered.get() else { return ().into_any() };
                let is_grouped = headings(&offered) > 0;
                let mut before = None;
                let with_heading = |(index, next): (usize, Item)| {
                    let begins = is_grouped && before.replace(next.group) != Some(next.group);
                    let heading = begins.then(|| {
                        view! { <li class="group" role="presentation">{next.group.words()}</li> }
                    });
                    (heading, item((index, next)))
                };
                offered.items.into_iter().enumerate().map(with_heading).collect_view().into_any()
            }}
        </ul>
    }
}
