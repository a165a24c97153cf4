//! The functions of a module, as they are read.

use anyhow::{Result, bail};
use wasmparser::{FunctionBody, Parser, Payload, TypeRef};

/// Custom sections that say nothing about functions, or, as `name`, are renumbered with them.
const KNOWN_SECTIONS: [&str; 4] = ["name", "producers", "target_features", "__wasm_split_unstable"];

/// What a module says of its functions. A function of the module has a place among these, from 0; its number counts
/// the imported functions before them, too.
pub struct Functions<'a> {
    /// How many are imported.
    pub imported: usize,
    /// The numbers of their types, by place.
    pub types: Vec<u32>,
    /// Their code, by place.
    pub bodies: Vec<FunctionBody<'a>>,
}

impl<'a> Functions<'a> {
    /// Reads them.
    pub fn of(module: &'a [u8]) -> Result<Self> {
        let mut functions = Self { imported: 0, types: Vec::new(), bodies: Vec::new() };
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let is_function = matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_));
                        functions.imported += usize::from(is_function);
                    }
                }
                Payload::FunctionSection(types) => functions.types = types.into_iter().collect::<Result<_, _>>()?,
                Payload::CodeSectionEntry(body) => functions.bodies.push(body),
                // Validation does not look into these: wrong numbers in them would go unnoticed.
                Payload::CustomSection(section) if !KNOWN_SECTIONS.contains(&section.name()) => {
                    let name = section.name();
                    bail!("the section {name} may number functions; if it does not, add it to KNOWN_SECTIONS");
                }
                _ => (),
            }
        }
        Ok(functions)
    }
}
