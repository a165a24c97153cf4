//! JSON that counts the validator's accesses.
//!
//! The validator has no limit of its own, and its work can grow exponentially with the depth of an answer, for example
//! when it lists the errors of nested unions. The meter sets a budget. Once the budget is spent, every value looks like
//! `null` and every container ends, so that the validation ends quickly. Its result is then meaningless: check
//! [`Meter::is_spent`] first.

use std::borrow::Cow;
use std::cell::Cell;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node, NodeIdentity, Object, SerdeJson};
use serde_json::{Map, Number, Value};

/// Steps that are spent in addition to one for each access of a value.
#[derive(Debug, Clone, Copy)]
pub struct Costs {
    /// For each member or item that is reached.
    pub per_child: u64,
    /// For each byte of a string that is read.
    pub per_byte: u64,
}

/// The remaining steps of a validation.
pub struct Meter {
    left: Cell<u64>,
    costs: Costs,
}

impl Meter {
    pub fn new(steps: u64, costs: Costs) -> Self {
        Self { left: Cell::new(steps), costs }
    }

    pub fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    fn spend(&self, steps: u64) -> bool {
        self.left.set(self.left.get().saturating_sub(steps));
        !self.is_spent()
    }

    fn spend_on_child(&self) -> bool {
        self.spend(self.costs.per_child.saturating_add(1))
    }

    fn spend_on_text(&self, text: &str) -> bool {
        self.spend(length(text.len()).saturating_mul(self.costs.per_byte).saturating_add(1))
    }
}

/// For property names: they are read while their object is gone through, which is metered.
impl Default for Meter {
    fn default() -> Self {
        Self::new(u64::MAX, Costs { per_child: 0, per_byte: 0 })
    }
}

/// The representation of JSON whose nodes are [`Metered`].
pub struct MeteredJson;

/// A value with the meter that counts.
#[derive(Clone, Copy)]
pub struct Metered<'a> {
    value: &'a Value,
    meter: &'a Meter,
    /// The arrays and objects around the value.
    depth: u64,
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

impl<'a> Metered<'a> {
    pub fn new(value: &'a Value, meter: &'a Meter) -> Self {
        Self { value, meter, depth: 0 }
    }

    fn look(&self, steps: u64) -> &'a Value {
        if self.meter.spend(steps) { self.value } else { &Value::Null }
    }

    /// Approximate size, for the cost of counting or comparing.
    fn size(&self) -> u64 {
        match self.value {
            Value::String(text) => length(text.len() / 16),
            Value::Array(items) => length(items.len()),
            Value::Object(members) => length(members.len()),
            _ => 0,
        }
    }
}

impl Json for MeteredJson {
    type Node<'a> = Metered<'a>;
    type PreparedKey = String;
    type StringBuffer = (Value, Meter);

    const KEYS_PER_LOOKUP: usize = SerdeJson::KEYS_PER_LOOKUP;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>((buffer, meter): &mut (Value, Meter), string: &str, f: impl FnOnce(Metered<'_>) -> T) -> T {
        *buffer = Value::String(string.to_owned());
        f(Metered::new(buffer, meter))
    }
}

impl<'a> Node<'a, MeteredJson> for Metered<'a> {
    type Object = MeteredObject<'a>;
    type Array = MeteredArray<'a>;
    type Number = &'a Number;

    fn as_object(&self) -> Option<MeteredObject<'a>> {
        Some(MeteredObject { members: self.look(1).as_object()?, meter: self.meter, depth: self.depth + 1 })
    }

    fn as_array(&self) -> Option<MeteredArray<'a>> {
        Some(MeteredArray { items: self.look(1).as_array()?, meter: self.meter, depth: self.depth + 1 })
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        self.value.as_str().filter(|text| self.meter.spend_on_text(text)).map(Cow::Borrowed)
    }

    fn as_number(&self) -> Option<&'a Number> {
        self.look(1).as_number()
    }

    fn as_boolean(&self) -> Option<bool> {
        self.look(1).as_bool()
    }

    fn is_null(&self) -> bool {
        self.look(1).is_null()
    }

    fn json_type(&self) -> JsonType {
        Node::<SerdeJson>::json_type(&self.look(1))
    }

    fn string_length(&self) -> Option<u64> {
        Node::<SerdeJson>::string_length(&self.look(self.size().saturating_add(1)))
    }

    fn equals_value(&self, expected: &Value) -> bool {
        Node::<SerdeJson>::equals_value(&self.look(self.size().saturating_add(1)), expected)
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Borrowed(self.value)
    }

    fn identity(&self) -> Option<NodeIdentity> {
        // With it the validator searches the recursive `$ref`s on its stack, which grows with the depth.
        self.meter.spend(1 + self.depth / 2);
        Node::<SerdeJson>::identity(&self.value)
    }

    fn container_identity(&self) -> Option<NodeIdentity> {
        Node::<SerdeJson>::container_identity(&self.value)
    }
}

/// An object whose members are metered.
pub struct MeteredObject<'a> {
    members: &'a Map<String, Value>,
    meter: &'a Meter,
    depth: u64,
}

impl<'a> Object<'a, MeteredJson> for MeteredObject<'a> {
    type Node = Metered<'a>;
    type MemberName = &'a str;
    type MembersIter = MembersIter<'a>;

    fn len(&self) -> usize {
        self.members.len()
    }

    fn get(&self, key: &String) -> Option<Metered<'a>> {
        let value = self.members.get(key).filter(|_| self.meter.spend_on_child())?;
        Some(Metered { value, meter: self.meter, depth: self.depth })
    }

    fn members(&self) -> MembersIter<'a> {
        MembersIter { members: self.members.iter(), meter: self.meter, depth: self.depth }
    }
}

/// The members of an object, until the budget is spent.
pub struct MembersIter<'a> {
    members: serde_json::map::Iter<'a>,
    meter: &'a Meter,
    depth: u64,
}

impl<'a> Iterator for MembersIter<'a> {
    type Item = (&'a str, Metered<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = self.members.next()?;
        let goes_on = self.meter.spend_on_child() && self.meter.spend_on_text(key);
        goes_on.then_some((key.as_str(), Metered { value, meter: self.meter, depth: self.depth }))
    }
}

/// An array whose items are metered.
pub struct MeteredArray<'a> {
    items: &'a [Value],
    meter: &'a Meter,
    depth: u64,
}

impl<'a> Array<'a, MeteredJson> for MeteredArray<'a> {
    type Node = Metered<'a>;
    type ElementsIter = ItemsIter<'a>;

    fn len(&self) -> usize {
        self.items.len()
    }

    fn elements(&self) -> ItemsIter<'a> {
        ItemsIter { items: self.items.iter(), meter: self.meter, depth: self.depth }
    }

    fn is_unique(&self) -> bool {
        // Compares or hashes all that is below each item.
        !self.meter.spend(size_below(self.items)) || jsonschema::json::unique::is_unique(self.items)
    }
}

/// The items of an array, until the budget is spent.
pub struct ItemsIter<'a> {
    items: std::slice::Iter<'a, Value>,
    meter: &'a Meter,
    depth: u64,
}

impl<'a> Iterator for ItemsIter<'a> {
    type Item = Metered<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let value = self.items.next()?;
        let item = Metered { value, meter: self.meter, depth: self.depth };
        self.meter.spend_on_child().then_some(item)
    }
}

/// Approximate size of `items` and their children, for the cost of hashing.
fn size_below(items: &[Value]) -> u64 {
    let mut size = 0_u64;
    let mut ahead: Vec<&Value> = items.iter().collect();
    while let Some(value) = ahead.pop() {
        size = size.saturating_add(1);
        match value {
            Value::String(text) => size = size.saturating_add(length(text.len() / 16)),
            Value::Array(items) => ahead.extend(items),
            Value::Object(members) => ahead.extend(members.values()),
            _ => {}
        }
    }
    size
}
