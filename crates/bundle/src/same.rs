//! Functions that are the same.
//!
//! Instances of one generic function for two types often come out alike, and each of them is linked. Nothing tells
//! them apart but their numbers, which no code may rely on: the compiler, too, gives one number to two functions.

use std::collections::HashMap;
use std::convert::Infallible;

use anyhow::Result;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, Encode as _};

use crate::functions::Functions;

/// For each function, the first one that is the same, by place.
pub fn first_alike(functions: &Functions<'_>) -> Result<Vec<usize>> {
    let mut firsts = Firsts { imported: functions.imported, places: (0..functions.bodies.len()).collect() };
    // Functions that call two that are the same may turn out to be the same themselves.
    while firsts.find_more(functions)? {}
    Ok(firsts.places)
}

struct Firsts {
    imported: usize,
    places: Vec<usize>,
}

impl Firsts {
    fn first(&self, place: usize) -> usize {
        self.places.get(place).copied().unwrap_or(place)
    }

    fn find_more(&mut self, functions: &Functions<'_>) -> Result<bool> {
        let mut seen = HashMap::new();
        let mut found = Vec::new();
        for (place, (body, of_type)) in functions.bodies.iter().zip(&functions.types).enumerate() {
            if self.first(place) != place {
                continue;
            }
            let (mut code, mut bytes) = (CodeSection::new(), Vec::new());
            self.parse_function_body(&mut code, body.clone())?;
            code.encode(&mut bytes);
            let first = *seen.entry((of_type, bytes)).or_insert(place);
            if first != place {
                found.push((place, first));
            }
        }
        for place in &mut self.places {
            // Both lists are in order, so that a search is enough.
            if let Ok(at) = found.binary_search_by_key(place, |(same, _)| *same) {
                *place = found.get(at).map_or(*place, |(_, first)| *first);
            }
        }
        Ok(!found.is_empty())
    }
}

/// Writes a function with calls of the first ones.
impl Reencode for Firsts {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        let place = usize::try_from(function).ok().and_then(|number| number.checked_sub(self.imported));
        let first = place.and_then(|place| u32::try_from(self.first(place) + self.imported).ok());
        Ok(first.unwrap_or(function))
    }
}
