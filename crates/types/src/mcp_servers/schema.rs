//! The schemas of transports in the OpenAPI document: one for each kind, flat, with a tag of one value.

use utoipa::openapi::{RefOr, Schema, schema};
use utoipa::{PartialSchema, ToSchema};

use super::{HttpTransport, McpTransport, SetHttpTransport, SetMcpTransport, SetStdioTransport, StdioTransport};

const STDIO: &str = "StdioTransportType";
const HTTP: &str = "HttpTransportType";

/// The fields of a kind of transport, with its tag first.
fn tagged<T: PartialSchema>(tag_schema: &str) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut object)) = T::schema() else { unreachable!("structs have object schemas") };
    let own = std::mem::take(&mut object.properties);
    object.properties.insert("type".into(), schema::Ref::from_schema_name(tag_schema).into());
    object.properties.extend(own);
    object.required.insert(0, "type".into());
    RefOr::T(Schema::Object(object))
}

/// A text of one value. Generators of clients want it to have a name.
fn tag(value: &str) -> RefOr<Schema> {
    schema::ObjectBuilder::new()
        .schema_type(schema::Type::String)
        .enum_values(Some([value]))
        .description(Some(format!("Says that the transport is of type `{value}`.")))
        .into()
}

macro_rules! transport_schema {
    ($union:ident, $stdio:ident, $http:ident, $description:literal) => {
        impl PartialSchema for $union {
            fn schema() -> RefOr<Schema> {
                schema::OneOfBuilder::new()
                    .item(schema::Ref::from_schema_name(stringify!($stdio)))
                    .item(schema::Ref::from_schema_name(stringify!($http)))
                    .description(Some($description))
                    .into()
            }
        }

        impl ToSchema for $union {
            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                schemas.push((stringify!($stdio).into(), tagged::<$stdio>(STDIO)));
                schemas.push((stringify!($http).into(), tagged::<$http>(HTTP)));
                schemas.push((STDIO.into(), tag("stdio")));
                schemas.push((HTTP.into(), tag("http")));
            }
        }
    };
}
transport_schema!(
    McpTransport,
    StdioTransport,
    HttpTransport,
    "How a server is reached; `type` says which kind. Secrets are written and never read: answers hold their names."
);
transport_schema!(
    SetMcpTransport,
    SetStdioTransport,
    SetHttpTransport,
    "How a server is to be reached, with its secrets; `type` says which kind."
);
