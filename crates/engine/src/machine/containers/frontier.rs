//! Where an execution is: the lists under way, and those that have changed since they were planned last.
//!
//! Planning looks at these alone, so that the items of a `for_each` take linear time. Nothing here is stored: a new owner
//! begins with the workflow's own list, and opens the lists of running containers again from their step runs.

use std::collections::{HashMap, HashSet};

use sluice_types::StepPath;

use super::list::ListPath;

/// Something to plan.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Node {
    /// A list: which of its steps comes next.
    List(ListPath),
    /// A container that has decided: which of its lists comes next. An agent: its next turn, or its next call.
    Container(StepPath),
}

impl Node {
    /// What is planned after a change of a step run: its list, or the agent that it stands in.
    #[must_use]
    pub fn of(path: &StepPath) -> Self {
        path.in_agent().map_or_else(|| Self::List(ListPath::of(path)), |inside| Self::Container(inside.agent))
    }
}

/// The lists of a container that were opened.
#[derive(Debug, Default)]
pub struct Lanes {
    /// Number of lists that were opened. A loop opens the round after the last one that was judged.
    pub opened: u32,
    /// Those that have not ended.
    open: HashSet<ListPath>,
    /// Number of lists that failed while the others go on.
    pub failed: u32,
}

impl Lanes {
    /// Number of lists that have not ended.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.len()
    }
}

/// The lists under way.
#[derive(Debug)]
pub struct Frontier {
    stirred: Vec<Node>,
    is_stirred: HashSet<Node>,
    lanes: HashMap<StepPath, Lanes>,
    /// The agents under way, each with its present turn.
    agents: HashMap<StepPath, u32>,
    /// Lists under way that are no longer represented by the container in them: the sum of all open lanes.
    open: usize,
    /// What has a call that waits until a sibling frees a part of the budget.
    short_of_budget: Vec<Node>,
}

impl Default for Frontier {
    fn default() -> Self {
        let mut frontier = Self {
            stirred: Vec::new(),
            is_stirred: HashSet::new(),
            lanes: HashMap::new(),
            agents: HashMap::new(),
            open: 0,
            short_of_budget: Vec::new(),
        };
        frontier.stir(Node::List(ListPath::ROOT));
        frontier
    }
}

impl Frontier {
    /// The nodes to plan, in the order in which they changed.
    #[must_use]
    pub fn stirred(&self) -> &[Node] {
        &self.stirred
    }

    /// Plans a node again.
    pub fn stir(&mut self, node: Node) {
        if self.is_stirred.insert(node.clone()) {
            self.stirred.push(node);
        }
    }

    /// Forgets which nodes were to be planned: they are being planned.
    pub fn settle(&mut self) {
        self.stirred.clear();
        self.is_stirred.clear();
    }

    /// Forgets all lists under way, and begins with the workflow's own list. For changes of a person, which may reach any
    /// list.
    pub fn begin_anew(&mut self) {
        *self = Self::default();
    }

    /// The opened lists of a container; `None` when it has not been entered.
    #[must_use]
    pub fn lanes(&self, container: &StepPath) -> Option<&Lanes> {
        self.lanes.get(container)
    }

    /// Whether a list is under way.
    #[must_use]
    pub fn is_open(&self, list: &ListPath) -> bool {
        match list.container() {
            None => true,
            Some(container) => self.lanes.get(&container).is_some_and(|lanes| lanes.open.contains(list)),
        }
    }

    /// Enters a container, `opened` of whose lists are over.
    pub fn enter(&mut self, container: &StepPath, opened: u32) {
        self.leave(container);
        self.lanes.insert(container.clone(), Lanes { opened, ..Lanes::default() });
        self.stir(Node::Container(container.clone()));
    }

    /// The present turn of an agent; `None` when it has not been entered.
    #[must_use]
    pub fn turn(&self, agent: &StepPath) -> Option<u32> {
        self.agents.get(agent).copied()
    }

    /// Goes on with a turn of an agent.
    pub fn enter_turn(&mut self, agent: &StepPath, turn: u32) {
        self.agents.insert(agent.clone(), turn);
        self.stir(Node::Container(agent.clone()));
    }

    /// Leaves a container or an agent.
    pub fn leave(&mut self, container: &StepPath) {
        self.agents.remove(container);
        if let Some(lanes) = self.lanes.remove(container) {
            self.open -= lanes.open();
        }
    }

    /// Opens the next list of a container.
    pub fn open(&mut self, container: &StepPath, list: ListPath) {
        let Some(lanes) = self.lanes.get_mut(container) else { return };
        lanes.opened += 1;
        self.open += usize::from(lanes.open.insert(list.clone()));
        self.stir(Node::List(list));
    }

    /// Closes a list that has ended; false when it was not open.
    pub fn close(&mut self, container: &StepPath, list: &ListPath, failed: bool) -> bool {
        let Some(lanes) = self.lanes.get_mut(container).filter(|lanes| lanes.open.contains(list)) else { return false };
        lanes.open.remove(list);
        lanes.failed += u32::from(failed);
        self.open -= 1;
        self.stir(Node::Container(container.clone()));
        true
    }

    /// Number of lists under way whose next step is no container: so many calls can be under way at once, now and until
    /// the next list is opened.
    #[must_use]
    pub fn width(&self) -> usize {
        // Each container that was entered takes the place of one list.
        (1 + self.open).saturating_sub(self.lanes.len()).max(1)
    }

    /// Plans a node again once a sibling has ended.
    pub fn wait_for_budget(&mut self, node: Node) {
        self.short_of_budget.push(node);
    }

    /// A call has ended: what it did not spend may pay for others.
    pub fn budget_freed(&mut self) {
        for node in std::mem::take(&mut self.short_of_budget) {
            self.stir(node);
        }
    }
}
