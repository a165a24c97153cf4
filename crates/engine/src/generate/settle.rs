//! Makes a workflow of an answer: names are made unique and ids free, and it is checked as a start would check it, with
//! the agents that are to be created.

use std::collections::HashMap;

use serde_json::json;
use sluice_store::StoreError;
use sluice_types::limits::MAX_GENERATED_STEPS;
use sluice_types::{
    CreateWorkflow, Definition, FieldChange, Index, LintFinding, LintReport, RESERVED_WORKFLOW_IDS, Severity,
    StepChange, StepId, SuggestedMcpServer, TenantId, VersionContent, WorkflowId, content_difference, edit,
    slug_from_name,
};

use super::agents::{as_existing, with_free_ids};
use super::answer::{Answer, Read};
use super::approvals::{PUT_BACK, put_back};
use super::error::DesignError;
use super::inventory::{Inventory, Told};
use super::report::{Using, reuse};
use super::request::{Base, Design};
use crate::agents::with_agents;
use crate::check;
use crate::engine::Engine;

/// What an answer is settled against.
pub struct Settling<'a> {
    pub engine: &'a Engine,
    pub tenant: &'a TenantId,
    pub base: Option<&'a Base>,
    pub inventory: &'a Inventory,
    pub told: &'a Told,
}

/// A design, and what the model is to mend in it.
#[derive(Debug)]
pub struct Settled {
    pub design: Design,
    pub to_mend: Vec<LintFinding>,
}

impl Settled {
    /// Findings that keep the workflow from running.
    pub fn errors(&self) -> usize {
        self.design.findings.iter().filter(|finding| finding.severity == Severity::Error).count()
    }
}

/// Codes of names that the server makes unique itself when the model did not.
const OF_NAMES: [&str; 4] = ["duplicate_id", "duplicate_label", "reserved_id", "empty_label"];

impl Settling<'_> {
    /// The design of an answer.
    pub async fn settle(&self, read: Read) -> Result<Settled, DesignError> {
        let Read { answer, left_out } = read;
        let Answer { name, description, tags, mut definition, mut agents, suggested, reasons, mut explanation } =
            answer;
        if put_back(&mut definition, &mut agents, self.base.map(|base| &base.definition)) {
            explanation = with_note(&explanation, PUT_BACK);
        }
        let store = self.engine.store();
        let agents = with_free_ids(store, self.tenant, &mut definition, agents, &self.told.agents).await?;
        let new = as_existing(&agents, self.engine.outside().clock.now());
        let raw = self.check(&definition, &new).await?;
        let mut findings = raw.findings.clone();
        if !edit::make_names_unique(&mut definition).is_empty() {
            findings = self.check(&definition, &new).await?.findings;
            findings.extend(raw.findings.iter().filter(|it| OF_NAMES.contains(&it.code.as_str())).map(made_unique));
        }
        let size = self.size_finding(&definition);
        findings.extend(left_out.iter().chain(&size).cloned());
        findings.sort_by_key(|finding| finding.severity);
        let lost = self.lost_ids(&definition);
        let has_errors = !raw.valid || !left_out.is_empty() || size.is_some() || !lost.is_empty();
        let of_others = left_out.into_iter().chain(size).chain(lost);
        let to_mend = raw.findings.into_iter().chain(of_others).filter(|_| has_errors).collect();
        let index = Index::of(&definition);
        let named = index.named_resources().agents;
        let (filled, existing) = with_agents(store, self.tenant, &definition, named, &new).await?;
        let servers = Index::of(&filled).named_resources().mcp_servers.into_iter().collect();
        let using = Using { filled: &filled, new: &agents, inventory: self.inventory, reasons: &reasons };
        let reuse = reuse(&using);
        let base_id = self.base.and_then(|base| base.workflow_id.as_ref());
        let estimate = self.engine.estimate(self.tenant, base_id, &filled, &json!({})).await?;
        let existing_mcps_used = store.existing_mcp_servers(self.tenant, servers).await?;
        let is_new = |id: &sluice_types::AgentId| new.iter().any(|agent| agent.id == *id);
        let workflow = self.workflow(name, description, tags, definition).await?;
        let (field_changes, changes) = self.changes(&workflow);
        let design = Design {
            agents_to_create: agents,
            existing_agents_used: existing.into_iter().filter(|id| !is_new(id)).collect(),
            mcps_suggested: suggestions(suggested, &index),
            existing_mcps_used,
            explanation,
            reuse,
            changes,
            field_changes,
            findings,
            estimate,
            workflow,
        };
        Ok(Settled { design, to_mend })
    }

    async fn check(&self, definition: &Definition, new: &[sluice_types::Agent]) -> Result<LintReport, StoreError> {
        let shared = &self.engine.shared;
        let today = shared.outside.clock.now().date_naive();
        check::check(&shared.store, &shared.providers, self.tenant, definition, None, today, new).await
    }

    /// A design is to be small. A workflow that is changed may be as large as it was.
    fn size_finding(&self, definition: &Definition) -> Option<LintFinding> {
        let before = self.base.map_or(0, |base| Index::of(&base.definition).places().len());
        let (count, most) = (Index::of(definition).places().len(), before + MAX_GENERATED_STEPS);
        let message = || format!("a generation adds at most {MAX_GENERATED_STEPS} steps; there are {count} now");
        (count > most).then(|| LintFinding::new(Severity::Warning, "/steps".into(), "too_many_steps", message()))
    }

    /// The difference to the workflow that is changed: its fields, and its steps.
    fn changes(&self, workflow: &CreateWorkflow) -> (Vec<FieldChange>, Vec<StepChange>) {
        let CreateWorkflow { name, description, definition, .. } = workflow;
        let after = VersionContent { name, description, definition };
        self.base.map(|base| content_difference(base.content(), after)).unwrap_or_default()
    }

    /// The steps that stay, by their labels, and have another id now. Only the model is told: nothing is wrong with the
    /// workflow, but its earlier runs and the difference go by ids.
    fn lost_ids(&self, definition: &Definition) -> Vec<LintFinding> {
        let Some(base) = self.base else { return Vec::new() };
        let (before, after) = (Index::of(&base.definition), Index::of(definition));
        let lost = after.places().iter().filter_map(|place| {
            let was = &before.places().iter().find(|was| was.step.label == place.step.label)?.step.id;
            if *was == place.step.id || after.place(was).is_some() {
                return None;
            }
            Some(LintFinding {
                severity: Severity::Warning,
                pointer: format!("{}/id", place.pointer),
                code: "id_changed".into(),
                message: format!("The step “{}” had the id `{was}`: keep it", place.step.label),
                fix: None,
            })
        });
        lost.collect()
    }

    async fn workflow(
        &self,
        name: String,
        description: String,
        tags: Vec<String>,
        definition: Definition,
    ) -> Result<CreateWorkflow, StoreError> {
        let or_base = |text: String, of_base: fn(&Base) -> &String| {
            if text.is_empty() { self.base.map(|base| of_base(base).clone()).unwrap_or_default() } else { text }
        };
        let name = or_base(name, |base| &base.name);
        let name = if name.is_empty() { "Workflow".to_owned() } else { name };
        let id = match self.base.and_then(|base| base.workflow_id.clone()) {
            Some(id) => Some(id),
            None => self.free_id(&name).await?,
        };
        let description = or_base(description, |base| &base.description);
        Ok(CreateWorkflow { id, name, description, tags, definition, ..CreateWorkflow::default() })
    }

    /// An id that no workflow has.
    async fn free_id(&self, name: &str) -> Result<Option<WorkflowId>, StoreError> {
        let base = slug_from_name(name, "workflow");
        let stem: String = base.chars().take(STEM_CHARS).collect();
        let taken = self.engine.store().taken_ids(self.tenant, &base, &stem).await?;
        let numbered = (2..=taken.len() + RESERVED_WORKFLOW_IDS.len() + 2).map(|number| format!("{stem}-{number}"));
        let mut free = std::iter::once(base.clone())
            .chain(numbered)
            .filter(|id| !taken.contains(id) && !RESERVED_WORKFLOW_IDS.contains(&id.as_str()));
        Ok(free.find_map(|id| WorkflowId::new(id).ok()))
    }
}

/// Characters of an id before its number.
const STEM_CHARS: usize = 90;

/// An explanation with a note at its end.
pub fn with_note(explanation: &str, note: &str) -> String {
    let explanation = explanation.trim();
    if explanation.is_empty() { note.to_owned() } else { format!("{explanation}\n\n{note}") }
}

/// What is said of a name that was made unique.
fn made_unique(finding: &LintFinding) -> LintFinding {
    let message = format!("{}: it got another name; references mean the first", finding.message);
    LintFinding { severity: Severity::Warning, message, fix: None, ..finding.clone() }
}

/// The suggested servers, each once, with the steps that there are.
fn suggestions(suggested: Vec<SuggestedMcpServer>, index: &Index) -> Vec<SuggestedMcpServer> {
    let mut all: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<SuggestedMcpServer> = Vec::new();
    for mut server in suggested {
        let exists = |id: &StepId| index.place(id).is_some();
        server.step_ids.retain(exists);
        if let Some(same) = all.get(&server.name).and_then(|at| kept.get_mut(*at)) {
            same.step_ids.extend(server.step_ids);
        } else {
            all.insert(server.name.clone(), kept.len());
            kept.push(server);
        }
    }
    kept
}
