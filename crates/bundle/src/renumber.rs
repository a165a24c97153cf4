//! Writes a module with its functions in another order.

use std::convert::Infallible;

use anyhow::{Context as _, Result};
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, FunctionSection, IndirectNameMap, NameMap, NameSection};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Name};

type Reencoded<T> = Result<T, Error>;

/// Gives other numbers to functions, wherever they are declared, defined, called, referred to or named, and leaves
/// out those that are the same as another. All else is written as it is read.
pub struct Renumber {
    /// The new number of each function: first the imported ones, which keep theirs, then those of the module.
    numbers: Vec<u32>,
    /// The places of the functions that stay, in their new order.
    order: Vec<usize>,
    imported: usize,
}

impl Renumber {
    /// Takes how many functions are imported, the first function that each of the others is the same as, and these
    /// first ones in the order that they are to have; all by place.
    pub fn new(imported: usize, firsts: &[usize], order: Vec<usize>) -> Result<Self> {
        let mut new_places = vec![0; firsts.len()];
        for (new, place) in order.iter().enumerate() {
            *new_places.get_mut(*place).context("a function is to be put that is not there")? = new;
        }
        let of_first = |first: &usize| new_places.get(*first).copied().unwrap_or_default() + imported;
        let numbers = (0..imported).chain(firsts.iter().map(of_first)).map(u32::try_from);
        Ok(Self { numbers: numbers.collect::<Result<_, _>>()?, order, imported })
    }

    /// The new number. A function that does not exist keeps its own, and the module stays as invalid as it was.
    fn number(&self, function: u32) -> u32 {
        let number = usize::try_from(function).ok().and_then(|function| self.numbers.get(function));
        number.copied().unwrap_or(function)
    }

    /// What belongs to the functions of the module, one after the other.
    fn in_order<T>(&self, things: impl IntoIterator<Item = wasmparser::Result<T>>) -> Reencoded<Vec<T>> {
        let mut things = things.into_iter().map(|thing| thing.map(Some)).collect::<wasmparser::Result<Vec<_>>>()?;
        Ok(self.order.iter().filter_map(|place| things.get_mut(*place)?.take()).collect())
    }

    /// Whether it is imported, or one of those that stay.
    fn stays(&self, function: u32) -> bool {
        let place = usize::try_from(function).unwrap_or_default().checked_sub(self.imported);
        let new = usize::try_from(self.number(function)).unwrap_or_default().checked_sub(self.imported);
        place == new.and_then(|new| self.order.get(new).copied())
    }

    /// What is noted for some functions by their numbers, with the new numbers.
    fn noted<T>(&self, notes: impl Iterator<Item = wasmparser::Result<(u32, T)>>) -> Reencoded<Vec<(u32, T)>> {
        let mut noted = Vec::new();
        for note in notes {
            let (function, thing) = note?;
            if self.stays(function) {
                noted.push((self.number(function), thing));
            }
        }
        noted.sort_by_key(|(number, _)| *number);
        Ok(noted)
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
