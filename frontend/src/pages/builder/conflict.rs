//! A save met a newer version: both are shown, and a person chooses.

use std::sync::Arc;

use leptos::prelude::*;
use sluice_types::Workflow;
use sluice_web_state::conflict::{ChangedBy, Difference, compare, merge};
use sluice_web_state::editor::Draft;

use super::model::{Builder, Saved};
use super::save::{SaveState, Saver};
use crate::api;
use crate::components::{Button, ButtonKind, Dialog, DiffView, Note, NoteKind, Skeleton};

/// The two versions in conflict.
#[derive(Clone, PartialEq)]
struct Meeting {
    theirs: Arc<Workflow>,
    differences: Vec<Difference>,
    merged: Option<Arc<Draft>>,
}

impl Meeting {
    fn new(base: Option<&Draft>, mine: &Draft, theirs: Workflow) -> Self {
        let other = Draft::from_workflow(&theirs);
        let differences = compare(base, mine, &other);
        let merged = base.and_then(|base| merge(base, mine, &other)).map(Arc::new);
        Self { theirs: Arc::new(theirs), differences, merged }
    }
}

/// The version that the draft was made from: here already, or asked of the server.
async fn base_of(saved: Option<Saved>) -> Option<Arc<Draft>> {
    let saved = saved?;
    if saved.draft.is_some() {
        return saved.draft;
    }
    let version = api::workflows::version(&saved.id, saved.version).await.ok()?;
    let mut draft = Draft::from_definition(version.definition);
    (draft.name, draft.description) = (version.name, version.description);
    Some(Arc::new(draft))
}

/// Open while there is a conflict.
#[component]
pub fn ConflictDialog(builder: Builder, saver: Saver) -> impl IntoView {
    let open = Signal::derive(move || saver.state.with(|state| matches!(state, SaveState::Conflict(_))));
    // Closing it chooses nothing: the draft stays, and saving asks again.
    let close = move |()| saver.state.set(SaveState::Idle);
    let meeting = LocalResource::new(move || {
        let theirs = saver.state.with(|state| match state {
            SaveState::Conflict(theirs) => Some(Workflow::clone(theirs)),
            SaveState::Idle | SaveState::Saving | SaveState::Failed(_) => None,
        });
        async move {
            let theirs = theirs?;
            let base = base_of(builder.saved.get_untracked()).await;
            let mine = builder.draft.try_with_untracked(|draft| Arc::clone(&draft.0))?;
            Some(Meeting::new(base.as_deref(), &mine, theirs))
        }
    });
    view! {
        <Dialog open on_close=close title="Somebody saved a newer version".to_owned() wide=true>
            {move || match meeting.get().flatten() {
                None => view! { <div class="body"><Skeleton /></div> }.into_any(),
                Some(meeting) => view! { <Choice saver meeting on_close=close /> }.into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn Choice(saver: Saver, meeting: Meeting, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let Meeting { theirs, differences, merged } = meeting;
    let version = theirs.version;
    let text = if merged.is_some() {
        "You and they changed different things: both sets of changes fit together."
    } else {
        "You and they changed the same things. Choose whose changes stay. Yours are one undo away after you take theirs; \
         “Keep mine” writes over theirs."
    };
    let both = merged.map(|merged| {
        let theirs = Arc::clone(&theirs);
        let press = move |_| saver.save_merged(&theirs, Draft::clone(&merged));
        view! { <Button kind=ButtonKind::Primary on_press=press>"Save both"</Button> }
    });
    let (for_overwrite, for_take) = (Arc::clone(&theirs), theirs);
    view! {
        <div class="body stack">
            <Note kind=NoteKind::Info>{text}</Note>
            {differences.into_iter().map(|difference| view! { <Versus difference version /> }).collect_view()}
        </div>
        <footer>
            <Button on_press=move |_| on_close.run(())>"Decide later"</Button>
            <Button on_press=move |_| saver.save_as_copy()>"Save mine as a copy"</Button>
            <Button on_press=move |_| saver.take(&for_take)>{format!("Take version {version}")}</Button>
            <Button kind=ButtonKind::Danger on_press=move |_| saver.overwrite(&for_overwrite)>
                "Keep mine"
            </Button>
            {both}
        </footer>
    }
}

/// One difference: a long text as lines taken out and put in, a short value on both sides.
#[component]
fn Versus(difference: Difference, version: i64) -> impl IntoView {
    let is_text = difference.is_text();
    let Difference { what, mine, theirs, changed_by } = difference;
    let by = match changed_by {
        ChangedBy::Mine => "changed by you",
        ChangedBy::Theirs => "changed by them",
        ChangedBy::Both => "changed by both",
    };
    let their_name = format!("Theirs, version {version}");
    let values = if is_text {
        let legend = format!("− {their_name}");
        view! {
            <p class="legend">
                <span class="removed">{legend}</span>
                <span class="added">"+ Yours"</span>
            </p>
            <DiffView before=Signal::stored(theirs) after=Signal::stored(mine) />
        }
        .into_any()
    } else {
        let shown = |text: String| if text.is_empty() { "(nothing)".to_owned() } else { text };
        view! {
            <h4>"Yours"</h4>
            <h4>{their_name}</h4>
            <pre tabindex="0" aria-label="Yours">{shown(mine)}</pre>
            <pre tabindex="0" aria-label="Theirs">{shown(theirs)}</pre>
        }
        .into_any()
    };
    view! {
        <div class="versus" class:as-diff=is_text>
            <h3>{what} " " <span class="badge">{by}</span></h3>
            {values}
        </div>
    }
}
