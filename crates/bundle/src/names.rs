//! The names by which the compiled app and its script know each other.

use std::convert::Infallible;

use anyhow::{Context as _, Result, ensure};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{ExportSection, ImportSection, Module};
use wasmparser::{Export, ImportSectionReader, Parser, Payload};

use crate::files::File;
use crate::shrink::is_module;

/// How many letters wasm-bindgen adds to a name, so that no two are the same.
const HASH_LETTERS: usize = 16;

/// Puts numbers in the place of names that end in a hash: no compressor makes hashes smaller, and each stands in the
/// module and in the script.
pub fn shorten_names(files: &mut [File]) -> Result<()> {
    let mut long = Vec::new();
    for file in files.iter().filter(|file| is_module(file)) {
        long.extend(hashed_names(&file.bytes)?);
    }
    long.sort_unstable();
    long.dedup();
    let mut short = Short { long };
    for file in files {
        if is_module(file) {
            let mut module = Module::new();
            short.parse_core_module(&mut module, Parser::new(0), &file.bytes)?;
            file.bytes = module.finish();
        } else if let Ok(text) = std::str::from_utf8(&file.bytes) {
            ensure!(!short.is_used(text), "{} has names already that were to be given", file.path);
            file.bytes = short.in_text(text).into_bytes();
        }
    }
    Ok(())
}

/// The names of what a module imports and exports, if they end in a hash.
fn hashed_names(module: &[u8]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload.context("the module cannot be read")? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    names.push(import?.name.to_owned());
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    names.push(export?.name.to_owned());
                }
            }
            _ => (),
        }
    }
    names.retain(|name| is_hashed(name));
    Ok(names)
}

/// Whether it ends in a hash, and is one that stands in a script as it is.
fn is_hashed(name: &str) -> bool {
    let hash = name.len().checked_sub(HASH_LETTERS).and_then(|at| name.split_at_checked(at));
    hash.is_some_and(|(before, hash)| {
        before.trim_end_matches('h').ends_with('_') && hash.bytes().all(|letter| letter.is_ascii_hexdigit())
    }) && name.chars().all(is_of_name)
}

/// What the names here are made of.
const fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Numbers for names. All other names stay.
struct Short {
    /// In order; a name's place is its number.
    long: Vec<String>,
}

impl Short {
    fn of(&self, name: &str) -> String {
        self.long.binary_search_by(|long| long.as_str().cmp(name)).map_or(name.to_owned(), |at| format!("_{at}"))
    }

    /// Whether one of the short names stands in a script.
    fn is_used(&self, text: &str) -> bool {
        let number = |name: &str| name.strip_prefix('_')?.parse().ok();
        text.split(|c: char| !is_of_name(c)).filter_map(number).any(|number: usize| number < self.long.len())
    }

    /// A script with the short names. A name is all letters, digits and `_` in a row.
    fn in_text(&self, text: &str) -> String {
        let mut short = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let (name, after) = rest.split_at(rest.find(|c: char| !is_of_name(c)).unwrap_or(rest.len()));
            short.push_str(&self.of(name));
            let (between, next) = after.split_at(after.find(is_of_name).unwrap_or(after.len()));
            short.push_str(between);
            rest = next;
        }
        short
    }
}

impl Reencode for Short {
    type Error = Infallible;

    fn parse_import_section(&mut self, to: &mut ImportSection, from: ImportSectionReader<'_>) -> Result<(), Error> {
        for import in from.into_imports() {
            let import = import?;
            to.import(import.module, &self.of(import.name), self.entity_type(import.ty)?);
        }
        Ok(())
    }

    fn parse_export(&mut self, to: &mut ExportSection, export: Export<'_>) -> Result<(), Error> {
        to.export(
            &self.of(export.name),
            self.export_kind(export.kind)?,
            self.external_index(export.kind, export.index)?,
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{CodeSection, EntityType, ExportKind, Function, FunctionSection, TypeSection};

    use super::*;

    #[test]
    fn module_and_script_know_each_other_by_short_names() {
        let (import, export) = ("__wbg_get_0123456789abcdef", "invoke__h00000000000000ff");
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        imports.import("./app_bg.js", import, EntityType::Function(0));
        imports.import("./app_bg.js", "__wbindgen_throw", EntityType::Function(0));
        let mut functions = FunctionSection::new();
        functions.function(0);
        let mut exports = ExportSection::new();
        exports.export(export, ExportKind::Func, 2).export("start", ExportKind::Func, 2);
        let (mut code, mut body) = (CodeSection::new(), Function::new([]));
        body.instructions().call(0).end();
        code.function(&body);
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
        let script = format!("x = {{ {import}: () => wasm.{export}(1), a{import}: 2, __wbindgen_throw }};");
        let mut files = [File::new("app_bg.wasm", module.finish()), File::new("app.js", script)];
        shorten_names(&mut files).unwrap();
        let [module, script] = files.map(|file| file.bytes);
        let script = String::from_utf8(script).unwrap();
        assert_eq!(script, format!("x = {{ _0: () => wasm._1(1), a{import}: 2, __wbindgen_throw }};"));
        let mut names = Vec::new();
        for payload in Parser::new(0).parse_all(&module) {
            match payload.unwrap() {
                Payload::ImportSection(all) => {
                    names.extend(all.into_imports().map(|import| import.unwrap().name.to_owned()));
                }
                Payload::ExportSection(all) => {
                    names.extend(all.into_iter().map(|export| export.unwrap().name.to_owned()));
                }
                _ => (),
            }
        }
        assert_eq!(names, ["_0", "__wbindgen_throw", "_1", "start"]);
    }

    #[test]
    fn a_name_that_is_taken_is_not_given() {
        let short = Short { long: vec!["a_0123456789abcdef".to_owned()] };
        assert!(short.is_used("let _0 = 1;") && !short.is_used("let _1 = a_0 + _a0;"));
    }

    #[test]
    fn names_without_a_hash_stay() {
        for name in [
            "memory",
            "__wbindgen_start",
            "0123456789abcdef",
            "a0123456789abcdef",
            "a_0123456789abcdeg",
            "a-b_0123456789abcdef",
        ] {
            assert!(!is_hashed(name), "{name}");
        }
        assert!(is_hashed("__wbg_x_0123456789abcdef") && is_hashed("f_h0123456789abcdef"));
    }
}
