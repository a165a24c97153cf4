//! Templates: workflows to copy from and steps to add, as JSON files compiled in.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::canvas::NodePosition;
use crate::definition::{Definition, InputField, Step};
use crate::ids::WorkflowId;
use crate::index::Index;
use crate::json;

/// A workflow to copy from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowTemplate {
    /// Unique among the templates that a tenant sees.
    pub id: WorkflowId,
    /// Display name.
    pub name: String,
    /// Purpose of the template.
    pub description: String,
    /// Category for grouping.
    pub category: Option<String>,
    /// Tags for filters.
    pub tags: Vec<String>,
    /// Input of its executions.
    #[serde(default)]
    pub input: Vec<TemplateInput>,
    /// The definition.
    pub definition: Definition,
    /// Where its steps stand on the canvas, as far as somebody placed them.
    #[serde(default)]
    pub layout: Vec<NodePosition>,
    /// Whether it comes with Sluice.
    #[serde(default)]
    pub built_in: bool,
}

/// A field of the input that a template's executions are started with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemplateInput {
    /// The field: `input.<name>`.
    pub name: String,
    /// Display name.
    pub label: String,
    /// Help text for the field.
    pub description: String,
    /// Whether the templates need it.
    pub required: bool,
    /// A text that suits.
    pub example: String,
}

impl From<&InputField> for TemplateInput {
    fn from(field: &InputField) -> Self {
        let example = field.example.as_ref();
        Self {
            name: field.name.clone(),
            label: if field.label.is_empty() { field.name.clone() } else { field.label.clone() },
            description: field.help.clone(),
            required: field.required && field.default.is_none(),
            example: example
                .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                .unwrap_or_default(),
        }
    }
}

impl WorkflowTemplate {
    /// A built-in template. Its definition may declare the input.
    fn with_declared_inputs(mut self) -> Self {
        self.built_in = true;
        if self.input.is_empty() {
            self.input = self.definition.inputs.iter().map(TemplateInput::from).collect();
        }
        self
    }
}

/// A template in a list: without its definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemplateSummary {
    /// Unique among the templates that a tenant sees.
    pub id: WorkflowId,
    /// Display name.
    pub name: String,
    /// Purpose of the template.
    pub description: String,
    /// Category for grouping.
    pub category: Option<String>,
    /// Tags for filters.
    pub tags: Vec<String>,
    /// The labels of its steps, in order.
    pub step_labels: Vec<String>,
    /// Whether it comes with Sluice.
    pub built_in: bool,
}

impl From<&WorkflowTemplate> for TemplateSummary {
    fn from(template: &WorkflowTemplate) -> Self {
        Self {
            id: template.id.clone(),
            name: template.name.clone(),
            description: template.description.clone(),
            category: template.category.clone(),
            tags: template.tags.clone(),
            step_labels: Index::of(&template.definition)
                .places()
                .iter()
                .map(|place| place.step.label.clone())
                .collect(),
            built_in: template.built_in,
        }
    }
}

/// A page of templates: first those that come with Sluice, then the tenant's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemplatePage {
    /// The templates.
    pub items: Vec<TemplateSummary>,
    /// The `cursor` of the next page; `null` on the last page.
    pub next_cursor: Option<String>,
}

/// Id and name of the new workflow.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstantiateTemplate {
    /// Default: derived from the name.
    #[serde(default)]
    pub id: Option<WorkflowId>,
    /// Default: the template's name.
    #[serde(default)]
    pub name: Option<String>,
}

/// A pre-filled step to add to a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepTemplate {
    /// Unique among the step templates.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Purpose of the template.
    pub description: String,
    /// `basic`, `container` or `pipeline`.
    pub category: String,
    /// The name of a Lucide icon.
    pub icon: String,
    /// The step.
    pub step: Step,
}

/// A page of step templates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepTemplatePage {
    /// The step templates, in the order in which they are shown.
    pub items: Vec<StepTemplate>,
    /// The `cursor` of the next page; `null`, as all step templates are on this page.
    pub next_cursor: Option<String>,
}

const FILES: [&str; 7] = [
    include_str!("../data/workflow-templates/deep-build-pipeline.json"),
    include_str!("../data/workflow-templates/research-brief.json"),
    include_str!("../data/workflow-templates/content-studio.json"),
    include_str!("../data/workflow-templates/support-desk.json"),
    include_str!("../data/workflow-templates/polish-in-rounds.json"),
    include_str!("../data/workflow-templates/review-panel.json"),
    include_str!("../data/workflow-templates/project-estimate.json"),
];

#[expect(clippy::expect_used, reason = "the files are compiled in, and tests read them")]
static BUILT_IN: LazyLock<Vec<WorkflowTemplate>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|file| {
            let template: WorkflowTemplate = serde_json::from_str(file).expect("the template file is valid");
            template.with_declared_inputs()
        })
        .collect()
});

/// A step template as stored in its file: with its step, or with the pointer to its step.
#[derive(Deserialize)]
struct StepTemplateFile {
    id: String,
    name: String,
    description: String,
    category: String,
    icon: String,
    step: Option<Value>,
    from: Option<StepSource>,
}

#[derive(Deserialize)]
struct StepSource {
    workflow: String,
    step: String,
}

#[expect(clippy::expect_used, reason = "the files are compiled in, and tests read them")]
static STEPS: LazyLock<Vec<StepTemplate>> = LazyLock::new(|| {
    let files: Vec<StepTemplateFile> =
        serde_json::from_str(include_str!("../data/step-templates.json")).expect("step-templates.json is valid");
    files
        .into_iter()
        .map(|file| {
            let step = match (file.step, file.from) {
                (Some(step), _) => json::from_value(step).expect("the step is valid"),
                (None, source) => {
                    step_of(&source.expect("a step template has `step` or `from`")).expect("the step is there")
                }
            };
            StepTemplate {
                id: file.id,
                name: file.name,
                description: file.description,
                category: file.category,
                icon: file.icon,
                step,
            }
        })
        .collect()
});

fn step_of(source: &StepSource) -> Option<Step> {
    let template = BUILT_IN.iter().find(|template| template.id.as_str() == source.workflow)?;
    template.definition.steps.iter().find(|step| step.id.as_str() == source.step).map(|step| Step::clone(step))
}

/// The workflow templates that come with Sluice.
#[must_use]
pub fn built_in_templates() -> &'static [WorkflowTemplate] {
    &BUILT_IN
}

/// The step templates that come with Sluice: seven basic ones, four containers, and the nine of the Deep Build Pipeline.
#[must_use]
pub fn step_templates() -> &'static [StepTemplate] {
    &STEPS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::StepType;
    use crate::lint::{LintContext, Severity, lint};

    #[test]
    fn built_in_templates_have_no_finding() {
        assert_eq!(built_in_templates().len(), 7);
        for template in built_in_templates() {
            let input: serde_json::Map<String, Value> = template
                .input
                .iter()
                .filter(|field| field.required)
                .map(|field| (field.name.clone(), field.example.clone().into()))
                .collect();
            let report = lint(&template.definition, &LintContext::default(), Some(&Value::Object(input)));
            assert_eq!(report.findings, [], "{}", template.name);
        }
    }

    #[test]
    fn the_files_hold_no_field_that_is_not_known() {
        for file in FILES {
            let file = json::parse(file).unwrap();
            let template: WorkflowTemplate = json::from_value(file.clone()).unwrap();
            assert_eq!(template.definition.newer_parts(), [], "{}", template.name);
            let written = serde_json::to_value(&template.input).unwrap();
            let declared = file.pointer("/definition/inputs").is_some();
            assert!(declared || written == file["input"], "{}", template.name);
        }
        let steps = json::parse(include_str!("../data/step-templates.json")).unwrap();
        json::from_value::<Vec<StepTemplateFile>>(steps).unwrap();
    }

    #[test]
    fn the_templates_show_every_kind_of_step() {
        let types: std::collections::HashSet<StepType> = built_in_templates()
            .iter()
            .flat_map(|template| Index::of(&template.definition).places().to_vec())
            .map(|place| place.step.step_type())
            .collect();
        for step_type in StepType::ALL {
            assert!(types.contains(step_type), "{step_type}");
        }
    }

    #[test]
    fn the_pipeline_has_its_nine_steps() {
        let labels: Vec<_> = built_in_templates()[0].definition.steps.iter().map(|step| step.label.as_str()).collect();
        assert_eq!(
            labels,
            [
                "Idea Generation",
                "Research & Brainstorm",
                "Add Features & Requirements",
                "Review 1",
                "Extend & Improve",
                "Review 2",
                "Project Wisdom",
                "Improve & Refine",
                "Implementation Prompts"
            ]
        );
    }

    #[test]
    fn there_are_twenty_step_templates() {
        let of = |category: &str| step_templates().iter().filter(|template| template.category == category).count();
        assert_eq!((of("basic"), of("container"), of("pipeline"), step_templates().len()), (7, 4, 9, 20));
        for template in step_templates().iter().filter(|template| template.category != "pipeline") {
            let definition =
                Definition { steps: vec![std::sync::Arc::new(template.step.clone())], ..Definition::default() };
            assert_eq!(definition.newer_parts(), [], "{}", template.name);
            let errors: Vec<_> = lint(&definition, &LintContext::default(), None)
                .findings
                .into_iter()
                .filter(|f| f.severity == Severity::Error)
                .collect();
            assert_eq!(errors, [], "{}", template.id);
        }
    }
}
