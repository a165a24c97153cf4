//! The order of the functions in the compiled app, which decides how well it compresses.

use std::convert::Infallible;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{Encode as _, Instruction, Module};
use wasmparser::{FunctionBody, Parser, Payload, TypeRef, Validator};

use crate::files::File;
use crate::renumber::Renumber;

/// Custom sections that say nothing about functions, or, as `name`, are renumbered with them.
const KNOWN_SECTIONS: [&str; 4] = ["name", "producers", "target_features", "__wasm_split_unstable"];

/// Puts functions that look alike beside each other in each module.
///
/// The instances of one generic function lie far apart otherwise, and a compressor finds most in what it saw last.
pub fn order_functions(files: &mut [File]) -> Result<()> {
    let is_module = |file: &File| Path::new(&file.path).extension().is_some_and(|ending| ending == "wasm");
    for file in files.iter_mut().filter(|file| is_module(file)) {
        file.bytes = ordered(&file.bytes).with_context(|| format!("cannot order the functions of {}", file.path))?;
    }
    Ok(())
}

fn ordered(module: &[u8]) -> Result<Vec<u8>> {
    let mut ordered = Module::new();
    by_looks(module)?.parse_core_module(&mut ordered, Parser::new(0), module)?;
    let bytes = ordered.finish();
    // What is not valid would only show in somebody's browser.
    Validator::new().validate_all(&bytes).context("the ordered module is not valid")?;
    Ok(bytes)
}

/// Numbers that follow the functions' looks. Those that look the same stay in their order, so that a module that is
/// in order does not change.
fn by_looks(module: &[u8]) -> Result<Renumber> {
    let (mut imported, mut looks) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += usize::from(matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
                }
            }
            Payload::CodeSectionEntry(body) => looks.push((Look::of(&body)?, looks.len())),
            // Validation does not look into these: wrong numbers in them would go unnoticed.
            Payload::CustomSection(section) if !KNOWN_SECTIONS.contains(&section.name()) => {
                bail!("the section {} may number functions; if it does not, add it to KNOWN_SECTIONS", section.name());
            }
            _ => (),
        }
    }
    looks.sort_unstable();
    Renumber::new(imported, looks.into_iter().map(|(_, place)| place))
}

/// What functions are compared by, in this order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Look {
    /// The instructions without addresses and other small constants, which tell instances of one function apart.
    outline: Vec<u8>,
    /// The instructions with them.
    whole: Vec<u8>,
}

impl Look {
    fn of(body: &FunctionBody<'_>) -> Result<Self> {
        let (mut outline, mut whole) = (Vec::new(), Vec::new());
        let mut instructions = body.get_operators_reader()?;
        while !instructions.eof() {
            let instruction = CallsAlike.parse_instruction(&mut instructions)?;
            instruction.encode(&mut whole);
            let alike = if let Instruction::I32Const(_) = instruction { Instruction::I32Const(0) } else { instruction };
            alike.encode(&mut outline);
        }
        Ok(Self { outline, whole })
    }
}

/// Writes all calls the same: what they call has another number once functions are in order.
struct CallsAlike;

impl Reencode for CallsAlike {
    type Error = Infallible;

    fn function_index(&mut self, _function: u32) -> Result<u32, Error> {
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        CodeSection, ConstExpr, CustomSection, ElementSection, Elements, EntityType, ExportKind, ExportSection,
        Function, FunctionSection, GlobalSection, GlobalType, ImportSection, NameMap, NameSection, RefType,
        StartSection, TableSection, TableType, TypeSection, ValType,
    };
    use wasmparser::{ElementItems, Name, Operator};

    /// Five functions after an imported one, 1 to 5, marked 90 to 50 by a constant: in order, they stand the other
    /// way round.
    fn module() -> Module {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([], [ValType::I64]);
        let mut imports = ImportSection::new();
        imports.import("js", "now", EntityType::Function(0));
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        for (mark, calls) in [(90, [3, 5]), (80, [5, 0]), (70, [1, 2]), (60, [4, 1]), (50, [0, 3])] {
            let gives_number = mark == 60;
            functions.function(u32::from(gives_number));
            let mut body = Function::new([(1, ValType::F64)]);
            body.instructions().i64_const(mark).drop();
            for function in calls {
                body.instructions().call(function);
                if function == 4 {
                    body.instructions().drop();
                }
            }
            if gives_number {
                body.instructions().i64_const(1);
            }
            body.instructions().end();
            code.function(&body);
        }
        let funcref =
            TableType { element_type: RefType::FUNCREF, table64: false, minimum: 9, maximum: None, shared: false };
        let mut tables = TableSection::new();
        tables.table(funcref);
        let mut globals = GlobalSection::new();
        let constant = GlobalType { val_type: ValType::FUNCREF, mutable: false, shared: false };
        globals.global(constant, &ConstExpr::ref_func(2));
        let mut exports = ExportSection::new();
        exports.export("first", ExportKind::Func, 1).export("last", ExportKind::Func, 5).export(
            "now",
            ExportKind::Func,
            0,
        );
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::i32_const(1), Elements::Functions([4, 0, 2].as_slice().into()));
        let expressions = [ConstExpr::ref_func(3), ConstExpr::ref_func(5)];
        elements.passive(Elements::Expressions(RefType::FUNCREF, expressions.as_slice().into()));
        let (mut names, mut of_functions) = (NameSection::new(), NameMap::new());
        for (function, name) in [(0, "now"), (1, "90"), (2, "80"), (4, "60"), (5, "50")] {
            of_functions.append(function, name);
        }
        names.functions(&of_functions);
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&tables).section(&globals);
        module.section(&exports).section(&StartSection { function_index: 2 }).section(&elements).section(&code);
        module.section(&names);
        module
    }

    /// The marks of the functions, by number.
    fn marks(module: &[u8]) -> Vec<i64> {
        let mut marks = vec![0];
        for payload in Parser::new(0).parse_all(module) {
            if let Payload::CodeSectionEntry(body) = payload.unwrap() {
                let first = body.get_operators_reader().unwrap().read().unwrap();
                let Operator::I64Const { value } = first else { panic!("{first:?} is no mark") };
                marks.push(value);
            }
        }
        marks
    }

    /// What a module says about its functions, with their marks for their numbers.
    fn meaning(module: &[u8]) -> Vec<String> {
        let marks = marks(module);
        let mark = |function: u32| marks[usize::try_from(function).unwrap()];
        let shown = |operator: Operator| match operator {
            Operator::Call { function_index: to } | Operator::RefFunc { function_index: to } => {
                format!("→ {}", mark(to))
            }
            other => format!("{other:?}"),
        };
        let (mut says, mut types, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(module) {
            match payload.unwrap() {
                Payload::FunctionSection(all) => types.extend(all.into_iter().map(Result::unwrap)),
                Payload::CodeSectionEntry(body) => {
                    let does = body.get_operators_reader().unwrap().into_iter().map(|it| shown(it.unwrap()));
                    bodies.push(does.collect::<Vec<_>>().join(", "));
                }
                Payload::StartSection { func, .. } => says.push(format!("starts with {}", mark(func))),
                Payload::ExportSection(all) => {
                    says.extend(
                        all.into_iter().map(Result::unwrap).map(|it| format!("{} is {}", it.name, mark(it.index))),
                    );
                }
                Payload::GlobalSection(all) => {
                    let read = all.into_iter().map(|it| it.unwrap().init_expr.get_operators_reader().read().unwrap());
                    says.extend(read.map(|first| format!("global {}", shown(first))));
                }
                Payload::ElementSection(all) => {
                    says.extend(all.into_iter().map(|element| match element.unwrap().items {
                        ElementItems::Functions(all) => {
                            format!("table {:?}", all.into_iter().map(|it| mark(it.unwrap())).collect::<Vec<_>>())
                        }
                        ElementItems::Expressions(_, all) => {
                            let read = all.into_iter().map(|it| it.unwrap().get_operators_reader().read().unwrap());
                            format!("table {:?}", read.map(shown).collect::<Vec<_>>())
                        }
                    }));
                }
                Payload::CustomSection(section) => {
                    let wasmparser::KnownCustom::Name(names) = section.as_known() else { continue };
                    for names in names {
                        let Name::Function(names) = names.unwrap() else { panic!("names of something else") };
                        let names: Vec<_> = names.into_iter().map(Result::unwrap).collect();
                        assert!(names.is_sorted_by_key(|it| it.index));
                        let mut named: Vec<_> =
                            names.into_iter().map(|it| format!("{} is called {}", mark(it.index), it.name)).collect();
                        named.sort();
                        says.extend(named);
                    }
                }
                _ => (),
            }
        }
        let mut functions: Vec<String> =
            types.iter().zip(bodies).map(|(it, does)| format!("type {it}: {does}")).collect();
        functions.sort();
        says.extend(functions);
        says
    }

    #[test]
    fn the_same_calls_reach_the_same_bodies_in_another_order() {
        let before = module().finish();
        let after = ordered(&before).unwrap();
        assert_eq!(marks(&before), [0, 90, 80, 70, 60, 50]);
        assert_eq!(marks(&after), [0, 50, 60, 70, 80, 90]);
        assert_eq!(meaning(&after), meaning(&before));
        assert_eq!(meaning(&before).len(), 1 + 3 + 1 + 2 + 5 + 5);
        assert_eq!(ordered(&after).unwrap(), after);
    }

    #[test]
    fn instances_of_one_function_lie_together() {
        let looks = |address: i32, then: Instruction<'static>| {
            let mut body = Function::new([]);
            body.instructions().i32_const(address);
            body.instruction(&then).instructions().drop().end();
            let bytes = body.into_raw_body();
            Look::of(&FunctionBody::new(wasmparser::BinaryReader::new(&bytes, 0))).unwrap()
        };
        let mut all = [looks(2, Instruction::I32Clz), looks(1, Instruction::I32Eqz), looks(1, Instruction::I32Clz)];
        all.sort();
        assert!(all[1].outline != all[0].outline && all[1].outline == all[2].outline);
        assert!(all[1].whole < all[2].whole);
    }

    #[test]
    fn refuses_what_is_not_valid_and_what_it_does_not_know() {
        let mut unknown = module();
        unknown.section(&CustomSection { name: "metadata.code.branch_hint".into(), data: [].as_slice().into() });
        let error = ordered(&unknown.finish()).unwrap_err();
        assert!(error.to_string().contains("metadata.code.branch_hint"), "{error}");
        let mut broken = Module::new();
        broken.section(&StartSection { function_index: 7 });
        let mut files = [File::new("app.js", "1"), File::new("app_bg.wasm", broken.finish())];
        let error = format!("{:#}", order_functions(&mut files).unwrap_err());
        assert!(error.starts_with("cannot order the functions of app_bg.wasm: the ordered module"), "{error}");
    }
}
