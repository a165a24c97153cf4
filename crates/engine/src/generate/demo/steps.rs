//! Assembles steps to a workflow, each with what it sees of those before it.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use sluice_types::{AgentId, CreateAgent, Definition, StepId, SuggestedMcpServer, slug_from_name};

use super::super::answer::Answer;
use super::super::inventory::Inventory;
use super::super::words::{NAME_WEIGHT, score, words};
use super::clauses::{Clause, Kind, label_of, name_of, plain};
use super::parts::{self, Before};
use super::tools::{Call, call_for, server_for};

/// A workflow while it is assembled.
pub struct Assembly<'a> {
    inventory: &'a Inventory,
    steps: Vec<Value>,
    names: HashSet<String>,
    inputs: Vec<Value>,
    agents: Vec<CreateAgent>,
    suggested: Vec<SuggestedMcpServer>,
    reasons: HashMap<StepId, String>,
    last: Before,
}

impl<'a> Assembly<'a> {
    pub fn new(inventory: &'a Inventory) -> Self {
        Self {
            inventory,
            steps: Vec::new(),
            names: ["end".to_owned()].into(),
            inputs: Vec::new(),
            agents: Vec::new(),
            suggested: Vec::new(),
            reasons: HashMap::new(),
            last: Before::Input,
        }
    }

    /// One with the names of another workflow taken, to add steps to it.
    pub fn beside(inventory: &'a Inventory, names: impl IntoIterator<Item = String>, last: Before) -> Self {
        let mut assembly = Self::new(inventory);
        assembly.names.extend(names);
        assembly.last = last;
        assembly
    }

    /// Adds a part of the work.
    pub fn add(&mut self, clause: &Clause) {
        match clause.kind {
            Kind::Review => self.add_review(clause),
            Kind::ForEach => self.add_each(clause),
            Kind::Condition => self.add_condition(clause),
            Kind::Otherwise => self.add_otherwise(clause),
            Kind::Loop => self.add_rounds(clause),
            Kind::Work => {
                let (id, label) = self.name(&label_of(&clause.text));
                let before = self.last.clone();
                let step = self.work(&id, &label, &clause.text, &before);
                self.push(id, step);
            }
        }
    }

    fn push(&mut self, id: String, step: Value) {
        self.steps.push(step);
        self.last = Before::Step(id);
    }

    /// An id and a label that no other step has.
    fn name(&mut self, label: &str) -> (String, String) {
        let candidates = std::iter::once(label.to_owned()).chain((2..).map(|number| format!("{label} {number}")));
        let mut named = candidates.map(|label| (slug_from_name(&label, "step"), label));
        let free = |(id, label): &(String, String)| {
            !self.names.contains(id) && !self.names.contains(label) && StepId::new(id.as_str()).is_ok()
        };
        let found = named.find(free).unwrap_or_else(|| ("step".to_owned(), label.to_owned()));
        self.names.extend([found.0.clone(), found.1.clone()]);
        found
    }

    /// A step that works: with an agent, a tool or a model.
    fn work(&mut self, id: &str, label: &str, task: &str, before: &Before) -> Value {
        let step_id = StepId::new(id).ok();
        let because = |assembly: &mut Self, reason: String| {
            assembly.reasons.extend(step_id.clone().map(|id| (id, reason)));
        };
        if let Some(call) = call_for(task, self.inventory) {
            because(self, format!("The words of “{label}” name the tool."));
            return self.call(id, label, &call);
        }
        if let Some(suggested) = server_for(task, self.inventory) {
            let step_ids = step_id.iter().cloned().collect();
            let reason = format!("“{label}” would use it.");
            self.suggested.push(SuggestedMcpServer { name: suggested.to_owned(), reason, step_ids });
        }
        if let Some(agent) = self.agent_for(task) {
            because(self, format!("The words of “{label}” fit the agent."));
            self.input("topic", "long_text", "What the workflow works on.", before);
            return parts::agent(id, label, task, &agent, before);
        }
        self.input("topic", "long_text", "What the workflow works on.", before);
        parts::llm(id, label, task, before)
    }

    fn call(&mut self, id: &str, label: &str, call: &Call) -> Value {
        for (name, input_type) in &call.inputs {
            self.declare(name, input_type, "An argument of the tool.");
        }
        json!({"id": id, "label": label, "type": "tool", "tool": call.tool, "arguments": call.arguments})
    }

    /// An existing agent by its words, or a new one when the part asks for an agent.
    fn agent_for(&mut self, task: &str) -> Option<String> {
        let prompt = words(task);
        let scored = self.inventory.agents.iter().map(|agent| {
            (score(&prompt, &format!("{} {}", agent.id, agent.name), &agent.description), agent.id.as_str())
        });
        let best = scored.max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(a.1)));
        if let Some((_, id)) = best.filter(|(score, _)| *score >= NAME_WEIGHT) {
            return Some(id.to_owned());
        }
        let asks = task
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| matches!(word.to_lowercase().as_str(), "agent" | "agents" | "assistant"));
        asks.then(|| self.new_agent(task))
    }

    fn new_agent(&mut self, task: &str) -> String {
        let name = format!("{} agent", label_of(task));
        let id = slug_from_name(&name, "agent");
        if self.agents.iter().all(|agent| agent.id.as_ref().is_none_or(|other| other.as_str() != id)) {
            self.agents.push(CreateAgent {
                id: AgentId::new(id.as_str()).ok(),
                name,
                description: plain(task, 200),
                instructions: "You work step by step, use your tools where they help, and say what you could not find out.".into(),
                tools: vec!["native:http_get".into(), "native:current_time".into()],
                ..CreateAgent::default()
            });
        }
        id
    }

    /// Declares an input that a step reads, if it reads the input.
    fn input(&mut self, name: &str, input_type: &str, help: &str, before: &Before) {
        if *before == Before::Input {
            self.declare(name, input_type, help);
        }
    }

    fn declare(&mut self, name: &str, input_type: &str, help: &str) {
        if self.inputs.iter().all(|field| field["name"] != name) {
            let label = label_of(&name.replace('_', " "));
            self.inputs.push(json!({"name": name, "label": label, "help": help, "type": input_type, "required": true}));
        }
    }

    /// A review needs a text to look at.
    fn add_review(&mut self, clause: &Clause) {
        if self.last == Before::Input {
            self.add(&Clause { text: "Prepare the draft".into(), kind: Kind::Work });
        }
        let (id, label) = self.name(&label_of(&clause.text));
        let shows = match &self.last {
            Before::Step(id) => Some(id.clone()),
            Before::Input | Before::Item => None,
        };
        self.steps.push(parts::review(&id, &label, &format!("{}.", clause.text), shows.as_deref()));
        self.last = Before::Step(id);
    }

    fn add_each(&mut self, clause: &Clause) {
        self.declare("items", "list", "The list to go through.");
        let (id, label) = self.name(&label_of(&clause.text));
        let (inner, inner_label) = self.name("Work on one item");
        let step = parts::llm(&inner, &inner_label, &clause.text, &Before::Item);
        self.push(id.clone(), parts::each(&id, &label, &step));
    }

    fn add_condition(&mut self, clause: &Clause) {
        let (judge, judge_label) = self.name("Decide");
        let before = self.last.clone();
        self.input("topic", "long_text", "What the workflow works on.", &before);
        let question = format!("Does the condition of this sentence hold? {}.", clause.text);
        self.steps.push(parts::verdict(&judge, &judge_label, &question, &before.template()));
        let (id, label) = self.name(&label_of(&clause.text));
        let (inner, inner_label) = self.name("If it holds");
        let step = self.work(&inner, &inner_label, &clause.text, &before);
        let case = json!({"name": "yes", "when": format!("steps[\"{judge}\"].yes"), "steps": [step]});
        self.push(id.clone(), json!({"id": id, "label": label, "type": "conditional", "cases": [case]}));
    }

    /// The other way of the condition before; work like any other where there is none.
    fn add_otherwise(&mut self, clause: &Clause) {
        let is_open =
            self.steps.last().is_some_and(|step| step["type"] == "conditional" && step["otherwise"].is_null());
        if !is_open {
            return self.add(&Clause { kind: Kind::Work, ..clause.clone() });
        }
        // What the condition was decided on is two steps before.
        let before = match self.steps.len().checked_sub(3).and_then(|at| self.steps.get(at)?["id"].as_str()) {
            Some(id) => Before::Step(id.to_owned()),
            None => Before::Input,
        };
        let (inner, label) = self.name("Otherwise");
        let step = self.work(&inner, &label, &clause.text, &before);
        if let Some(Value::Object(conditional)) = self.steps.last_mut() {
            conditional.insert("otherwise".into(), json!({"steps": [step]}));
        }
    }

    fn add_rounds(&mut self, clause: &Clause) {
        let before = self.last.clone();
        self.input("topic", "long_text", "What the workflow works on.", &before);
        let (id, label) = self.name(&label_of(&clause.text));
        let ((judge, judged), (improve, improved)) = (self.name("Judge"), self.name("Improve"));
        let step = parts::rounds(&id, &label, [&judge, &improve], [&judged, &improved], &clause.text, &before);
        self.push(id, step);
    }

    /// The steps and the declared inputs so far.
    pub fn into_parts(self) -> (Vec<Value>, Vec<Value>) {
        (self.steps, self.inputs)
    }

    /// The workflow. Without any part it has one step for all of the prompt.
    pub fn into_answer(mut self, prompt: &str) -> Answer {
        if self.steps.is_empty() {
            let text = plain(prompt, 600);
            let text = if text.is_empty() { "Do what was asked for".to_owned() } else { text };
            self.add(&Clause { text, kind: Kind::Work });
        }
        let count = self.steps.len();
        let definition = json!({"inputs": self.inputs, "steps": self.steps});
        let definition: Definition = serde_json::from_value(definition).unwrap_or_default();
        Answer {
            name: name_of(prompt),
            description: plain(prompt, 300),
            tags: Vec::new(),
            definition,
            agents: self.agents,
            suggested: self.suggested,
            reasons: self.reasons,
            explanation: format!("Each part of the request became a step: {count} in all."),
        }
    }
}
