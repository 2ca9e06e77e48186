//! Parquet tables as rows.

use super::row::RowSource;
use super::source::{ReadError, SourceFile};

pub(super) fn open(_file: &SourceFile) -> Result<Box<dyn RowSource>, ReadError> {
    Err(ReadError::Unsupported)
}
