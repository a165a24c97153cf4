//! Limits of bytes that one template may read and make.

use minijinja::value::{DynObject, ValueKind};
use minijinja::{Error, ErrorKind, State, Value};
use sluice_types::limits::{MAX_FILLED_BYTES, MAX_JSON_DEPTH, MAX_TEMPLATE_WORK_BYTES};

/// Bytes that a value counts besides its text.
pub(super) const VALUE_BYTES: usize = 32;
/// Bytes that the call of a filter, a test or a function counts.
const CALL_BYTES: usize = 256;
/// Levels of nested lists and objects. Values are walked by recursion.
const MAX_DEPTH: usize = 2 * MAX_JSON_DEPTH;

/// The work that is left. One for each filling in, kept in minijinja's state.
pub(super) struct Budget {
    work: usize,
    written: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { work: MAX_TEMPLATE_WORK_BYTES, written: MAX_FILLED_BYTES }
    }
}

impl Budget {
    /// The budget of the template that is being filled in.
    pub fn of<'s>(state: &'s mut State<'_, '_>) -> &'s mut Self {
        state.get_or_insert_extension_with(Self::default)
    }

    /// Bytes of work that were done.
    pub const fn used(&self) -> usize {
        MAX_TEMPLATE_WORK_BYTES - self.work
    }

    /// Pays for work.
    pub fn pay(&mut self, bytes: usize) -> Result<(), Error> {
        self.work = self.work.checked_sub(bytes).ok_or_else(|| {
            let mib = MAX_TEMPLATE_WORK_BYTES / (1024 * 1024);
            let message = format!("the template reads and makes more than {mib} MiB: make fewer or shorter texts");
            Error::new(ErrorKind::OutOfFuel, message)
        })?;
        Ok(())
    }

    /// Pays for a call.
    pub fn pay_call(&mut self) -> Result<(), Error> {
        self.pay(CALL_BYTES)
    }

    /// Pays for text that a template writes.
    pub fn pay_written(&mut self, bytes: usize) -> Result<(), Error> {
        self.written = self.written.checked_sub(bytes).ok_or_else(|| Error::from(ErrorKind::WriteFailure))?;
        self.pay(bytes)
    }

    /// Pays for a value with all its parts; returns the amount.
    pub fn pay_value(&mut self, value: &Value) -> Result<usize, Error> {
        let before = self.work;
        self.walk(value, MAX_DEPTH)?;
        Ok(before - self.work)
    }

    fn walk(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        self.pay(VALUE_BYTES)?;
        match value.kind() {
            ValueKind::String => self.pay(value.as_str().map_or(0, str::len)),
            ValueKind::Bytes => self.pay(value.as_bytes().map_or(0, <[u8]>::len)),
            ValueKind::Seq | ValueKind::Iterable => {
                let inner = deeper(depth)?;
                value.try_iter()?.try_for_each(|item| self.walk(&item, inner))
            }
            ValueKind::Map => {
                let inner = deeper(depth)?;
                let Some(pairs) = value.as_object().and_then(DynObject::try_iter_pairs) else { return Ok(()) };
                for (key, value) in pairs {
                    self.walk(&key, inner)?;
                    self.walk(&value, inner)?;
                }
                Ok(())
            }
            ValueKind::Plain => Err(Error::new(ErrorKind::InvalidOperation, "a function is not a value")),
            _ => Ok(()),
        }
    }
}

fn deeper(depth: usize) -> Result<usize, Error> {
    depth.checked_sub(1).ok_or_else(|| {
        Error::new(ErrorKind::OutOfFuel, format!("the template nests lists or objects deeper than {MAX_DEPTH} levels"))
    })
}

/// Writes into a buffer within the budget.
pub(super) struct Paid<'b> {
    pub budget: &'b mut Budget,
    pub buffer: Vec<u8>,
    /// The error of the last write.
    pub failure: Option<Error>,
}

impl std::io::Write for Paid<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if let Err(error) = self.budget.pay(bytes.len()) {
            self.failure = Some(error);
            return Err(std::io::Error::other("the budget of the template is spent"));
        }
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
