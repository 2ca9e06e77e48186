//! Typed columns out of a frame, with the frame's name in the error.

use polars::prelude::{Column, DataFrame, DataType, PolarsResult};

use super::Error;

/// One frame of the store under the name its contract gives it.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub name: &'static str,
    pub frame: &'a DataFrame,
}

impl<'a> Reader<'a> {
    pub fn new(name: &'static str, frame: &'a DataFrame) -> Self {
        Self { name, frame }
    }

    pub fn int(&self, column: &str) -> Result<Vec<Option<i64>>, Error> {
        self.read(column, |found| Ok(found.cast(&DataType::Int64)?.i64()?.iter().collect()))
    }

    pub fn index(&self, column: &str) -> Result<Vec<Option<u32>>, Error> {
        self.read(column, |found| Ok(found.cast(&DataType::UInt32)?.u32()?.iter().collect()))
    }

    pub fn flag(&self, column: &str) -> Result<Vec<Option<bool>>, Error> {
        self.read(column, |found| Ok(found.cast(&DataType::Boolean)?.bool()?.iter().collect()))
    }

    pub fn text(&self, column: &str) -> Result<Vec<Option<String>>, Error> {
        self.read(column, |found| {
            Ok(found.cast(&DataType::String)?.str()?.iter().map(|cell| cell.map(str::to_owned)).collect())
        })
    }

    fn read<T>(&self, column: &str, convert: impl FnOnce(&Column) -> PolarsResult<T>) -> Result<T, Error> {
        self.frame.column(column).and_then(convert).map_err(|source| Error::Column {
            frame: self.name,
            column: column.to_owned(),
            source,
        })
    }
}
