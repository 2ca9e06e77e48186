//! Parquet tables as rows, some thousand at a time.

use std::io::Cursor;

use polars::prelude::{AnyValue, DataFrame, ParquetReader, SerReader as _};

use super::row::{Row, RowSource};
use super::source::{ReadError, SourceFile};

const ROWS_PER_SLICE: usize = 20_000;

struct Table {
    file: SourceFile,
    slice: DataFrame,
    /// Index of the slice's first row.
    base: usize,
    /// Of the next row within the slice.
    at: usize,
    n_rows: usize,
    header_given: bool,
}

pub(super) fn open(file: &SourceFile) -> Result<Box<dyn RowSource>, ReadError> {
    let slice = read_slice(file, 0)?;
    let n_rows = match file.plain_path() {
        Some(path) => ParquetReader::new(std::fs::File::open(path)?).num_rows(),
        None => ParquetReader::new(Cursor::new(file.bytes()?)).num_rows(),
    }
    .map_err(malformed)?;
    Ok(Box::new(Table { file: file.clone(), slice, base: 0, at: 0, n_rows, header_given: false }))
}

/// Every row of the Parquet files in a folder, in the order of their names: the wanted columns as text, empty where a
/// table does not have them. A folder without a single wanted column is refused.
pub fn rows(
    folder: &std::path::Path,
    wanted: &[&str],
    each: &mut dyn FnMut(&[&str]),
) -> Result<(), ReadError> {
    let mut known = false;
    for file in super::sources(&[folder.to_owned()]) {
        if file.plain_path().is_none_or(|path| path.extension().is_none_or(|kind| kind != "parquet")) {
            continue;
        }
        let mut table = open(&file)?;
        let mut row = Row::default();
        table.next_row(&mut row)?;
        let places: Vec<Option<usize>> =
            wanted.iter().map(|name| (0..row.len()).find(|at| row.get(*at) == *name)).collect();
        known |= places.first().is_some_and(Option::is_some);
        while table.next_row(&mut row)? {
            let cells: Vec<&str> =
                places.iter().map(|place| place.map_or("", |place| row.raw_cell(place))).collect();
            each(&cells);
        }
    }
    if known {
        Ok(())
    } else {
        Err(ReadError::Malformed("It has no Parquet file with the columns.".to_owned()))
    }
}

fn read_slice(file: &SourceFile, from: usize) -> Result<DataFrame, ReadError> {
    let slice = Some((from, ROWS_PER_SLICE));
    match file.plain_path() {
        Some(path) => ParquetReader::new(std::fs::File::open(path)?).with_slice(slice).finish(),
        None => ParquetReader::new(Cursor::new(file.bytes()?)).with_slice(slice).finish(),
    }
    .map_err(malformed)
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that map_err takes")]
fn malformed(error: polars::prelude::PolarsError) -> ReadError {
    ReadError::Malformed(format!("The Parquet file cannot be read ({error})."))
}

impl RowSource for Table {
    fn next_row(&mut self, row: &mut Row) -> Result<bool, ReadError> {
        row.clear();
        if !self.header_given {
            self.header_given = true;
            self.slice.get_column_names().iter().for_each(|name| row.push(name));
            row.line = 0;
            return Ok(true);
        }
        if self.base + self.at >= self.n_rows {
            return Ok(false);
        }
        if self.at == self.slice.height() {
            self.base += self.at;
            self.at = 0;
            self.slice = read_slice(&self.file, self.base)?;
            if self.slice.height() == 0 {
                return Ok(false);
            }
        }
        for column in self.slice.columns() {
            let value = column.get(self.at).map_err(malformed)?;
            row.push(&text(&value));
        }
        self.at += 1;
        row.line = (self.base + self.at) as u64;
        Ok(true)
    }

    fn position(&self) -> (u64, u64) {
        ((self.base + self.at) as u64, self.n_rows as u64)
    }
}

/// A value as a text export would write it; lists and structs as JSON.
fn text(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::Null => String::new(),
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Boolean(flag) => flag.to_string(),
        AnyValue::Date(_) | AnyValue::Datetime(..) | AnyValue::DatetimeOwned(..) => value.to_string(),
        AnyValue::List(_) => json(value).to_string(),
        AnyValue::Binary(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        AnyValue::Float64(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        AnyValue::Float64(number) => number.to_string(),
        AnyValue::Float32(number) => number.to_string(),
        other => other.to_string(),
    }
}

fn json(value: &AnyValue<'_>) -> serde_json::Value {
    match value {
        AnyValue::Null => serde_json::Value::Null,
        AnyValue::Boolean(flag) => (*flag).into(),
        AnyValue::List(series) => series.iter().map(|item| json(&item)).collect::<Vec<_>>().into(),
        other => text(other).into(),
    }
}
