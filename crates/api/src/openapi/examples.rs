//! Examples of answers, one for each schema that an operation answers with. They were recorded from a server and shortened.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{OpenApi, Ref, RefOr};

use super::operations;

/// The examples, by the name of their schema.
const EXAMPLES: &str = include_str!("examples.json");

/// Adds the examples to the document, and refers to them in the answers.
pub fn illustrate(document: &mut OpenApi) {
    // A test reads the file.
    let examples: BTreeMap<String, Value> = serde_json::from_str(EXAMPLES).unwrap_or_default();
    for (_, operation) in operations(document) {
        illustrate_operation(operation, &examples);
    }
    let examples = examples.into_iter().map(|(name, value)| {
        let example = ExampleBuilder::new().summary("An answer").value(Some(value)).build();
        (name, RefOr::T(example))
    });
    document.components.get_or_insert_default().examples.extend(examples);
}

fn illustrate_operation(operation: &mut Operation, examples: &BTreeMap<String, Value>) {
    let answers = operation.responses.responses.iter_mut().filter(|(status, _)| status.starts_with('2'));
    for (_, answer) in answers {
        let RefOr::T(answer) = answer else { continue };
        for content in answer.content.values_mut() {
            let RefOr::T(content) = content else { continue };
            let Some(RefOr::Ref(schema)) = &content.schema else { continue };
            let Some(name) = schema.ref_location.rsplit('/').next().filter(|name| examples.contains_key(*name)) else {
                continue;
            };
            let example = Ref::new(format!("#/components/examples/{name}"));
            content.examples.insert("answer".into(), RefOr::Ref(example));
        }
    }
}
