//! Makes the compiled app smaller to send, and what it does stays the same.

use std::path::Path;

use anyhow::{Context as _, Result};
use wasm_encoder::Module;
use wasm_encoder::reencode::Reencode as _;
use wasmparser::{Parser, Validator};

use crate::files::File;
use crate::functions::Functions;
use crate::names::shorten_names;
use crate::order::by_looks;
use crate::renumber::Renumber;
use crate::same::first_alike;

/// Makes each module smaller, and the names smaller by which it and the scripts know each other.
pub fn shrink(files: &mut [File]) -> Result<()> {
    shorten_names(files)?;
    for file in files.iter_mut().filter(|file| is_module(file)) {
        file.bytes = shrunk(&file.bytes).with_context(|| format!("cannot make {} smaller", file.path))?;
    }
    Ok(())
}

/// Whether it is WebAssembly.
pub fn is_module(file: &File) -> bool {
    Path::new(&file.path).extension().is_some_and(|ending| ending == "wasm")
}

fn shrunk(module: &[u8]) -> Result<Vec<u8>> {
    let functions = Functions::of(module)?;
    let firsts = first_alike(&functions)?;
    let stay = firsts.iter().enumerate().filter(|(place, first)| place == *first).map(|(place, _)| place);
    let order = by_looks(&functions, stay)?;
    let mut shrunk = Module::new();
    Renumber::new(functions.imported, &firsts, order)?.parse_core_module(&mut shrunk, Parser::new(0), module)?;
    let bytes = shrunk.finish();
    // What is not valid would only show in somebody's browser.
    Validator::new().validate_all(&bytes).context("what was written is not a valid module")?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use wasmparser::Payload;

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
        let after = shrunk(&before).unwrap();
        assert_eq!(marks(&before), [0, 90, 80, 70, 60, 50]);
        assert_ne!(marks(&after), marks(&before));
        assert_eq!(meaning(&after), meaning(&before));
        assert_eq!(meaning(&before).len(), 1 + 3 + 1 + 2 + 5 + 5);
        assert_eq!(shrunk(&after).unwrap(), after);
    }

    #[test]
    fn functions_that_do_the_same_become_one() {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([], [ValType::I64]);
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        // 0 and 1 are the same, and so are 2 and 3 that call them; 4 is of another type, 5 calls another.
        for (of_type, calls) in [(0, None), (0, None), (0, Some(0)), (0, Some(1)), (1, None), (0, Some(2))] {
            functions.function(of_type);
            let mut body = Function::new([]);
            if let Some(function) = calls {
                body.instructions().call(function);
            } else if of_type == 1 {
                body.instructions().i64_const(1);
            }
            body.instructions().end();
            code.function(&body);
        }
        let mut exports = ExportSection::new();
        for (name, function) in [("a", 0), ("b", 1), ("c", 2), ("d", 3), ("e", 4), ("f", 5)] {
            exports.export(name, ExportKind::Func, function);
        }
        let mut names = NameMap::new();
        for (function, name) in [(0, "zero"), (1, "one"), (3, "three")] {
            names.append(function, name);
        }
        let mut name_section = NameSection::new();
        name_section.functions(&names);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&exports).section(&code).section(&name_section);
        let after = shrunk(&module.finish()).unwrap();
        let (mut bodies, mut exported, mut named) = (0, Vec::<u32>::new(), Vec::new());
        for payload in Parser::new(0).parse_all(&after) {
            match payload.unwrap() {
                Payload::CodeSectionEntry(_) => bodies += 1,
                Payload::ExportSection(all) => exported = all.into_iter().map(|it| it.unwrap().index).collect(),
                Payload::CustomSection(section) => {
                    let wasmparser::KnownCustom::Name(all) = section.as_known() else { continue };
                    for names in all {
                        let Name::Function(names) = names.unwrap() else { panic!("names of something else") };
                        named.extend(names.into_iter().map(|it| it.unwrap().name));
                    }
                }
                _ => (),
            }
        }
        assert_eq!((bodies, named), (4, vec!["zero"]));
        assert!(exported[0] == exported[1] && exported[2] == exported[3], "{exported:?}");
        let mut all = [exported[0], exported[2], exported[4], exported[5]];
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3]);
    }

    #[test]
    fn refuses_what_is_not_valid_and_what_it_does_not_know() {
        let mut unknown = module();
        unknown.section(&CustomSection { name: "metadata.code.branch_hint".into(), data: [].as_slice().into() });
        let error = shrunk(&unknown.finish()).unwrap_err();
        assert!(error.to_string().contains("metadata.code.branch_hint"), "{error}");
        let mut broken = Module::new();
        broken.section(&StartSection { function_index: 7 });
        let mut files = [File::new("app.js", "1"), File::new("app_bg.wasm", broken.finish())];
        let error = format!("{:#}", shrink(&mut files).unwrap_err());
        assert!(error.contains("not a valid module"), "{error}");
    }
}
