//! Which page an address shows.

/// A page, with what its address names. Names are as they were given: whether there is such a thing
/// is for the page to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The list of workflows.
    Workflows,
    /// The templates.
    Templates,
    /// The builder, for a workflow that is not there yet.
    New,
    /// The builder of a workflow.
    Workflow(String),
    /// Where runs of a workflow are started.
    Start(String),
    /// A run.
    Run(String),
    /// The settings, without saying which.
    Settings,
    /// A section of the settings.
    Section(String),
    /// Nothing.
    Nowhere,
}

impl Place {
    /// The place that a path leads to, with or without a `/` at its end.
    pub fn of(path: &str) -> Self {
        let path = path.strip_prefix('/').unwrap_or(path);
        let parts: Vec<&str> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
        match *parts.as_slice() {
            [""] => Self::Workflows,
            ["templates"] => Self::Templates,
            ["new"] => Self::New,
            ["workflows", id] if !id.is_empty() => Self::Workflow(id.to_owned()),
            ["workflows", id, "run"] if !id.is_empty() => Self::Start(id.to_owned()),
            ["runs", id] if !id.is_empty() => Self::Run(id.to_owned()),
            ["settings"] => Self::Settings,
            ["settings", section] if !section.is_empty() => Self::Section(section.to_owned()),
            _ => Self::Nowhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn every_page_has_an_address() {
        let id = || "weekly-report".to_owned();
        let pages = [
            ("/", Place::Workflows),
            ("/templates", Place::Templates),
            ("/new", Place::New),
            ("/workflows/weekly-report", Place::Workflow(id())),
            ("/workflows/weekly-report/run", Place::Start(id())),
            ("/runs/weekly-report", Place::Run(id())),
            ("/settings", Place::Settings),
            ("/settings/personas", Place::Section("personas".to_owned())),
        ];
        for (path, place) in pages {
            assert_eq!(Place::of(path), place, "{path}");
            assert_eq!(Place::of(&format!("{path}/")), place, "{path}/");
        }
    }

    #[test]
    fn other_addresses_lead_nowhere() {
        let others = [
            "/workflow",
            "/templates/report",
            "/newer",
            "/workflows",
            "/workflows/",
            "/workflows//run",
            "/workflows/report/edit",
            "/workflows/report/run/again",
            "/runs",
            "/settings/providers/demo",
            "//new",
        ];
        for path in others {
            assert_eq!(Place::of(path), Place::Nowhere, "{path}");
        }
    }
}
