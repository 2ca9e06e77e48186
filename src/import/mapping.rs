//! Mappings: what the columns of an unknown table mean, as a person said, kept as TOML.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::columns::{Column, Columns, normal};
use super::meaning::{Meaning, Value};
use super::record::DataKind;
use super::times::{self, Clock, DateOrder, OrderEvidence};
use super::value::{self, DecimalMark, MarkEvidence};
use crate::shop::time::rfc3339;
use crate::shop::{Currency, TimeZoneName};

/// What a table's columns mean and how its cells are written. See `docs/formats.md` for the file form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// For people: `My German shop`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    pub kind: DataKind,
    /// Left out: decided from the columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal_mark: Option<DecimalMark>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Of times without an offset. Left out: the workspace's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZoneName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// Orders whose number starts so are cancellations (`C` at some shops).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_prefix: Option<String>,
    /// Header → meaning. Columns left out are ignored.
    pub columns: BTreeMap<String, Meaning>,
    /// Header → how its cells are written, where it differs from the rest of the file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub formats: BTreeMap<String, ColumnFormat>,
    /// The file's own event names → ours (`view_product`, `add_to_cart` …).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<String, String>,
}

/// How a file is written, where the person knows better than its bytes tell. What is left out is found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// One character, or `tab`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal_mark: Option<DecimalMark>,
}

impl Reading {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// `None` for text that is no reading, for example a whole mapping.
    pub fn from_toml(text: &str) -> Option<Self> {
        toml::from_str(text).ok()
    }

    pub fn to_toml(&self) -> Result<String, MappingError> {
        toml::to_string(self).map_err(|error| MappingError::Toml(error.to_string()))
    }

    /// What this one says, and the rest from `other`.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        Self {
            encoding: self.encoding.or_else(|| other.encoding.clone()),
            delimiter: self.delimiter.or_else(|| other.delimiter.clone()),
            date_order: self.date_order.or(other.date_order),
            decimal_mark: self.decimal_mark.or(other.decimal_mark),
        }
    }

    /// Whether a word names an encoding that can be read.
    pub fn knows_encoding(word: &str) -> bool {
        super::text::by_name(word).is_some()
    }

    pub(super) fn delimiter_byte(&self) -> Option<u8> {
        match self.delimiter.as_deref()? {
            "tab" | "\\t" => Some(b'\t'),
            other => other.bytes().next(),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnFormat {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal_mark: Option<DecimalMark>,
}

/// Why a mapping cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    #[error("the mapping is not valid TOML: {0}")]
    Toml(String),
    #[error("the mapping lacks {0}")]
    Lacks(String),
    #[error("two columns are mapped to “{meaning}”: {first} and {second}; keep one")]
    Twice { meaning: &'static str, first: String, second: String },
}

impl Mapping {
    /// How its files are written.
    pub(super) fn reading(&self) -> Reading {
        Reading {
            encoding: self.encoding.clone(),
            delimiter: self.delimiter.clone(),
            date_order: self.date_order,
            decimal_mark: self.decimal_mark,
        }
    }

    pub fn from_toml(text: &str) -> Result<Self, MappingError> {
        let mapping: Self = toml::from_str(text).map_err(|error| MappingError::Toml(error.to_string()))?;
        mapping.check()?;
        Ok(mapping)
    }

    pub fn to_toml(&self) -> Result<String, MappingError> {
        toml::to_string(self).map_err(|error| MappingError::Toml(error.to_string()))
    }

    /// Everything the kind needs is there, and nothing twice.
    pub fn check(&self) -> Result<(), MappingError> {
        let mut seen: BTreeMap<Meaning, &str> = BTreeMap::new();
        for (header, meaning) in &self.columns {
            if let Some(first) = seen.insert(*meaning, header)
                && !meaning.may_repeat()
            {
                return Err(MappingError::Twice {
                    meaning: meaning.label(),
                    first: first.to_owned(),
                    second: header.clone(),
                });
            }
        }
        for need in needs(self.kind) {
            if !need.iter().any(|meaning| seen.contains_key(meaning)) {
                let names: Vec<String> = need
                    .iter()
                    .map(|meaning| format!("“{}” ({})", meaning.label(), meaning.name()))
                    .collect();
                return Err(MappingError::Lacks(names.join(" or ")));
            }
        }
        Ok(())
    }

    /// True when every mapped column is in the file.
    pub fn fits(&self, headers: &[String]) -> bool {
        let names: Vec<String> = headers.iter().map(|header| normal(header)).collect();
        !self.columns.is_empty() && self.columns.keys().all(|header| names.contains(&normal(header)))
    }

    pub(super) fn bind(&self, headers: &[String]) -> Columns {
        let by_name: BTreeMap<String, Meaning> =
            self.columns.iter().map(|(header, meaning)| (normal(header), *meaning)).collect();
        let mut n_options = 0;
        let bound = headers
            .iter()
            .enumerate()
            .filter_map(|(idx, header)| {
                let meaning = *by_name.get(&normal(header))?;
                if matches!(meaning, Meaning::OptionName | Meaning::OptionValue) {
                    n_options += 1;
                }
                // A lone option column is named by its header.
                let is_value =
                    meaning == Meaning::OptionValue && !by_name.values().any(|m| *m == Meaning::OptionName);
                let label = if is_value
                    || matches!(meaning, Meaning::Attribute | Meaning::Preference | Meaning::StockColumn)
                {
                    header.clone()
                } else {
                    String::new()
                };
                Some(Column { idx, meaning, n: if is_value { n_options } else { digits(header) }, label })
            })
            .collect();
        Columns::new(headers, bound)
    }

    /// The column's own settings, once the whole column has spoken.
    pub(super) fn apply_formats(&self, columns: &mut Columns) {
        for (header, wanted) in &self.formats {
            let idx = columns.headers.iter().position(|own| normal(own) == normal(header));
            if let Some(format) = idx.and_then(|idx| columns.formats.get_mut(idx)) {
                format.order = wanted.date_order.unwrap_or(format.order);
                format.mark = wanted.decimal_mark.unwrap_or(format.mark);
            }
        }
    }
}

fn digits(header: &str) -> u32 {
    let digits: String = header.chars().filter(char::is_ascii_digit).take(4).collect();
    digits.parse().unwrap_or(0)
}

/// What a kind of table cannot do without; each entry is a choice.
pub fn needs(kind: DataKind) -> &'static [&'static [Meaning]] {
    use Meaning as M;
    match kind {
        DataKind::Products => &[&[M::ProductId, M::Handle, M::Sku], &[M::Title]],
        DataKind::Customers => &[&[M::CustomerId, M::Email, M::Phone]],
        DataKind::Orders => &[&[M::OrderId], &[M::PlacedAt]],
        DataKind::OrderLines => &[
            &[M::PlacedAt],
            &[M::OrderId, M::CustomerId, M::Email],
            &[M::ProductId, M::Sku, M::Handle, M::VariantId, M::LineTitle, M::Quantity, M::LineTotal],
        ],
        DataKind::Events => {
            &[&[M::EventAt], &[M::EventKind], &[M::VisitorId, M::CustomerId, M::SessionId, M::Email]]
        }
        DataKind::Inventory => {
            &[&[M::Sku, M::ProductId, M::VariantId, M::Handle], &[M::Stock, M::StockColumn, M::Cost]]
        }
        DataKind::Discounts => &[&[M::DiscountCode]],
        DataKind::SearchTerms => &[&[M::SearchTerm]],
        DataKind::Unknown => &[],
    }
}

/// What a cell becomes: shown under the raw sample in the wizard. `None` for blank cells, `Err` says why not.
pub fn stored(
    cell: &str,
    meaning: Meaning,
    format: ColumnFormat,
    currency: &Currency,
    zone: &TimeZoneName,
) -> Option<Result<String, &'static str>> {
    let cell = value::present(cell)?;
    let mark = format.decimal_mark.unwrap_or_default();
    Some(match meaning.value() {
        Value::Text => Ok(value::id(cell).to_owned()),
        Value::Flag => value::flag(cell)
            .map(|flag| if flag { "yes" } else { "no" }.to_owned())
            .ok_or("neither yes nor no"),
        Value::Number => value::count(cell, mark).map(|n| n.to_string()).ok_or("not a number"),
        Value::Money => {
            let digits = currency.exponent();
            value::money(cell, mark, digits).map(|minor| amount(minor, digits)).ok_or("not an amount")
        }
        Value::Time => {
            let order = format.date_order.unwrap_or_default();
            Clock::new(zone.clone()).read(cell, order).map(rfc3339).ok_or("not a date")
        }
    })
}

fn amount(minor: i64, digits: u32) -> String {
    let unit = 10_i64.pow(digits);
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, part) = (minor.abs() / unit, minor.abs() % unit);
    if digits == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part:0width$}", width = digits as usize)
    }
}

/// True when the sample leaves the column's writing open, so the wizard asks.
pub fn is_ambiguous(cells: &[&str], meaning: Meaning) -> bool {
    match meaning.value() {
        Value::Time => {
            let evidence: Vec<OrderEvidence> = cells.iter().map(|cell| times::order_evidence(cell)).collect();
            evidence.contains(&OrderEvidence::Ambiguous)
                && !evidence.iter().any(|e| matches!(e, OrderEvidence::DayFirst | OrderEvidence::MonthFirst))
        }
        Value::Money | Value::Number => {
            let evidence: Vec<MarkEvidence> = cells.iter().map(|cell| value::mark_evidence(cell)).collect();
            evidence.contains(&MarkEvidence::Ambiguous)
                && !evidence.iter().any(|e| matches!(e, MarkEvidence::Dot | MarkEvidence::Comma))
        }
        Value::Text | Value::Flag => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|&cell| cell.to_owned()).collect()
    }

    #[test]
    fn a_mapping_survives_its_file_and_says_what_it_lacks() {
        let text = "kind = \"order_lines\"\ndate_order = \"day_first\"\ncurrency = \"GBP\"\n[columns]\nNo = \"order_id\"\nWhen = \"placed_at\"\nWhat = \"sku\"\n";
        let mapping = Mapping::from_toml(text).unwrap();
        assert_eq!(Mapping::from_toml(&mapping.to_toml().unwrap()).unwrap(), mapping);
        assert!(mapping.fits(&strings(&["what", "WHEN", "No", "x"])));
        let lacking = Mapping::from_toml("kind = \"order_lines\"\n[columns]\nNo = \"order_id\"\n");
        assert!(matches!(lacking, Err(MappingError::Lacks(_))));
        let twice = Mapping::from_toml("kind = \"customers\"\n[columns]\na = \"email\"\nb = \"email\"\n");
        assert!(matches!(twice, Err(MappingError::Twice { .. })));
    }

    #[test]
    fn the_wizard_shows_what_will_be_stored() {
        let comma = ColumnFormat { decimal_mark: Some(DecimalMark::Comma), date_order: None };
        let eur = Currency::new("EUR");
        let utc = TimeZoneName::default();
        assert_eq!(
            stored("1.204,50", Meaning::DeclaredSpent, comma, &eur, &utc),
            Some(Ok("1204.50".to_owned()))
        );
        assert_eq!(stored("abc", Meaning::UnitPrice, comma, &eur, &utc), Some(Err("not an amount")));
        assert_eq!(stored(" ", Meaning::UnitPrice, comma, &eur, &utc), None);
        assert!(is_ambiguous(&["03/04/2025"], Meaning::PlacedAt));
        assert!(!is_ambiguous(&["03/04/2025", "13/04/2025"], Meaning::PlacedAt));
    }
}
