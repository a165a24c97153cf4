//! The schemas of steps in the OpenAPI document: one for each kind, flat, with a tag of one value.

use utoipa::openapi::{RefOr, Schema, schema};
use utoipa::{PartialSchema, ToSchema};

use super::{
    AgentStep, ConditionalStep, LlmStep, LoopStep, ParallelStep, ReviewStep, Step, StepCommon, StepType, ToolStep,
};

/// The schema of one kind of step: the common fields, the tag, its own fields.
///
/// It does not say that there are no others, although requests refuse them: answers hold steps too, and clients made from
/// a document that closes a schema refuse the answers of a later server.
fn kind_schema<T: PartialSchema>(tag_schema: &str, description: &str) -> RefOr<Schema> {
    let (RefOr::T(Schema::Object(common)), RefOr::T(Schema::Object(own))) = (StepCommon::schema(), T::schema()) else {
        unreachable!("structs have object schemas");
    };
    let mut object = common;
    object.properties.insert("type".into(), schema::Ref::from_schema_name(tag_schema).into());
    object.required.push("type".into());
    object.properties.extend(own.properties);
    object.required.extend(own.required);
    object.description = Some(description.into());
    RefOr::T(Schema::Object(object))
}

/// The schema of a tag: a text of one value. Generators of clients want it to have a name.
fn tag_schema(tag: StepType) -> RefOr<Schema> {
    schema::ObjectBuilder::new()
        .schema_type(schema::Type::String)
        .enum_values(Some([tag.as_str()]))
        .description(Some(format!("Says that the step is of type `{}`.", tag.as_str())))
        .into()
}

macro_rules! step_schema {
    ($schema:ident, $own:ty, $tag:literal, $description:literal) => {
        /// Stands for the flat schema of this kind of step in the OpenAPI document.
        struct $schema;
        impl PartialSchema for $schema {
            fn schema() -> RefOr<Schema> {
                kind_schema::<$own>($tag, $description)
            }
        }
        impl ToSchema for $schema {
            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                <$own as ToSchema>::schemas(schemas);
                <StepCommon as ToSchema>::schemas(schemas);
            }
        }
    };
}
step_schema!(
    LlmStepSchema,
    LlmStep,
    "LlmStepType",
    "Calls a model once; its output is text, or JSON when it has an `output_schema`."
);
step_schema!(
    AgentStepSchema,
    AgentStep,
    "AgentStepType",
    "Runs a model that calls tools until it is done; its output is text, or JSON when it has an `output_schema`."
);
step_schema!(ToolStepSchema, ToolStep, "ToolStepType", "Calls a tool once; its output is the tool's result.");
step_schema!(
    ReviewStepSchema,
    ReviewStep,
    "ReviewStepType",
    "Waits for a person's decision; its output is the decision, with the text as approved."
);
step_schema!(
    ParallelStepSchema,
    ParallelStep,
    "ParallelStepType",
    "Runs branches, or the same steps for each item of a list, at once; its output is a map by branch, or a list in the order of the items."
);
step_schema!(
    ConditionalStepSchema,
    ConditionalStep,
    "ConditionalStepType",
    "Runs the first case that matches; its output is the last output in that case."
);
step_schema!(
    LoopStepSchema,
    LoopStep,
    "LoopStepType",
    "Runs its steps in rounds until a condition holds; its output is that of the last round."
);

impl PartialSchema for Step {
    fn schema() -> RefOr<Schema> {
        schema::OneOfBuilder::new()
            .item(schema::Ref::from_schema_name("LlmStep"))
            .item(schema::Ref::from_schema_name("AgentStep"))
            .item(schema::Ref::from_schema_name("ToolStep"))
            .item(schema::Ref::from_schema_name("ReviewStep"))
            .item(schema::Ref::from_schema_name("ParallelStep"))
            .item(schema::Ref::from_schema_name("ConditionalStep"))
            .item(schema::Ref::from_schema_name("LoopStep"))
            .description(Some("One step of a workflow; `type` says which kind."))
            .into()
    }
}

impl ToSchema for Step {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push(("LlmStep".into(), LlmStepSchema::schema()));
        schemas.push(("AgentStep".into(), AgentStepSchema::schema()));
        schemas.push(("ToolStep".into(), ToolStepSchema::schema()));
        schemas.push(("ReviewStep".into(), ReviewStepSchema::schema()));
        schemas.push(("ParallelStep".into(), ParallelStepSchema::schema()));
        schemas.push(("ConditionalStep".into(), ConditionalStepSchema::schema()));
        schemas.push(("LoopStep".into(), LoopStepSchema::schema()));
        schemas.push(("LlmStepType".into(), tag_schema(StepType::Llm)));
        schemas.push(("AgentStepType".into(), tag_schema(StepType::Agent)));
        schemas.push(("ToolStepType".into(), tag_schema(StepType::Tool)));
        schemas.push(("ReviewStepType".into(), tag_schema(StepType::Review)));
        schemas.push(("ParallelStepType".into(), tag_schema(StepType::Parallel)));
        schemas.push(("ConditionalStepType".into(), tag_schema(StepType::Conditional)));
        schemas.push(("LoopStepType".into(), tag_schema(StepType::Loop)));
        LlmStepSchema::schemas(schemas);
        AgentStepSchema::schemas(schemas);
        ToolStepSchema::schemas(schemas);
        ReviewStepSchema::schemas(schemas);
        ParallelStepSchema::schemas(schemas);
        ConditionalStepSchema::schemas(schemas);
        LoopStepSchema::schemas(schemas);
    }
}
