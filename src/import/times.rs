//! Cells to times. Whether `03/04/2025` is a day in April or in March is decided by its whole column (`survey`).

use jiff::civil;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::shop::{Seconds, TimeZoneName};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// `31/12/2025`, `31.12.2025`
    #[default]
    DayFirst,
    /// `12/31/2025`
    MonthFirst,
}

/// What a date cell says about the order of day and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OrderEvidence {
    DayFirst,
    MonthFirst,
    Ambiguous,
    /// Year first, a month's name, a number of seconds: no question.
    Settled,
    NoDate,
}

pub(super) fn order_evidence(cell: &str) -> OrderEvidence {
    match parse_time(cell, DateOrder::DayFirst) {
        Some(Parsed { numeric: None, .. }) => OrderEvidence::Settled,
        Some(Parsed { numeric: Some((a, b)), .. }) if a <= 12 && b <= 12 => {
            if a == b {
                OrderEvidence::Settled
            } else {
                OrderEvidence::Ambiguous
            }
        }
        Some(_) => OrderEvidence::DayFirst,
        None if parse_time(cell, DateOrder::MonthFirst).is_some() => OrderEvidence::MonthFirst,
        None => OrderEvidence::NoDate,
    }
}

/// A parsed date and time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    pub when: When,
    /// The two numbers whose order is in question, as written.
    numeric: Option<(u32, u32)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Instant(Seconds),
    /// Wall clock of the shop.
    Local(civil::DateTime),
}

/// Turns wall-clock times into instants; keeps the zone and the last answer at hand.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    name: TimeZoneName,
    is_utc: bool,
    last: Option<(civil::DateTime, Seconds)>,
}

impl Clock {
    pub(super) fn new(name: TimeZoneName) -> Self {
        let is_utc = name.0 == "UTC" || !name.is_known();
        Self { name, is_utc, last: None }
    }

    pub(super) fn instant(&mut self, local: civil::DateTime) -> Seconds {
        if let Some((last, at)) = self.last
            && last == local
        {
            return at;
        }
        let at = if self.is_utc {
            local.to_zoned(TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_second())
        } else {
            self.name.instant(local)
        };
        self.last = Some((local, at));
        at
    }

    pub(super) fn read(&mut self, cell: &str, order: DateOrder) -> Option<Seconds> {
        if self.is_utc
            && let Some(at) = plain_utc(cell)
        {
            return Some(at);
        }
        match parse_time(cell, order)?.when {
            When::Instant(at) => Some(at),
            When::Local(local) => Some(self.instant(local)),
        }
    }
}

/// The zone a cell names: by its IANA name, or as tills of Square and others write it.
pub(super) fn zone_of_label(label: &str) -> Option<TimeZoneName> {
    const LABELS: &[(&str, &str)] = &[
        ("eastern time (us & canada)", "America/New_York"),
        ("indiana (east)", "America/Indiana/Indianapolis"),
        ("central time (us & canada)", "America/Chicago"),
        ("mountain time (us & canada)", "America/Denver"),
        ("arizona", "America/Phoenix"),
        ("pacific time (us & canada)", "America/Los_Angeles"),
        ("alaska", "America/Anchorage"),
        ("hawaii", "Pacific/Honolulu"),
        ("puerto rico", "America/Puerto_Rico"),
        ("atlantic time (canada)", "America/Halifax"),
        ("newfoundland", "America/St_Johns"),
        ("saskatchewan", "America/Regina"),
        ("london", "Europe/London"),
        ("dublin", "Europe/Dublin"),
        ("paris", "Europe/Paris"),
        ("madrid", "Europe/Madrid"),
        ("berlin", "Europe/Berlin"),
        ("amsterdam", "Europe/Amsterdam"),
        ("rome", "Europe/Rome"),
        ("tokyo", "Asia/Tokyo"),
        ("osaka", "Asia/Tokyo"),
        ("sydney", "Australia/Sydney"),
        ("melbourne", "Australia/Melbourne"),
        ("brisbane", "Australia/Brisbane"),
        ("adelaide", "Australia/Adelaide"),
        ("darwin", "Australia/Darwin"),
        ("hobart", "Australia/Hobart"),
        ("perth", "Australia/Perth"),
        ("auckland", "Pacific/Auckland"),
        ("utc", "UTC"),
        ("gmt", "UTC"),
    ];
    let label = label.trim();
    let name =
        LABELS.iter().find(|(known, _)| label.eq_ignore_ascii_case(known)).map_or(label, |(_, name)| name);
    let zone = TimeZoneName(name.to_owned());
    zone.is_known().then_some(zone)
}

/// Reads a date with or without a time of day and an offset. Years 1970 to 2199.
pub(super) fn parse_time(cell: &str, order: DateOrder) -> Option<Parsed> {
    let cell = cell.trim().trim_start_matches('\'');
    if cell.len() < 6 || cell.len() > 64 {
        return None;
    }
    let mut scan = Scan { text: cell, pos: 0 };
    if scan.text.bytes().all(|byte| byte.is_ascii_digit()) {
        return all_digits(cell);
    }
    let (date, numeric) = scan.date(order)?;
    let time = scan.time()?;
    let local = date.to_datetime(time);
    let when = match scan.offset()? {
        Offset::Unsaid => When::Local(local),
        Offset::East(offset_seconds) => {
            let utc = local.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
            When::Instant(utc - offset_seconds)
        }
    };
    Some(Parsed { when, numeric })
}

/// `2025-12-31 09:30:00` and `2025-12-31T09:30:00Z`, by far the most common ways, without looking for others.
fn plain_utc(cell: &str) -> Option<Seconds> {
    let bytes: &[u8; 19] = cell.strip_suffix('Z').unwrap_or(cell).as_bytes().try_into().ok()?;
    let digits = |at: usize, n: usize| {
        bytes[at..at + n].iter().try_fold(0_i64, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
        })
    };
    let marks = [(4, b"-"), (7, b"-"), (13, b":"), (16, b":")];
    if marks.iter().any(|(at, mark)| bytes[*at] != mark[0]) || !matches!(bytes[10], b' ' | b'T') {
        return None;
    }
    let date = date(digits(0, 4)?, digits(5, 2)?, digits(8, 2)?)?;
    let (hour, minute, second) = (digits(11, 2)?, digits(14, 2)?, digits(17, 2)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Days since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms", 2013), years from 1970 on.
    let (year, month, day) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// `20251231`, `20251231093000`, or seconds, milliseconds, microseconds since 1970.
fn all_digits(cell: &str) -> Option<Parsed> {
    let number: i64 = cell.parse().ok()?;
    let settled = |when| Some(Parsed { when, numeric: None });
    match cell.len() {
        8 => {
            let date = date(number / 10_000, number / 100 % 100, number % 100)?;
            settled(When::Local(date.to_datetime(civil::Time::midnight())))
        }
        14 => {
            let date = date(number / 10_000_000_000, number / 100_000_000 % 100, number / 1_000_000 % 100)?;
            let time = civil::Time::new(
                (number / 10_000 % 100) as i8,
                (number / 100 % 100) as i8,
                (number % 100) as i8,
                0,
            )
            .ok()?;
            settled(When::Local(date.to_datetime(time)))
        }
        9 | 10 => settled(When::Instant(number)),
        13 => settled(When::Instant(number.div_euclid(1_000))),
        16 => settled(When::Instant(number.div_euclid(1_000_000))),
        19 => settled(When::Instant(number.div_euclid(1_000_000_000))),
        _ => None,
    }
}

fn date(year: i64, month: i64, day: i64) -> Option<civil::Date> {
    if !(1970..=2199).contains(&year) {
        return None;
    }
    civil::Date::new(year as i16, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn full_year(year: u32, digits: usize) -> i64 {
    if digits == 2 { i64::from(if year < 70 { 2000 + year } else { 1900 + year }) } else { i64::from(year) }
}

enum Offset {
    Unsaid,
    /// Seconds east of UTC.
    East(Seconds),
}

struct Scan<'a> {
    text: &'a str,
    pos: usize,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.pos..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn number(&mut self) -> Option<(u32, usize)> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || digits > 9 {
            return None;
        }
        let value = self.rest()[..digits].parse().ok()?;
        self.pos += digits;
        Some((value, digits))
    }

    fn skip(&mut self, chars: &[char]) -> bool {
        let before = self.pos;
        while let Some(c) = self.peek() {
            if !chars.contains(&c) {
                break;
            }
            self.pos += c.len_utf8();
        }
        self.pos > before
    }

    fn word(&mut self) -> String {
        let word: String = self.rest().chars().take_while(|c| c.is_alphabetic()).collect();
        self.pos += word.len();
        word.to_lowercase()
    }

    fn date(&mut self, order: DateOrder) -> Option<(civil::Date, Option<(u32, u32)>)> {
        const GAPS: &[char] = &[' ', ',', '-', '.', '/', '\u{a0}'];
        if self.peek()?.is_alphabetic() {
            let mut word = self.word();
            self.skip(GAPS);
            if month(&word).is_none() && self.peek()?.is_alphabetic() {
                word = self.word();
                self.skip(GAPS);
            }
            if let Some(month) = month(&word) {
                let (day, _) = self.number()?;
                self.ordinal();
                self.skip(GAPS);
                let (year, digits) = self.number()?;
                return Some((date(full_year(year, digits), month, i64::from(day))?, None));
            }
        }
        let (a, a_digits) = self.number()?;
        if a_digits == 8 {
            let a = i64::from(a);
            return Some((date(a / 10_000, a / 100 % 100, a % 100)?, None));
        }
        self.ordinal();
        let separator = self.peek()?;
        if !self.skip(GAPS) {
            return None;
        }
        if self.peek()?.is_alphabetic() {
            let mut word = self.word();
            if word == "de" {
                self.skip(GAPS);
                word = self.word();
            }
            self.skip(GAPS);
            if self.rest().starts_with("de ") {
                self.pos += 3;
            }
            let (year, digits) = self.number()?;
            return Some((date(full_year(year, digits), month(&word)?, i64::from(a))?, None));
        }
        let (b, _) = self.number()?;
        if !self.skip(&['-', '.', '/', ' ']) {
            return None;
        }
        let (c, c_digits) = self.number()?;
        if a_digits == 4 {
            return Some((date(i64::from(a), i64::from(b), i64::from(c))?, None));
        }
        if !matches!(c_digits, 2 | 4) || a_digits > 2 {
            return None;
        }
        let year = full_year(c, c_digits);
        if separator == '.' {
            return Some((date(year, i64::from(b), i64::from(a))?, None));
        }
        let (day, month) = match order {
            DateOrder::DayFirst => (a, b),
            DateOrder::MonthFirst => (b, a),
        };
        Some((date(year, i64::from(month), i64::from(day))?, Some((a, b))))
    }

    fn ordinal(&mut self) {
        for suffix in ["st", "nd", "rd", "th", "er", "º"] {
            if self.rest().starts_with(suffix) {
                self.pos += suffix.len();
                return;
            }
        }
    }

    fn time(&mut self) -> Option<civil::Time> {
        self.skip(&[' ', ',', 'T', 't', '\u{a0}', '\u{202f}', '-']);
        if self.rest().starts_with("at ") {
            self.pos += 3;
        }
        if !self.peek().is_some_and(|c| c.is_ascii_digit()) {
            return Some(civil::Time::midnight());
        }
        let (mut hour, _) = self.number()?;
        if !self.skip(&[':', 'h']) {
            return None;
        }
        let (minute, _) = self.number()?;
        let mut second = 0;
        if self.skip(&[':']) {
            second = self.number()?.0.min(59);
            if self.skip(&['.', ',']) {
                let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
                self.pos += digits;
            }
        }
        let at = self.pos;
        self.skip(&[' ', '\u{a0}', '\u{202f}']);
        let half = self.word();
        match half.as_str() {
            "am" | "a" => hour %= 12,
            "pm" | "p" => hour = hour % 12 + 12,
            _ => self.pos = at,
        }
        civil::Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0)
            .ok()
    }

    /// `None` when the rest of the cell makes no sense.
    fn offset(&mut self) -> Option<Offset> {
        self.skip(&[' ', '\u{a0}', '\u{202f}']);
        let rest = self.rest();
        if rest.is_empty() {
            return Some(Offset::Unsaid);
        }
        if matches!(rest, "Z" | "z" | "UTC" | "GMT") {
            return Some(Offset::East(0));
        }
        let rest = rest.strip_prefix("GMT").or_else(|| rest.strip_prefix("UTC")).unwrap_or(rest);
        let sign = match rest.chars().next()? {
            '+' => 1,
            '-' | '\u{2212}' => -1,
            _ => return None,
        };
        let digits: String = rest.chars().skip(1).filter(char::is_ascii_digit).take(6).collect();
        let value: i64 = digits.parse().ok()?;
        let (hours, minutes) = if digits.len() > 2 { (value / 100, value % 100) } else { (value, 0) };
        (hours <= 15 && minutes < 60).then_some(Offset::East(sign * (hours * 3_600 + minutes * 60)))
    }
}

/// Month names of the exports' languages, by their first letters.
fn month(word: &str) -> Option<i64> {
    const STARTS: &[(&str, i64)] = &[
        ("jan", 1),
        ("ene", 1),
        ("gen", 1),
        ("fev", 2),
        ("fév", 2),
        ("feb", 2),
        ("mar", 3),
        ("mär", 3),
        ("mrz", 3),
        ("maa", 3),
        ("mrt", 3),
        ("apr", 4),
        ("avr", 4),
        ("abr", 4),
        ("may", 5),
        ("mai", 5),
        ("maj", 5),
        ("mei", 5),
        ("mag", 5),
        ("juin", 6),
        ("jun", 6),
        ("giu", 6),
        ("juil", 7),
        ("jul", 7),
        ("lug", 7),
        ("aug", 8),
        ("aoû", 8),
        ("aou", 8),
        ("ago", 8),
        ("sep", 9),
        ("set", 9),
        ("oct", 10),
        ("okt", 10),
        ("out", 10),
        ("ott", 10),
        ("nov", 11),
        ("dec", 12),
        ("dez", 12),
        ("déc", 12),
        ("dic", 12),
        ("des", 12),
    ];
    STARTS.iter().find(|(start, _)| word.starts_with(start)).map(|(_, month)| *month)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::time::rfc3339;

    fn at(cell: &str, order: DateOrder) -> String {
        Clock::new(TimeZoneName::default()).read(cell, order).map_or_else(|| "none".to_owned(), rfc3339)
    }

    #[test]
    fn times_are_read_in_every_spelling() {
        use DateOrder::{DayFirst as D, MonthFirst as M};
        for (cell, order, want) in [
            ("2021-11-17 00:44:23 -0500", D, "2021-11-17T05:44:23Z"),
            ("2021-11-17T00:44:23+01:00", D, "2021-11-16T23:44:23Z"),
            ("2022-12-22 13:25:47.779000+00:00", D, "2022-12-22T13:25:47Z"),
            ("2022-11-20 11:53:06.352000 UTC", D, "2022-11-20T11:53:06Z"),
            ("2010-12-01 08:26:00", D, "2010-12-01T08:26:00Z"),
            ("2024-03-01", D, "2024-03-01T00:00:00Z"),
            ("2024-02-29T23:59:58Z", D, "2024-02-29T23:59:58Z"),
            ("1970-01-01 00:00:00", D, "1970-01-01T00:00:00Z"),
            ("2199-12-31 00:00:00", D, "2199-12-31T00:00:00Z"),
            ("2023-02-29 10:00:00", D, "none"),
            ("2015-10-25 3:34:20", D, "2015-10-25T03:34:20Z"),
            ("20210406", D, "2021-04-06T00:00:00Z"),
            ("1617691790431476", D, "2021-04-06T06:49:50Z"),
            ("1617691790", D, "2021-04-06T06:49:50Z"),
            ("6/27/24, 9:14\u{202f}AM", M, "2024-06-27T09:14:00Z"),
            ("27.06.24, 09:14", M, "2024-06-27T09:14:00Z"),
            ("26/04/2014", D, "2014-04-26T00:00:00Z"),
            ("26/04/2014", M, "none"),
            ("7/25/2018 21:06", M, "2018-07-25T21:06:00Z"),
            ("Jun 27, 2024 09:14:00 PM", D, "2024-06-27T21:14:00Z"),
            ("Dec 11, 2024", D, "2024-12-11T00:00:00Z"),
            ("27 juin 2024", D, "2024-06-27T00:00:00Z"),
            ("Thu, 27 Jun 2024 09:14:00 GMT", D, "2024-06-27T09:14:00Z"),
            ("14 de março de 2024", D, "2024-03-14T00:00:00Z"),
            ("12/11/2024 12:00 AM", D, "2024-11-12T00:00:00Z"),
            ("hello", D, "none"),
            ("2024-13-01", D, "none"),
            ("12.50", D, "none"),
        ] {
            assert_eq!(at(cell, order), want, "{cell}");
        }
    }

    #[test]
    fn only_small_numbers_leave_the_date_order_open() {
        assert_eq!(order_evidence("03/04/2025"), OrderEvidence::Ambiguous);
        assert_eq!(order_evidence("04/04/2025"), OrderEvidence::Settled);
        assert_eq!(order_evidence("13/04/2025"), OrderEvidence::DayFirst);
        assert_eq!(order_evidence("04/13/2025"), OrderEvidence::MonthFirst);
        assert_eq!(order_evidence("2025-04-03"), OrderEvidence::Settled);
        assert_eq!(order_evidence("blue"), OrderEvidence::NoDate);
    }
}
