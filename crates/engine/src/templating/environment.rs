//! The filters, tests and functions of templates, with their costs.

use std::sync::LazyLock;

use minijinja::value::{Rest, ValueOrKwargs};
use minijinja::{AutoEscape, Environment, Error, State, UndefinedBehavior, Value, filters as builtin, tests};
use sluice_types::limits::TEMPLATE_FUEL;

use super::cost::Cost;
use super::filters;

/// The names of the operators that are filters. No template can write them.
pub(super) const CONCAT: &str = "~";
pub(super) const MULTIPLY: &str = "*";
pub(super) const OPERAND: &str = "(operand)";
pub(super) const SUBJECT: &str = "(subject)";
pub(super) const SETTLE: &str = "(settle)";
pub(super) const PASS: &str = "(pass)";

/// The environment of all templates.
pub(super) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::empty();
    // `{% if input.audience %}` may test for a missing value; printing one is an error.
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(TEMPLATE_FUEL));
    // Errors would keep the values of all names.
    environment.set_debug(false);
    environment.set_formatter(filters::emit);
    add_filters(&mut environment);
    add_operators(&mut environment);
    add_tests(&mut environment);
    environment.add_function("range", bounded(Cost::Look, Value::from_function(minijinja::functions::range)));
    environment
});

/// A function of minijinja that pays for its arguments and its result.
fn bounded(
    cost: Cost,
    function: Value,
) -> impl Fn(&mut State<'_, '_>, Rest<ValueOrKwargs>) -> Result<Value, Error> + Send + Sync + 'static {
    move |state: &mut State<'_, '_>, args: Rest<ValueOrKwargs>| {
        let args = cost.prepare(state, args.into_values())?;
        cost.pay(state, &args)?;
        let result = function.call(state, &args)?;
        filters::settle(state, result)
    }
}

fn add_filters(environment: &mut Environment<'static>) {
    macro_rules! add {
        ($($cost:ident: $($name:literal $filter:ident),+;)+) => {
            $($(environment.add_filter($name, bounded(Cost::$cost, Value::from_function(builtin::$filter)));)+)+
        };
    }
    add! {
        Look: "length" length, "count" length, "default" default, "d" default, "round" round, "abs" abs, "int" int,
            "float" float, "attr" attr, "first" first, "last" last, "bool" bool;
        Read: "lower" lower, "upper" upper, "title" title, "capitalize" capitalize, "reverse" reverse, "items" items,
            "min" min, "max" max, "escape" escape, "e" escape, "safe" safe;
        Sort: "sort" sort, "unique" unique, "dictsort" dictsort, "groupby" groupby;
        Each: "map" map, "select" select, "reject" reject, "selectattr" selectattr, "rejectattr" rejectattr;
        Pieces: "list" list, "split" split, "lines" lines;
        Trim: "trim" trim;
        Replace: "replace" replace;
        Indent: "indent" indent;
        Groups: "batch" batch, "slice" slice;
        Format: "format" format;
        Sum: "sum" sum;
    }
    environment.add_filter("join", filters::join);
    environment.add_filter("string", filters::string);
    environment.add_filter("tojson", filters::tojson);
}

fn add_operators(environment: &mut Environment<'static>) {
    environment.add_filter(CONCAT, filters::concat);
    environment.add_filter(MULTIPLY, filters::multiply);
    environment.add_filter(OPERAND, filters::operand);
    environment.add_filter(SUBJECT, filters::subject);
    environment.add_filter(SETTLE, filters::settle);
    environment.add_filter(PASS, Value::clone);
}

fn add_tests(environment: &mut Environment<'static>) {
    macro_rules! add {
        ($($cost:ident: $($name:literal $test:ident),+;)+) => {
            $($(environment.add_test($name, bounded(Cost::$cost, Value::from_function(tests::$test)));)+)+
        };
    }
    add! {
        Look: "undefined" is_undefined, "defined" is_defined, "none" is_none, "boolean" is_boolean, "odd" is_odd,
            "even" is_even, "divisibleby" is_divisibleby, "number" is_number, "integer" is_integer, "int" is_integer,
            "float" is_float, "string" is_string, "sequence" is_sequence, "iterable" is_iterable,
            "mapping" is_mapping, "true" is_true, "false" is_false;
        Read: "startingwith" is_startingwith, "endingwith" is_endingwith, "lower" is_lower, "upper" is_upper,
            "sameas" is_sameas, "eq" is_eq, "equalto" is_eq, "==" is_eq, "ne" is_ne, "!=" is_ne, "lt" is_lt,
            "lessthan" is_lt, "<" is_lt, "le" is_le, "<=" is_le, "gt" is_gt, "greaterthan" is_gt, ">" is_gt,
            "ge" is_ge, ">=" is_ge, "in" is_in;
    }
}
