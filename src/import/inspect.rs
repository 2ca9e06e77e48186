//! One file as the import window shows it: what it is, how its cells are written, what would be stored of them.
//! Reads the beginning only and writes nothing.

use super::columns::{Column, Columns, header_signature};
use super::delimited::sniff_delimiter;
use super::detect::{self, ColumnGuess, Detection, Format, HEAD_BYTES, Sure};
use super::mapping::{ColumnFormat, Mapping, Reading};
use super::meaning::{Meaning, Value};
use super::read::Options;
use super::record::Platform;
use super::row::{Row, RowSource};
use super::source::{ReadError, SourceFile};
use super::times::{self, Clock, DateOrder, OrderEvidence};
use super::value::{self, DecimalMark, MarkEvidence};
use super::{excel, json, parquet, text, xml};
use crate::shop::{Currency, TimeZoneName};

/// Records looked at; further ones only count.
const ROWS_LOOKED_AT: usize = 2_000;
const SAMPLES: usize = 3;
/// A head of 256 KiB holds no more records than this.
const MOST_ROWS_IN_HEAD: usize = 150_000;

/// The answer for one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inspection {
    pub detection: Detection,
    /// Records below the header; `None` where only reading the whole file would tell.
    pub n_rows: Option<u64>,
    /// `n_rows` is worked out from the first 256 KiB and the size of the file.
    pub rows_are_estimated: bool,
    /// Of those given, the mapping that fits; `detection` then speaks of its columns.
    pub mapping: Option<Mapping>,
    /// What was said before about how it is written.
    pub reading: Reading,
    /// First different cells of each column of `detection.columns`, as they are in the file.
    pub samples: Vec<Vec<String>>,
    /// How each column's cells are written, as far as the first records tell.
    pub formats: Vec<ColumnFormat>,
    /// A date that can be read two ways, where no date of the sample says which.
    pub open_date: Option<String>,
    /// An amount that can be read two ways, where no amount of the sample says which.
    pub open_amount: Option<String>,
    /// The first date of the file as written.
    pub date_example: Option<String>,
}

/// What will be kept of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Blank, ignored, or never read.
    Nothing,
    /// A keyed code that cannot be turned back.
    Code,
    Text(String),
    /// An amount in major units, with a decimal point.
    Amount(String),
    Number(i64),
    /// RFC 3339, in UTC.
    Time(String),
    Flag(bool),
    /// Not what the meaning asks for; the cell would be left out, or the row set aside.
    Unreadable,
}

/// Looks at the beginning of a file; `options.mappings` are those the person made before.
pub fn inspect(file: &SourceFile, options: &Options) -> Inspection {
    let head = match file.head(HEAD_BYTES) {
        Ok(head) => head,
        Err(problem) => return unreadable(file, &problem),
    };
    let format = detect::format(&head);
    let mut reading = Reading::default();
    let is_all = head.len() < HEAD_BYTES;
    let (mut detection, rows, n_in_head) = match format {
        Format::Delimited => {
            let found = detect::detect(&head, &file.name);
            reading = options.reading(&file.name, &found.header_signature);
            let encoding = reading.encoding.as_deref().and_then(text::by_name);
            let encoding = encoding.unwrap_or_else(|| text::sniff(&head, is_all));
            let decoded = text::decode_head(&head, encoding);
            let delimiter = reading.delimiter_byte().unwrap_or_else(|| sniff_delimiter(&decoded));
            let rows = detect::first_rows(&decoded, delimiter, MOST_ROWS_IN_HEAD, is_all);
            let n = rows.len();
            let is_told = reading.encoding.is_some() || reading.delimiter.is_some();
            let found = if is_told {
                Detection {
                    format,
                    encoding: text::name(encoding),
                    delimiter: char::from(delimiter).to_string(),
                    // By which it will be known again.
                    header_signature: found.header_signature,
                    ..detect::table(&rows[..rows.len().min(ROWS_LOOKED_AT)], &file.name)
                }
            } else {
                found
            };
            (found, rows, Some(n))
        }
        Format::Json if !json::is_table(&head) => (detect::detect(&head, &file.name), Vec::new(), None),
        Format::Excel | Format::Parquet | Format::Json | Format::Xml => match table_rows(file, format) {
            Ok(rows) => {
                let found = match format {
                    Format::Excel | Format::Parquet => {
                        Detection { format, ..detect::table(&rows, &file.name) }
                    }
                    _ => detect::detect(&head, &file.name),
                };
                let n = (rows.len() <= ROWS_LOOKED_AT).then_some(rows.len());
                (found, rows, n)
            }
            Err(problem) => return unreadable(file, &problem),
        },
        _ => (detect::detect(&head, &file.name), Vec::new(), None),
    };
    let mut inspection = Inspection::default();
    let header_at = rows.iter().position(|row| is_header(row, &detection.columns)).unwrap_or(0);
    let mapping = options.mappings.iter().find(|mapping| rows.first().is_some_and(|row| mapping.fits(row)));
    if let (Some(mapping), Some(header)) = (mapping, rows.first()) {
        by_mapping(&mut detection, mapping, header);
        inspection.mapping = Some(mapping.clone());
    }
    let body = rows.get(header_at + 1..).unwrap_or(&[]);
    if let Some(n) = n_in_head {
        let n = n.saturating_sub(header_at + 1) as u64;
        if is_all || format != Format::Delimited {
            inspection.n_rows = Some(n);
        } else if file.plain_path().is_some() {
            inspection.n_rows = Some((u128::from(n) * u128::from(file.bytes) / head.len() as u128) as u64);
            inspection.rows_are_estimated = true;
        }
    }
    let body = &body[..body.len().min(ROWS_LOOKED_AT)];
    look_at_cells(&mut inspection, &detection, body, options);
    if let Some(order) = reading.date_order {
        inspection.open_date = None;
        detection.date_order = order;
        inspection
            .formats
            .iter_mut()
            .for_each(|format| format.date_order = format.date_order.and(Some(order)));
    }
    inspection.reading = reading;
    inspection.detection = detection;
    inspection
}

/// What is kept of a cell that means this. `zone` is of times without an offset.
pub fn stored_as(
    cell: &str,
    meaning: Meaning,
    format: ColumnFormat,
    currency: &Currency,
    zone: &TimeZoneName,
) -> Stored {
    let Some(cell) = value::present(cell.trim()) else {
        return Stored::Nothing;
    };
    let mark = format.decimal_mark.unwrap_or_default();
    match meaning.value() {
        Value::Money => value::money(value::unguard(cell), mark, currency.exponent())
            .map_or(Stored::Unreadable, |minor| Stored::Amount(major(minor, currency.exponent()))),
        Value::Number => value::count(value::unguard(cell), mark).map_or(Stored::Unreadable, Stored::Number),
        Value::Time => Clock::new(zone.clone())
            .read(cell, format.date_order.unwrap_or_default())
            .map_or(Stored::Unreadable, |at| Stored::Time(crate::shop::time::rfc3339(at))),
        Value::Flag => value::flag(cell).map_or(Stored::Unreadable, Stored::Flag),
        Value::Text => match meaning {
            Meaning::Ignore | Meaning::Secret => Stored::Nothing,
            Meaning::Email | Meaning::Phone => Stored::Code,
            _ => value::text(cell).map_or(Stored::Nothing, Stored::Text),
        },
    }
}

/// `120450` with two decimals is `1204.50`.
fn major(minor: i64, exponent: u32) -> String {
    if exponent == 0 {
        return minor.to_string();
    }
    let per_major = 10_u64.pow(exponent);
    let (sign, amount) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
    format!("{sign}{}.{:0width$}", amount / per_major, amount % per_major, width = exponent as usize)
}

fn unreadable(file: &SourceFile, problem: &ReadError) -> Inspection {
    let detection = Detection { problem: Some(format!("{}: {problem}.", file.name)), ..Detection::default() };
    Inspection { detection, ..Inspection::default() }
}

fn table_rows(file: &SourceFile, format: Format) -> Result<Vec<Vec<String>>, ReadError> {
    let mut source: Box<dyn RowSource> = match format {
        Format::Excel => excel::open(file)?,
        Format::Parquet => parquet::open(file)?,
        Format::Json => json::open(file)?,
        _ => xml::open(file, None)?,
    };
    let mut row = Row::default();
    let mut rows = Vec::new();
    while rows.len() <= ROWS_LOOKED_AT && source.next_row(&mut row)? {
        rows.push(row.cells().map(|cell| cell.trim().to_owned()).collect());
    }
    Ok(rows)
}

fn is_header(row: &[String], columns: &[ColumnGuess]) -> bool {
    !columns.is_empty()
        && row.len() == columns.len()
        && row.iter().zip(columns).all(|(cell, column)| *cell == column.header)
}

/// The person said before what these columns mean.
fn by_mapping(detection: &mut Detection, mapping: &Mapping, header: &[String]) {
    let bound = mapping.bind(header);
    let meaning =
        |idx: usize| bound.bound.iter().find(|column| column.idx == idx).map(|column| column.meaning);
    detection.platform = Platform::Mapped;
    detection.kind = mapping.kind;
    detection.problem = None;
    detection.header_signature = header_signature(header);
    detection.confidence = 1.0;
    detection.columns = header
        .iter()
        .enumerate()
        .map(|(idx, header)| ColumnGuess {
            header: header.clone(),
            meaning: Some(meaning(idx).unwrap_or(Meaning::Ignore)),
            sure: Sure::Exact,
        })
        .collect();
    detection.unmatched.clear();
}

fn look_at_cells(
    inspection: &mut Inspection,
    detection: &Detection,
    body: &[Vec<String>],
    options: &Options,
) {
    let bound = detection
        .columns
        .iter()
        .enumerate()
        .filter_map(|(idx, guess)| Some(Column { idx, meaning: guess.meaning?, n: 0, label: String::new() }))
        .collect();
    let headers: Vec<String> = detection.columns.iter().map(|guess| guess.header.clone()).collect();
    let columns = Columns::new(&headers, bound);
    let mapped = inspection.mapping.clone().unwrap_or_default();
    let known_order = options.dates.or(mapped.date_order);
    let known_mark = options.decimal.or(mapped.decimal_mark);
    let (mut open_dates, mut settled_dates) = (None, false);
    let (mut open_amounts, mut settled_amounts) = (None, false);
    for idx in 0..headers.len() {
        let cells = || body.iter().filter_map(|row| row.get(idx)).map(|cell| cell.trim());
        let mut samples: Vec<String> = Vec::with_capacity(SAMPLES);
        for cell in cells().filter(|cell| !cell.is_empty()).take(400) {
            if samples.len() < SAMPLES && samples.iter().all(|known| known != cell) {
                samples.push(super::engine::shorten(cell));
            }
        }
        let secret = columns.secret.contains(&idx);
        inspection.samples.push(if secret { Vec::new() } else { samples });
        let (mut day, mut month, mut dot, mut comma) = (0_usize, 0_usize, 0_usize, 0_usize);
        for cell in cells() {
            match times::order_evidence(cell) {
                OrderEvidence::DayFirst => day += 1,
                OrderEvidence::MonthFirst => month += 1,
                OrderEvidence::Ambiguous | OrderEvidence::Settled | OrderEvidence::NoDate => {}
            }
            match value::mark_evidence(cell) {
                MarkEvidence::Dot => dot += 1,
                MarkEvidence::Comma => comma += 1,
                MarkEvidence::Ambiguous | MarkEvidence::None => {}
            }
        }
        let meaning = detection.columns[idx].meaning;
        match meaning.map(Meaning::value) {
            Some(Value::Time) => {
                inspection.date_example = inspection
                    .date_example
                    .take()
                    .or_else(|| cells().find(|cell| !cell.is_empty()).map(str::to_owned));
                settled_dates |= day + month > 0;
                open_dates = open_dates.or_else(|| {
                    cells()
                        .find(|cell| times::order_evidence(cell) == OrderEvidence::Ambiguous)
                        .map(str::to_owned)
                });
            }
            Some(Value::Money | Value::Number) => {
                settled_amounts |= dot + comma > 0;
                open_amounts = open_amounts.or_else(|| {
                    cells()
                        .find(|cell| value::mark_evidence(cell) == MarkEvidence::Ambiguous)
                        .map(str::to_owned)
                });
            }
            _ => {}
        }
        let own = mapped.formats.get(&headers[idx]).copied().unwrap_or_default();
        let order = own.date_order.or(known_order).or(match (day, month) {
            (0, 0) => None,
            (day, month) if month > day => Some(DateOrder::MonthFirst),
            _ => Some(DateOrder::DayFirst),
        });
        let mark = own.decimal_mark.or(known_mark).or(match (dot, comma) {
            (0, 0) => None,
            (dot, comma) if comma > dot => Some(DecimalMark::Comma),
            _ => Some(DecimalMark::Dot),
        });
        inspection.formats.push(ColumnFormat { date_order: order, decimal_mark: mark });
    }
    // What a neighbour settles is settled for the file, as it is when the file is read.
    if known_order.is_none() && !settled_dates {
        inspection.open_date = open_dates;
    }
    if known_mark.is_none() && !settled_amounts {
        inspection.open_amount = open_amounts;
    }
    let of_file = |pick: fn(&ColumnFormat) -> Option<DecimalMark>| inspection.formats.iter().find_map(pick);
    let (order, mark) = (
        inspection.formats.iter().find_map(|format| format.date_order),
        of_file(|format| format.decimal_mark),
    );
    for format in &mut inspection.formats {
        format.date_order = format.date_order.or(order);
        format.decimal_mark = format.decimal_mark.or(mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(text: &str) -> Inspection {
        inspect(&SourceFile::memory("x.csv", text.as_bytes().to_vec()), &Options::default())
    }

    fn stored(cell: &str, meaning: Meaning, format: ColumnFormat) -> Stored {
        stored_as(cell, meaning, format, &Currency::new("EUR"), &TimeZoneName("Europe/Berlin".to_owned()))
    }

    #[test]
    fn a_german_table_is_seen_with_its_decimal_comma_and_what_will_be_stored() {
        let seen = look("E-Mail;Umsatz gesamt;Kd_Typ\na@b.de;1.204,50;A\nc@d.de;89,00;C\n");
        assert_eq!(seen.n_rows, Some(2));
        assert_eq!(seen.samples[1], ["1.204,50", "89,00"]);
        assert_eq!(seen.formats[1].decimal_mark, Some(DecimalMark::Comma));
        assert_eq!(
            stored("1.204,50", Meaning::DeclaredSpent, seen.formats[1]),
            Stored::Amount("1204.50".to_owned())
        );
        assert_eq!(stored("a@b.de", Meaning::Email, seen.formats[0]), Stored::Code);
        assert_eq!(stored("A", Meaning::PlacedAt, seen.formats[2]), Stored::Unreadable);
        assert_eq!(stored("A", Meaning::Ignore, seen.formats[2]), Stored::Nothing);
    }

    #[test]
    fn only_dates_that_nothing_settles_are_asked_for() {
        let open = "Order number,Order date,Email,SKU,Quantity\n1,03/04/2025,a@b.c,x,1\n";
        assert_eq!(look(open).open_date.as_deref(), Some("03/04/2025"));
        let settled = format!("{open}2,28/04/2025,a@b.c,x,1\n");
        let seen = look(&settled);
        assert_eq!((seen.open_date, seen.formats[1].date_order), (None, Some(DateOrder::DayFirst)));
    }

    #[test]
    fn a_mapping_made_before_is_found_again_whatever_the_order_of_the_columns() {
        let toml = "kind = \"customers\"\n[columns]\n\"E-Mail\" = \"email\"\nTyp = \"customer_tags\"\n";
        let options = Options { mappings: vec![Mapping::from_toml(toml).unwrap()], ..Options::default() };
        let file = SourceFile::memory("x.csv", b"Typ;Fax;E-Mail\nA;;a@b.de\n".to_vec());
        let seen = inspect(&file, &options);
        assert_eq!(seen.detection.platform, Platform::Mapped);
        let meanings: Vec<Option<Meaning>> =
            seen.detection.columns.iter().map(|column| column.meaning).collect();
        assert_eq!(meanings, [Some(Meaning::CustomerTags), Some(Meaning::Ignore), Some(Meaning::Email)]);
    }

    #[test]
    fn amounts_are_written_with_the_currencys_decimals() {
        assert_eq!(major(-5, 2), "-0.05");
        assert_eq!(major(1_205, 0), "1205");
    }
}
