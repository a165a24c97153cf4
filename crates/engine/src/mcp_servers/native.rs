//! The tools that are built in.

use sluice_tools::native::{NativeTool, all};
use sluice_types::{NATIVE, Tool};

/// The tools that are built in, as steps name them.
#[must_use]
pub fn native_tools() -> Vec<Tool> {
    all().iter().copied().map(tool).collect()
}

fn tool(native: NativeTool) -> Tool {
    let info = native.info();
    Tool {
        id: format!("{NATIVE}:{}", native.name()),
        server_id: None,
        name: info.name,
        title: info.title,
        description: info.description,
        input_schema: info.input_schema,
        output_schema: info.output_schema,
        effect: native.effect(),
    }
}
