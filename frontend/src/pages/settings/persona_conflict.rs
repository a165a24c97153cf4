//! Somebody else saved the persona first: both texts, and the choice between them.

use leptos::prelude::*;
use sluice_types::Persona;

use crate::browser::focus::focus_soon;
use crate::components::{Button, DiffView, Note, NoteKind, fresh_id};
use crate::state::persona::PersonaForm;

/// Shows what differs, and asks which one is to stay.
#[component]
pub fn PersonaConflict(
    theirs: Persona,
    mine: Signal<PersonaForm>,
    #[prop(into)] busy: Signal<bool>,
    #[prop(into)] on_mine: Callback<()>,
    #[prop(into)] on_theirs: Callback<()>,
) -> impl IntoView {
    let version = theirs.version;
    let theirs = PersonaForm::from(theirs).text();
    let id = fresh_id("conflict");
    // It stands below the form, which may fill the window.
    focus_soon(id.clone());
    view! {
        <Note kind=NoteKind::Warn>
            <div class="stack" id=id tabindex="-1" role="group" aria-label="Two versions of this persona">
                <div class="stack tight">
                    <strong>"Somebody else saved this persona while you were writing"</strong>
                    <p>
                        {format!("Below is what you changed against their version {version}. Nothing of yours is lost until you choose.")}
                    </p>
                </div>
                <DiffView before=theirs after=Signal::derive(move || mine.with(PersonaForm::text)) />
                <div class="row wrap">
                    <Button busy on_press=move |_| on_mine.run(())>"Keep mine"</Button>
                    <Button disabled=busy on_press=move |_| on_theirs.run(())>"Take theirs"</Button>
                </div>
            </div>
        </Note>
    }
}
