//! The order of the functions in the compiled app, which decides how well it compresses.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use anyhow::Result;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{Encode as _, Instruction};
use wasmparser::FunctionBody;

use crate::functions::Functions;

/// How many bytes of code make a trait that functions are compared by.
const TRAIT_BYTES: usize = 6;

/// A trait of more functions than this says little about any, and takes long to follow.
const MOST_WITH_TRAIT: usize = 3_000;

/// What part of their traits two functions must share to be put beside each other, in millionths.
const LEAST_LIKENESS: usize = 20_000;

/// Puts functions beside each other that look alike: the instances of one generic function lie far apart otherwise,
/// and a compressor finds most in what it saw last. Takes places of functions, and gives them in their new order.
pub fn by_looks(functions: &Functions<'_>, places: impl Iterator<Item = usize>) -> Result<Vec<usize>> {
    let mut looks = Vec::new();
    for place in places {
        if let Some(body) = functions.bodies.get(place) {
            looks.push((Look::of(body)?, place));
        }
    }
    looks.sort_unstable();
    let traits: Vec<Vec<u64>> = looks.iter().map(|(look, _)| look.traits()).collect();
    Ok(Row::of(&traits).into_iter().filter_map(|at| looks.get(at)).map(|(_, place)| *place).collect())
}

/// What functions are compared by.
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

    /// All short sequences in its outline, as numbers.
    fn traits(&self) -> Vec<u64> {
        let number = |bytes: &[u8]| {
            let mut hasher = DefaultHasher::new();
            bytes.hash(&mut hasher);
            hasher.finish()
        };
        let mut traits: Vec<u64> = if self.outline.len() < TRAIT_BYTES {
            vec![number(&self.outline)]
        } else {
            self.outline.windows(TRAIT_BYTES).map(number).collect()
        };
        traits.sort_unstable();
        traits.dedup();
        traits
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

/// A row in which each is followed by the one that is most like it, of those that are left.
struct Row<'a> {
    traits: &'a [Vec<u64>],
    /// Who has a trait; those that are in the row already are left out now and then.
    with_trait: HashMap<u64, Vec<usize>>,
    is_left: Vec<bool>,
}

impl<'a> Row<'a> {
    fn of(traits: &'a [Vec<u64>]) -> Vec<usize> {
        let mut with_trait: HashMap<u64, Vec<usize>> = HashMap::new();
        for (at, its) in traits.iter().enumerate() {
            for one in its {
                with_trait.entry(*one).or_default().push(at);
            }
        }
        with_trait.retain(|_, having| having.len() > 1);
        let mut row = Self { traits, with_trait, is_left: vec![true; traits.len()] };
        let mut order = Vec::with_capacity(traits.len());
        // What is like nothing that is left is followed by the first of these.
        for first in 0..traits.len() {
            let mut next = Some(first);
            while let Some(at) = next
                && let Some(is_left @ true) = row.is_left.get_mut(at)
            {
                *is_left = false;
                order.push(at);
                next = row.most_like(at);
            }
        }
        order
    }

    fn most_like(&mut self, at: usize) -> Option<usize> {
        let Self { traits, with_trait, is_left } = self;
        let is_left = |at: &usize| is_left.get(*at) == Some(&true);
        let its = traits.get(at)?;
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for one in its {
            let Some(having) = with_trait.get_mut(one) else { continue };
            if having.len() > MOST_WITH_TRAIT {
                having.retain(is_left);
            }
            if having.len() <= MOST_WITH_TRAIT {
                for other in having.iter().filter(|at| is_left(at)) {
                    *shared.entry(*other).or_default() += 1;
                }
            }
        }
        let likeness = |other: usize, shared: usize| {
            let in_either = its.len() + traits.get(other).map_or(0, Vec::len) - shared;
            shared * 1_000_000 / in_either.max(1)
        };
        let likest = shared.into_iter().map(|(other, shared)| (likeness(other, shared), Reverse(other))).max();
        likest.filter(|(likeness, _)| *likeness >= LEAST_LIKENESS).map(|(_, Reverse(other))| other)
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::Function;
    use wasmparser::BinaryReader;

    use super::*;

    /// Code that begins with an address, and goes on with these.
    fn look(address: i32, then: &[Instruction<'static>]) -> Look {
        let mut body = Function::new([]);
        body.instructions().i32_const(address);
        for instruction in then {
            body.instruction(instruction);
        }
        body.instructions().drop().end();
        let bytes = body.into_raw_body();
        Look::of(&FunctionBody::new(BinaryReader::new(&bytes, 0))).unwrap()
    }

    #[test]
    fn addresses_do_not_count_in_an_outline() {
        let [clz, other_clz, eqz] =
            [look(1, &[Instruction::I32Clz]), look(2, &[Instruction::I32Clz]), look(1, &[Instruction::I32Eqz])];
        assert!(clz.outline == other_clz.outline && clz.outline != eqz.outline);
        assert!(clz.whole < other_clz.whole);
    }

    #[test]
    fn what_looks_alike_lies_together() {
        use Instruction::{I32Clz as A, I32Ctz as B, I32Eqz as C, I32Popcnt as D};
        let many = |one: &Instruction<'static>, last: Instruction<'static>| {
            let mut all = vec![one.clone(); 20];
            all.push(last);
            look(1, &all)
        };
        // The first and the third differ in their end, as the second and the fourth do.
        let looks = [many(&A, B), many(&C, B), many(&A, D), many(&C, D)];
        let traits: Vec<Vec<u64>> = looks.iter().map(Look::traits).collect();
        assert_eq!(Row::of(&traits), [0, 2, 1, 3]);
        assert_eq!(Row::of(&[vec![1], vec![2], vec![1, 3]]), [0, 2, 1]);
        assert_eq!(Row::of(&[]), [0_usize; 0]);
    }
}
