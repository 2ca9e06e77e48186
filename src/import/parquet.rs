//! Parquet tables as rows. Each stretch of a row group is decoded once; columns of every type become the text that a
//! text export would hold, lists and structs JSON.

use std::io::{Cursor, Read as _, Seek as _, SeekFrom};
use std::panic::AssertUnwindSafe;

use jiff::{SignedDuration, Timestamp, civil};
use polars_arrow::array::{
    Array, BinaryArray, BinaryViewArray, BooleanArray, FixedSizeBinaryArray, FixedSizeListArray, ListArray,
    MapArray, PrimitiveArray, StructArray, Utf8Array, Utf8ViewArray, get_value_display,
};
use polars_arrow::datatypes::{ArrowDataType, Field, PhysicalType, PrimitiveType, TimeUnit};
use polars_arrow::types::NativeType;
use polars_parquet::read::{
    BasicDecompressor, FileMetadata, Filter, PageReader, RowGroupMetadata, column_iter_to_arrays,
    infer_schema, read_metadata,
};
use serde_json::{Map, Value};

use super::row::{Row, RowSource};
use super::source::{ReadError, ReadSeek, SourceFile};

/// Writers put up to a million rows into one group; larger groups are decoded in stretches.
const ROWS_PER_STRETCH: usize = 1 << 18;

struct Table {
    file: Box<dyn ReadSeek>,
    metadata: FileMetadata,
    fields: Vec<Field>,
    group: usize,
    /// Rows of the group before the stretch at hand.
    before: usize,
    columns: Vec<Chunks>,
    /// Rows of the stretch, and the next one.
    height: usize,
    at: usize,
    /// Rows given so far.
    n: usize,
    header_given: bool,
}

/// The arrays of one column, read from front to back.
struct Chunks {
    arrays: Vec<Box<dyn Array>>,
    chunk: usize,
    at: usize,
}

pub(super) fn open(file: &SourceFile) -> Result<Box<dyn RowSource>, ReadError> {
    let mut file = file.seekable()?;
    let (metadata, fields) = guarded(|| {
        let metadata = read_metadata(&mut file).map_err(malformed)?;
        let schema = infer_schema(&metadata).map_err(malformed)?;
        Ok((metadata, schema.iter_values().map(plain_field).collect()))
    })?;
    Ok(Box::new(Table {
        file,
        metadata,
        fields,
        group: 0,
        before: 0,
        columns: Vec::new(),
        height: 0,
        at: 0,
        n: 0,
        header_given: false,
    }))
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

/// Damaged files make the decoder give up in many ways; none of them may end the program.
fn guarded<T>(work: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_panic| {
        Err(ReadError::Malformed("The Parquet file is damaged or of a kind that cannot be read.".to_owned()))
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that map_err takes")]
fn malformed(error: impl std::fmt::Display) -> ReadError {
    ReadError::Malformed(format!("The Parquet file cannot be read ({error})."))
}

/// A dictionary only says how a column is packed.
fn plain_field(field: &Field) -> Field {
    Field { dtype: plain_type(&field.dtype), ..field.clone() }
}

fn plain_type(dtype: &ArrowDataType) -> ArrowDataType {
    use ArrowDataType as T;
    match dtype {
        T::Dictionary(_, values, _) => plain_type(values),
        T::List(item) => T::List(Box::new(plain_field(item))),
        T::LargeList(item) => T::LargeList(Box::new(plain_field(item))),
        T::FixedSizeList(item, n) => T::FixedSizeList(Box::new(plain_field(item)), *n),
        T::Struct(fields) => T::Struct(fields.iter().map(plain_field).collect()),
        T::Map(item, sorted) => T::Map(Box::new(plain_field(item)), *sorted),
        other => other.clone(),
    }
}

impl Table {
    /// Decodes the next stretch with rows; false at the end.
    fn advance(&mut self) -> Result<bool, ReadError> {
        loop {
            let Some(group) = self.metadata.row_groups.get(self.group) else {
                return Ok(false);
            };
            let left = group.num_rows().saturating_sub(self.before);
            if left == 0 {
                self.group += 1;
                self.before = 0;
                continue;
            }
            let height = left.min(ROWS_PER_STRETCH);
            let filter = (height < group.num_rows()).then_some((self.before, self.before + height));
            let (file, fields) = (&mut self.file, &self.fields);
            self.columns = guarded(|| {
                fields.iter().map(|field| column(file, group, field, filter)).collect::<Result<_, _>>()
            })?;
            if self.columns.iter().any(|column| column.len() != height) {
                return Err(malformed("a column is shorter than its table"));
            }
            self.before += height;
            (self.height, self.at) = (height, 0);
            return Ok(true);
        }
    }
}

fn column(
    file: &mut Box<dyn ReadSeek>,
    group: &RowGroupMetadata,
    field: &Field,
    rows: Option<(usize, usize)>,
) -> Result<Chunks, ReadError> {
    let parts = group.columns_under_root_iter(&field.name).ok_or_else(|| malformed("a column is missing"))?;
    let (mut pages, mut types) = (Vec::new(), Vec::new());
    for part in parts {
        let range = part.byte_range();
        file.seek(SeekFrom::Start(range.start))?;
        let mut bytes = Vec::new();
        file.take(range.end.saturating_sub(range.start)).read_to_end(&mut bytes)?;
        let reader = PageReader::new(Cursor::new(bytes.into()), part, Vec::new(), usize::MAX);
        pages.push(BasicDecompressor::new(reader, Vec::new()));
        types.push(&part.descriptor().descriptor.primitive_type);
    }
    let filter = rows.map(|(from, to)| Filter::new_ranged(from, to));
    let (arrays, _) = column_iter_to_arrays(pages, types, field.clone(), filter).map_err(malformed)?;
    Ok(Chunks { arrays, chunk: 0, at: 0 })
}

impl Chunks {
    fn len(&self) -> usize {
        self.arrays.iter().map(|array| array.len()).sum()
    }

    /// Pushes the next value as a cell.
    fn push(&mut self, row: &mut Row) {
        while self.arrays.get(self.chunk).is_some_and(|array| self.at >= array.len()) {
            self.chunk += 1;
            self.at = 0;
        }
        match self.arrays.get(self.chunk) {
            Some(array) => push(array.as_ref(), self.at, row),
            None => row.push(""),
        }
        self.at += 1;
    }
}

impl RowSource for Table {
    fn next_row(&mut self, row: &mut Row) -> Result<bool, ReadError> {
        row.clear();
        if !self.header_given {
            self.header_given = true;
            self.fields.iter().for_each(|field| row.push(&field.name));
            row.line = 0;
            return Ok(true);
        }
        if self.at == self.height && !self.advance()? {
            return Ok(false);
        }
        self.columns.iter_mut().for_each(|column| column.push(row));
        self.at += 1;
        self.n += 1;
        row.line = self.n as u64;
        Ok(true)
    }

    fn position(&self) -> (u64, u64) {
        (self.n as u64, self.metadata.num_rows as u64)
    }
}

fn push(array: &dyn Array, at: usize, row: &mut Row) {
    if array.is_null(at) {
        return row.push("");
    }
    if let Some(texts) = array.as_any().downcast_ref::<Utf8ViewArray>() {
        return row.push(texts.value(at));
    }
    match value(array, at) {
        Value::Null => row.push(""),
        Value::String(text) => row.push(&text),
        other => row.push(&other.to_string()),
    }
}

/// One value: text, number, yes or no, or the JSON of a list or struct. Times are text.
fn value(array: &dyn Array, at: usize) -> Value {
    use ArrowDataType as T;
    if array.is_null(at) {
        return Value::Null;
    }
    let any = array.as_any();
    match array.dtype() {
        T::Boolean => any.downcast_ref::<BooleanArray>().map_or(Value::Null, |flags| flags.value(at).into()),
        T::Utf8View => text(any.downcast_ref::<Utf8ViewArray>().map(|texts| texts.value(at))),
        T::Utf8 => text(any.downcast_ref::<Utf8Array<i32>>().map(|texts| texts.value(at))),
        T::LargeUtf8 => text(any.downcast_ref::<Utf8Array<i64>>().map(|texts| texts.value(at))),
        T::BinaryView => bytes(any.downcast_ref::<BinaryViewArray>().map(|values| values.value(at))),
        T::Binary => bytes(any.downcast_ref::<BinaryArray<i32>>().map(|values| values.value(at))),
        T::LargeBinary => bytes(any.downcast_ref::<BinaryArray<i64>>().map(|values| values.value(at))),
        T::FixedSizeBinary(_) => {
            bytes(any.downcast_ref::<FixedSizeBinaryArray>().map(|values| values.value(at)))
        }
        T::Date32 => integer(array, at).and_then(|days| date(days.try_into().ok()?)).unwrap_or_default(),
        T::Date64 => {
            integer(array, at).and_then(|ms| date((ms / 86_400_000).try_into().ok()?)).unwrap_or_default()
        }
        T::Timestamp(unit, zone) => {
            integer(array, at).and_then(|n| instant(n, *unit, zone.is_some())).unwrap_or_default()
        }
        T::Time32(unit) | T::Time64(unit) => integer(array, at)
            .and_then(|n| {
                let (seconds, nanoseconds) = split(n, *unit)?;
                let time = civil::Time::midnight() + SignedDuration::new(seconds, nanoseconds);
                Some(Value::from(time.to_string()))
            })
            .unwrap_or_default(),
        T::Decimal(_, scale) | T::Decimal32(_, scale) | T::Decimal64(_, scale) => {
            integer(array, at).map(|n| Value::from(decimal(n, *scale))).unwrap_or_default()
        }
        T::Float32 => primitive::<f32>(array, at).map_or(Value::Null, |n| Value::from(n.to_string())),
        T::Float64 => primitive::<f64>(array, at).map_or(Value::Null, float),
        T::List(_) => {
            any.downcast_ref::<ListArray<i32>>().map_or(Value::Null, |lists| list(lists.value(at).as_ref()))
        }
        T::LargeList(_) => {
            any.downcast_ref::<ListArray<i64>>().map_or(Value::Null, |lists| list(lists.value(at).as_ref()))
        }
        T::FixedSizeList(..) => any
            .downcast_ref::<FixedSizeListArray>()
            .map_or(Value::Null, |lists| list(lists.value(at).as_ref())),
        T::Map(..) => {
            any.downcast_ref::<MapArray>().map_or(Value::Null, |maps| list(maps.value(at).as_ref()))
        }
        T::Struct(fields) => {
            let Some(structs) = any.downcast_ref::<StructArray>() else {
                return Value::Null;
            };
            let members = fields.iter().zip(structs.values());
            Value::Object(
                members
                    .map(|(field, values)| (field.name.to_string(), value(values.as_ref(), at)))
                    .collect::<Map<_, _>>(),
            )
        }
        _ => match integer(array, at) {
            Some(n) => i64::try_from(n).map_or_else(|_large| Value::from(n.to_string()), Value::from),
            None => {
                let mut out = String::new();
                // Writing to a string cannot fail; a type without words stays blank.
                get_value_display(array, "")(&mut out, at).unwrap_or_default();
                Value::from(out)
            }
        },
    }
}

fn text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}

fn bytes(bytes: Option<&[u8]>) -> Value {
    bytes.map_or(Value::Null, |bytes| Value::from(String::from_utf8_lossy(bytes).into_owned()))
}

fn list(items: &dyn Array) -> Value {
    (0..items.len()).map(|at| value(items, at)).collect::<Vec<_>>().into()
}

fn primitive<T: NativeType>(array: &dyn Array, at: usize) -> Option<T> {
    array.as_any().downcast_ref::<PrimitiveArray<T>>().map(|values| values.value(at))
}

/// The whole number behind a value, whatever it means.
fn integer(array: &dyn Array, at: usize) -> Option<i128> {
    let PhysicalType::Primitive(kind) = array.dtype().to_physical_type() else {
        return None;
    };
    match kind {
        PrimitiveType::Int8 => primitive::<i8>(array, at).map(i128::from),
        PrimitiveType::Int16 => primitive::<i16>(array, at).map(i128::from),
        PrimitiveType::Int32 => primitive::<i32>(array, at).map(i128::from),
        PrimitiveType::Int64 => primitive::<i64>(array, at).map(i128::from),
        PrimitiveType::Int128 => primitive::<i128>(array, at),
        PrimitiveType::UInt8 => primitive::<u8>(array, at).map(i128::from),
        PrimitiveType::UInt16 => primitive::<u16>(array, at).map(i128::from),
        PrimitiveType::UInt32 => primitive::<u32>(array, at).map(i128::from),
        PrimitiveType::UInt64 => primitive::<u64>(array, at).map(i128::from),
        _ => None,
    }
}

fn float(number: f64) -> Value {
    if !number.is_finite() {
        Value::Null
    } else if number.fract() == 0.0 && number.abs() < 1e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

/// Whole seconds and nanoseconds, both of the same sign.
fn split(n: i128, unit: TimeUnit) -> Option<(i64, i32)> {
    let per_second: i128 = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    let nanoseconds = n % per_second * (1_000_000_000 / per_second);
    Some((i64::try_from(n / per_second).ok()?, i32::try_from(nanoseconds).ok()?))
}

/// An instant says so with `Z`; a wall-clock time without zone is read in the store's.
fn instant(n: i128, unit: TimeUnit, is_instant: bool) -> Option<Value> {
    let (seconds, nanoseconds) = split(n, unit)?;
    let at = Timestamp::new(seconds, nanoseconds).ok()?.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let zone = if is_instant { "Z" } else { "" };
    Some(Value::from(format!("{}{zone}", at.strftime("%Y-%m-%d %H:%M:%S"))))
}

fn date(days_since_1970: i32) -> Option<Value> {
    let date = civil::date(1970, 1, 1)
        .checked_add(SignedDuration::from_hours(24 * i64::from(days_since_1970)))
        .ok()?;
    Some(Value::from(date.to_string()))
}

fn decimal(n: i128, scale: usize) -> String {
    if scale == 0 || scale > 38 {
        return n.to_string();
    }
    let sign = if n < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", n.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    format!("{sign}{whole}.{part}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_every_digit() {
        assert_eq!(decimal(1_999, 2), "19.99");
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!(decimal(7, 0), "7");
        assert_eq!(decimal(12_345_678_901_234_567_890, 4), "1234567890123456.7890");
    }

    #[test]
    fn times_say_whether_they_are_instants() {
        assert_eq!(
            instant(1_741_082_400_500_000, TimeUnit::Microsecond, true),
            Some(Value::from("2025-03-04 10:00:00Z"))
        );
        assert_eq!(instant(1_741_082_400, TimeUnit::Second, false), Some(Value::from("2025-03-04 10:00:00")));
        assert_eq!(date(20_151), Some(Value::from("2025-03-04")));
    }

    #[test]
    fn a_table_that_is_none_is_said_to_be_damaged() {
        let file = SourceFile::memory("x.parquet", &b"PAR1 and then nothing of the kind PAR1"[..]);
        assert!(matches!(open(&file).map(drop), Err(ReadError::Malformed(_))));
    }
}
