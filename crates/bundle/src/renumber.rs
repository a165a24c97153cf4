//! Writes a module with its functions in another order.

use std::convert::Infallible;

use anyhow::Result;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, FunctionSection, IndirectNameMap, NameMap, NameSection};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Name};

type Reencoded<T> = Result<T, Error>;

/// Gives other numbers to functions, wherever they are declared, defined, called, referred to or named. All else is
/// written as it is read.
pub struct Renumber {
    /// The new number of each function: first the imported ones, which keep theirs, then those of the module.
    numbers: Vec<u32>,
    imported: usize,
}

impl Renumber {
    /// Takes how many functions are imported, and the places that the others have among themselves, in the order
    /// that they are to have.
    pub fn new(imported: usize, order: impl Iterator<Item = usize>) -> Result<Self> {
        let mut places: Vec<(usize, usize)> = order.zip(imported..).collect();
        places.sort_unstable();
        let numbers = (0..imported).chain(places.into_iter().map(|(_, number)| number)).map(u32::try_from);
        Ok(Self { numbers: numbers.collect::<Result<_, _>>()?, imported })
    }

    /// The new number. A function that does not exist keeps its own, and the module stays as invalid as it was.
    fn number(&self, function: u32) -> u32 {
        let number = usize::try_from(function).ok().and_then(|function| self.numbers.get(function));
        number.copied().unwrap_or(function)
    }

    /// What belongs to the functions of the module, one after the other.
    fn in_order<T>(&self, things: impl IntoIterator<Item = wasmparser::Result<T>>) -> Reencoded<Vec<T>> {
        let numbers = self.numbers.iter().skip(self.imported);
        sorted(numbers.zip(things).map(|(number, thing)| Ok((*number, thing?)))).map(without_numbers)
    }

    /// What is noted for some functions by their numbers, with the new numbers.
    fn noted<T>(&self, notes: impl Iterator<Item = wasmparser::Result<(u32, T)>>) -> Reencoded<Vec<(u32, T)>> {
        sorted(notes.map(|note| note.map(|(function, thing)| (self.number(function), thing))))
    }

    fn names(&self, functions: wasmparser::NameMap<'_>) -> Reencoded<NameMap> {
        let mut names = NameMap::new();
        for (number, name) in self.noted(functions.into_iter().map(|named| named.map(|it| (it.index, it.name))))? {
            names.append(number, name);
        }
        Ok(names)
    }

    /// Names of what is in a function.
    fn names_within(&self, functions: wasmparser::IndirectNameMap<'_>) -> Reencoded<IndirectNameMap> {
        let mut names = IndirectNameMap::new();
        for (number, within) in self.noted(functions.into_iter().map(|named| named.map(|it| (it.index, it.names))))? {
            names.append(number, &utils::name_map(within, Ok)?);
        }
        Ok(names)
    }
}

fn sorted<T>(numbered: impl Iterator<Item = wasmparser::Result<(u32, T)>>) -> Reencoded<Vec<(u32, T)>> {
    let mut numbered = numbered.collect::<Result<Vec<_>, _>>()?;
    numbered.sort_by_key(|(number, _)| *number);
    Ok(numbered)
}

fn without_numbers<T>(numbered: Vec<(u32, T)>) -> Vec<T> {
    numbered.into_iter().map(|(_, thing)| thing).collect()
}

impl Reencode for Renumber {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Reencoded<u32> {
        Ok(self.number(function))
    }

    fn parse_function_section(&mut self, to: &mut FunctionSection, from: FunctionSectionReader<'_>) -> Reencoded<()> {
        for function_type in self.in_order(from)? {
            to.function(function_type);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, to: &mut CodeSection, from: CodeSectionReader<'_>) -> Reencoded<()> {
        for body in self.in_order(from)? {
            self.parse_function_body(to, body)?;
        }
        Ok(())
    }

    /// Names are listed by number, so theirs are sorted again.
    fn parse_custom_name_subsection(&mut self, to: &mut NameSection, from: Name<'_>) -> Reencoded<()> {
        match from {
            Name::Function(functions) => to.functions(&self.names(functions)?),
            Name::Local(functions) => to.locals(&self.names_within(functions)?),
            Name::Label(functions) => to.labels(&self.names_within(functions)?),
            others => return utils::parse_custom_name_subsection(self, to, others),
        }
        Ok(())
    }
}
