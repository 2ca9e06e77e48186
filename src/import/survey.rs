//! The first pass over a file: how each column writes amounts and dates, decided from the whole column; whether the
//! encoding holds to the end; whether the rows of one order stand together.

use super::columns::Columns;
use super::meaning::{Meaning, Value};
use super::row::{Oddity, Row};
use super::times::{self, DateOrder, OrderEvidence};
use super::value::{self, DecimalMark, MarkEvidence};
use crate::shop::hash::{QuickSet, fnv1a64};

/// After so many rows, columns whose writing is beyond doubt are no longer looked at.
const ROWS_LOOKED_AT: u64 = 20_000;

#[derive(Clone, Debug)]
pub(super) struct Survey {
    votes: Vec<Votes>,
    key_idx: Option<usize>,
    last_key: Option<u64>,
    seen_keys: QuickSet<u64>,
    /// True when rows of one key do not stand together.
    pub is_scattered: bool,
    pub n_rows: u64,
    pub n_invalid_rows: u64,
    pub n_non_ascii_rows: u64,
}

#[derive(Clone, Debug)]
struct Votes {
    idx: usize,
    value: Value,
    dot: u64,
    comma: u64,
    open_mark: u64,
    day_first: u64,
    month_first: u64,
    open_order: u64,
    example: String,
}

/// What could not be decided from the file alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Every date of the column can be read two ways.
    Dates {
        column: String,
        example: String,
        assumed: DateOrder,
        /// Another file of the same import, which decided it.
        as_in: Option<String>,
    },
    /// Some dates are day first, some month first.
    MixedDates {
        column: String,
        assumed: DateOrder,
    },
    /// `1.234` throughout.
    Decimals {
        column: String,
        example: String,
        assumed: DecimalMark,
    },
    MixedDecimals {
        column: String,
        assumed: DecimalMark,
    },
}

/// What the person or the mapping said beforehand.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub dates: Option<DateOrder>,
    pub decimal: Option<DecimalMark>,
    /// What another file of the same import left no doubt about.
    pub dates_elsewhere: Option<(DateOrder, String)>,
    /// A hint for open questions only: the currency's home writes the month first.
    pub month_first_is_likely: bool,
    pub comma_is_likely: bool,
}

impl Survey {
    pub(super) fn new(columns: &Columns) -> Self {
        let votes = columns
            .bound
            .iter()
            .filter(|column| matches!(column.meaning.value(), Value::Money | Value::Number | Value::Time))
            .map(|column| Votes {
                idx: column.idx,
                value: column.meaning.value(),
                dot: 0,
                comma: 0,
                open_mark: 0,
                day_first: 0,
                month_first: 0,
                open_order: 0,
                example: String::new(),
            })
            .collect();
        Self {
            votes,
            key_idx: columns.idx(Meaning::OrderId),
            last_key: None,
            seen_keys: QuickSet::default(),
            is_scattered: false,
            n_rows: 0,
            n_invalid_rows: 0,
            n_non_ascii_rows: 0,
        }
    }

    pub(super) fn row(&mut self, row: &Row) {
        self.n_rows += 1;
        self.n_invalid_rows += u64::from(row.oddity == Some(Oddity::InvalidText));
        self.n_non_ascii_rows += u64::from(!row.raw().is_ascii());
        let early = self.n_rows <= ROWS_LOOKED_AT;
        for votes in &mut self.votes {
            if early || votes.is_open() {
                votes.cell(row.get(votes.idx));
            }
        }
        if let Some(idx) = self.key_idx
            && !self.is_scattered
        {
            let cell = row.get(idx);
            if !cell.is_empty() {
                let key = fnv1a64(cell.as_bytes());
                if self.last_key != Some(key) {
                    self.is_scattered = !self.seen_keys.insert(key);
                    self.last_key = Some(key);
                }
            }
        }
    }

    /// The order of day and month, where the file's own dates leave no doubt.
    pub(super) fn dates_beyond_doubt(&self) -> Option<DateOrder> {
        let days: u64 = self.votes.iter().map(|votes| votes.day_first).sum();
        let months: u64 = self.votes.iter().map(|votes| votes.month_first).sum();
        match (days, months) {
            (1.., 0) => Some(DateOrder::DayFirst),
            (0, 1..) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }

    /// Whether cells stand in it that can be read two ways, or could be without the rest of the column.
    pub(super) fn dates_matter(&self) -> bool {
        self.votes.iter().any(|votes| votes.day_first + votes.month_first + votes.open_order > 0)
    }

    pub(super) fn decimals_matter(&self) -> bool {
        self.votes.iter().any(|votes| votes.dot + votes.comma + votes.open_mark > 0)
    }

    /// Writes the decisions into `columns` and returns what stays in doubt.
    pub(super) fn decide(self, columns: &mut Columns, known: &Known) -> Vec<Doubt> {
        let mut doubts = Vec::new();
        let (dots, commas) =
            self.votes.iter().fold((0, 0), |(dot, comma), votes| (dot + votes.dot, comma + votes.comma));
        let (days, months) = self
            .votes
            .iter()
            .fold((0, 0), |(day, month), votes| (day + votes.day_first, month + votes.month_first));
        for votes in &self.votes {
            let Some(format) = columns.formats.get_mut(votes.idx) else {
                continue;
            };
            let column = columns.headers.get(votes.idx).cloned().unwrap_or_default();
            if votes.value == Value::Time {
                format.order = match (known.dates, votes.day_first, votes.month_first) {
                    (Some(order), ..) => order,
                    (None, 1.., 0) => DateOrder::DayFirst,
                    (None, 0, 1..) => DateOrder::MonthFirst,
                    (None, 0, 0) => {
                        let elsewhere = known.dates_elsewhere.as_ref().filter(|_| months == days);
                        let month_likely = months > days || (months == days && known.month_first_is_likely);
                        let likely = match elsewhere {
                            Some((order, _)) => *order,
                            None if month_likely => DateOrder::MonthFirst,
                            None => DateOrder::DayFirst,
                        };
                        if votes.open_order > 0 && days == months {
                            doubts.push(Doubt::Dates {
                                column,
                                example: votes.example.clone(),
                                assumed: likely,
                                as_in: elsewhere.map(|(_, file)| file.clone()),
                            });
                        }
                        likely
                    }
                    (None, day, month) => {
                        let assumed = if day >= month { DateOrder::DayFirst } else { DateOrder::MonthFirst };
                        doubts.push(Doubt::MixedDates { column, assumed });
                        assumed
                    }
                };
            } else {
                format.mark = match (known.decimal, votes.dot, votes.comma) {
                    (Some(mark), ..) => mark,
                    (None, 1.., 0) => DecimalMark::Dot,
                    (None, 0, 1..) => DecimalMark::Comma,
                    (None, 0, 0) => {
                        let comma_likely = commas > dots || (commas == dots && known.comma_is_likely);
                        let likely = if comma_likely { DecimalMark::Comma } else { DecimalMark::Dot };
                        if votes.open_mark > 0 && dots == commas {
                            doubts.push(Doubt::Decimals {
                                column,
                                example: votes.example.clone(),
                                assumed: likely,
                            });
                        }
                        likely
                    }
                    (None, dot, comma) => {
                        let assumed = if dot >= comma { DecimalMark::Dot } else { DecimalMark::Comma };
                        doubts.push(Doubt::MixedDecimals { column, assumed });
                        assumed
                    }
                };
            }
        }
        doubts
    }
}

impl Votes {
    fn is_open(&self) -> bool {
        match self.value {
            Value::Time => self.open_order > 0 || self.day_first > 0 || self.month_first > 0,
            _ => (self.dot == 0) == (self.comma == 0),
        }
    }

    fn cell(&mut self, cell: &str) {
        if cell.is_empty() {
            return;
        }
        if self.value == Value::Time {
            match times::order_evidence(cell) {
                OrderEvidence::DayFirst => self.day_first += 1,
                OrderEvidence::MonthFirst => self.month_first += 1,
                OrderEvidence::Ambiguous => {
                    if self.open_order == 0 {
                        cell.clone_into(&mut self.example);
                    }
                    self.open_order += 1;
                }
                OrderEvidence::Settled | OrderEvidence::NoDate => {}
            }
            return;
        }
        match value::mark_evidence(cell) {
            MarkEvidence::Dot => self.dot += 1,
            MarkEvidence::Comma => self.comma += 1,
            MarkEvidence::Ambiguous => {
                if self.open_mark == 0 {
                    cell.clone_into(&mut self.example);
                }
                self.open_mark += 1;
            }
            MarkEvidence::None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::columns::{AliasIndex, Aliases};

    const ALIASES: Aliases = &[("date", Meaning::PlacedAt), ("price", Meaning::UnitPrice)];

    fn survey(cells: &[(&str, &str)], known: Known) -> (DateOrder, DecimalMark, usize) {
        let headers = ["date".to_owned(), "price".to_owned()];
        let mut columns = Columns::bind(&headers, &AliasIndex::of(ALIASES.iter()));
        let mut survey = Survey::new(&columns);
        for (date, price) in cells {
            let mut row = Row::default();
            row.push(date);
            row.push(price);
            survey.row(&row);
        }
        let doubts = survey.decide(&mut columns, &known).len();
        (columns.formats[0].order, columns.formats[1].mark, doubts)
    }

    #[test]
    fn one_telling_cell_decides_the_whole_column() {
        let cells = [("03/04/2025", "1.234"), ("03/05/2025", "2.345"), ("04/13/2025", "7,5")];
        assert_eq!(survey(&cells, Known::default()), (DateOrder::MonthFirst, DecimalMark::Comma, 0));
    }

    #[test]
    fn what_stays_open_is_asked() {
        let cells = [("03/04/2025", "1.234")];
        assert_eq!(survey(&cells, Known::default()).2, 2);
        let known =
            Known { dates: Some(DateOrder::DayFirst), decimal: Some(DecimalMark::Comma), ..Known::default() };
        assert_eq!(survey(&cells, known), (DateOrder::DayFirst, DecimalMark::Comma, 0));
    }

    #[test]
    fn another_file_settles_what_this_one_leaves_open_but_not_what_it_says_itself() {
        let known = Known {
            dates_elsewhere: Some((DateOrder::MonthFirst, "other.csv".to_owned())),
            ..Known::default()
        };
        assert_eq!(survey(&[("03/04/2025", "1.00")], known.clone()).0, DateOrder::MonthFirst);
        assert_eq!(survey(&[("13/04/2025", "1.00")], known).0, DateOrder::DayFirst);
    }
}
