//! Cells to values: money, numbers, times, flags, lists. What is ambiguous in one cell is decided by its whole column
//! (`survey`) and handed in.

use jiff::civil;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::shop::{Minor, Seconds, TimeZoneName};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// `1,234.50`
    #[default]
    Dot,
    /// `1.234,50`
    Comma,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// `31/12/2025`, `31.12.2025`
    #[default]
    DayFirst,
    /// `12/31/2025`
    MonthFirst,
}

/// What a number cell says about the decimal mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MarkEvidence {
    Dot,
    Comma,
    /// `1.234` or `1,234`: a thousand and some, or one and some.
    Ambiguous,
    None,
}

pub(super) fn mark_evidence(cell: &str) -> MarkEvidence {
    let (mut last, mut n_dots, mut n_commas, mut digits_after, mut digits_before) = (None, 0, 0, 0, 0);
    let mut leading_zero = false;
    for byte in cell.bytes() {
        match byte {
            b'.' | b',' => {
                if byte == b'.' {
                    n_dots += 1;
                } else {
                    n_commas += 1;
                }
                last = Some(byte);
                digits_after = 0;
            }
            b'0'..=b'9' => {
                if last.is_some() {
                    digits_after += 1;
                } else {
                    leading_zero = digits_before == 0 && byte == b'0';
                    digits_before += 1;
                }
            }
            _ => {}
        }
    }
    let is = |byte: u8| {
        if byte == b'.' { MarkEvidence::Dot } else { MarkEvidence::Comma }
    };
    match (last, n_dots, n_commas) {
        (None, ..) => MarkEvidence::None,
        (Some(mark), 1.., 1..) => is(mark),
        (Some(mark), 0, 1) | (Some(mark), 1, 0) => {
            if digits_after == 3 && (1..=3).contains(&digits_before) && !(leading_zero && digits_before == 1)
            {
                MarkEvidence::Ambiguous
            } else if digits_after == 0 && digits_before == 0 {
                MarkEvidence::None
            } else {
                is(mark)
            }
        }
        (Some(b'.'), ..) => MarkEvidence::Comma,
        (Some(_), ..) => MarkEvidence::Dot,
    }
}

/// A decimal number scaled by `10^exponent`, rounded half away from zero. Currency signs, codes, blanks, thousands
/// separators, brackets for negatives and a trailing minus are understood. `None` when it is no number.
pub(super) fn scaled(cell: &str, mark: DecimalMark, exponent: u32) -> Option<i64> {
    let (point, group) = match mark {
        DecimalMark::Dot => ('.', ','),
        DecimalMark::Comma => (',', '.'),
    };
    let mut negative = false;
    let mut value: i64 = 0;
    let mut decimals: Option<u32> = None;
    let mut round_up = false;
    let mut n_digits = 0_u32;
    let mut letters = 0_u32;
    let mut previous = ' ';
    for (at, c) in cell.char_indices() {
        match c {
            '0'..='9' => {
                let digit = i64::from(c as u8 - b'0');
                n_digits += 1;
                match &mut decimals {
                    None => value = value.checked_mul(10)?.checked_add(digit)?,
                    Some(n) if *n < exponent => {
                        value = value.checked_mul(10)?.checked_add(digit)?;
                        *n += 1;
                    }
                    Some(n) => {
                        if *n == exponent {
                            round_up = digit >= 5;
                        }
                        *n += 1;
                    }
                }
            }
            'e' | 'E' if previous.is_ascii_digit() && is_exponent(&cell[at + 1..]) => {
                return scientific(cell, mark, exponent);
            }
            c if c == point && decimals.is_none() && (n_digits > 0 || next_is_digit(cell, at)) => {
                decimals = Some(0);
            }
            c if c == point && decimals.is_some() => return None,
            c if c == group || matches!(c, '\'' | '\u{2019}' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}') => {}
            '-' | '\u{2212}' | '(' => negative = true,
            ')' | '+' | '*' | '"' | '.' | ',' => {}
            '%' | '/' | ':' | '=' | '<' | '>' | '_' | '#' | '@' => return None,
            c if c.is_alphabetic() => {
                letters += 1;
                if letters > 5 {
                    return None;
                }
            }
            c if c.is_control() => return None,
            _ => {}
        }
        previous = c;
    }
    if n_digits == 0 {
        return None;
    }
    for _ in decimals.unwrap_or(0).min(exponent)..exponent {
        value = value.checked_mul(10)?;
    }
    value = value.checked_add(i64::from(round_up))?;
    Some(if negative { -value } else { value })
}

fn next_is_digit(cell: &str, at: usize) -> bool {
    cell.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit)
}

fn is_exponent(rest: &str) -> bool {
    let digits = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn scientific(cell: &str, mark: DecimalMark, exponent: u32) -> Option<i64> {
    let plain = if mark == DecimalMark::Comma { cell.replace(',', ".") } else { cell.to_owned() };
    let value: f64 = plain.trim().parse().ok()?;
    let scaled = (value * 10_f64.powi(exponent as i32)).round();
    (scaled.is_finite() && scaled.abs() < 9.0e18).then_some(scaled as i64)
}

/// An amount in minor units of a currency with `exponent` decimals.
pub(super) fn money(cell: &str, mark: DecimalMark, exponent: u32) -> Option<Minor> {
    scaled(cell, mark, exponent)
}

/// A count; decimals such as `3.0` or `100.0000` are rounded.
pub(super) fn count(cell: &str, mark: DecimalMark) -> Option<i64> {
    scaled(cell, mark, 0)
}

/// The spellings of yes and no in the exports' languages.
pub(super) fn flag(cell: &str) -> Option<bool> {
    let mut lower = [0_u8; 12];
    let cell = cell.trim();
    let bytes = cell.as_bytes();
    if bytes.len() > lower.len() {
        return None;
    }
    lower[..bytes.len()].copy_from_slice(bytes);
    lower.make_ascii_lowercase();
    match &lower[..bytes.len()] {
        b"true" | b"1" | b"yes" | b"y" | b"t" | b"x" | b"on" | b"ja" | b"oui" | b"si" | b"s\xc3\xad"
        | b"wahr" | b"vrai" | b"sim" | b"visible" | b"active" | b"enabled" | b"published" | b"subscribed"
        | b"given" | b"1.0" | b"tak" => Some(true),
        b"false" | b"0" | b"no" | b"n" | b"f" | b"off" | b"nein" | b"non" | b"falsch" | b"faux"
        | b"hidden" | b"draft" | b"disabled" | b"inactive" | b"unsubscribed" | b"refused" | b"0.0"
        | b"-1" | b"nie" | b"nee" | b"n\xc3\xa3o" => Some(false),
        _ => None,
    }
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
        match parse_time(cell, order)?.when {
            When::Instant(at) => Some(at),
            When::Local(local) => Some(self.instant(local)),
        }
    }
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

/// Undoes HTML entities that exports leave in titles and option values.
pub(super) fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = rest
            .char_indices()
            .take(12)
            .find(|(_, c)| *c == ';')
            .and_then(|(end, _)| entity(&rest[1..end]).map(|c| (c, end)));
        if let Some((c, end)) = known {
            out.push(c);
            rest = &rest[end + 1..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "lt" => '<',
        "gt" => '>',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "times" => '×',
        "hellip" => '…',
        "rsquo" => '\u{2019}',
        "lsquo" => '\u{2018}',
        "rdquo" => '\u{201d}',
        "ldquo" => '\u{201c}',
        "euro" => '€',
        "pound" => '£',
        "eacute" => 'é',
        "deg" => '°',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control())?
        }
    })
}

/// Takes away the apostrophe that spreadsheets put before text that looks like a formula or a number, on both sides
/// where both are there.
pub(super) fn unguard(cell: &str) -> &str {
    let Some(rest) = cell.strip_prefix('\'') else {
        return cell;
    };
    if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) || rest.starts_with(|c: char| c.is_ascii_digit()) {
        rest.strip_suffix('\'').unwrap_or(rest)
    } else {
        cell
    }
}

/// An id as text: `17850.0` is `17850`, and guards are gone.
pub(super) fn id(cell: &str) -> &str {
    let cell = unguard(cell.trim());
    match cell.strip_suffix(".0") {
        Some(whole) if !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit()) => whole,
        _ => cell,
    }
}

/// The last part of `gid://shopify/Product/123?x`, or the id itself.
pub(super) fn gid(id: &str) -> &str {
    if !id.starts_with("gid://") {
        return id;
    }
    let id = id.split('?').next().unwrap_or(id);
    id.rsplit('/').next().unwrap_or(id)
}

/// `None` for blank text and for the spellings of nothing.
pub(super) fn present(cell: &str) -> Option<&str> {
    let cell = cell.trim();
    (!cell.is_empty()
        && !matches!(
            cell,
            "(not set)" | "NULL" | "null" | "\\N" | "N/A" | "nan" | "NaN" | "__EMPTY__VALUE__"
        ))
    .then_some(cell)
}

pub(super) fn text(cell: &str) -> Option<String> {
    present(cell).map(str::to_owned)
}

/// Splits on an unescaped separator and undoes `\` before it; blank parts go.
pub(super) fn list(cell: &str, separator: char) -> Vec<String> {
    let mut out = Vec::new();
    let mut part = String::new();
    let mut chars = cell.chars().peekable();
    let mut push = |part: &mut String| {
        let trimmed = part.trim();
        if !trimmed.is_empty() {
            out.push(trimmed.to_owned());
        }
        part.clear();
    };
    while let Some(c) = chars.next() {
        if c == '\\' && chars.peek() == Some(&separator) {
            part.push(separator);
            chars.next();
        } else if c == separator {
            push(&mut part);
        } else {
            part.push(c);
        }
    }
    push(&mut part);
    out
}

/// The outermost-first parts of a path such as `Home > Lighting`.
pub(super) fn path(cell: &str, separator: &str) -> Vec<String> {
    cell.split(separator).map(str::trim).filter(|part| !part.is_empty()).map(unescape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::time::rfc3339;

    fn at(cell: &str, order: DateOrder) -> String {
        Clock::new(TimeZoneName::default()).read(cell, order).map_or_else(|| "none".to_owned(), rfc3339)
    }

    #[test]
    fn amounts_are_read_in_every_spelling() {
        for (cell, mark, want) in [
            ("12", DecimalMark::Dot, Some(1_200)),
            ("1,234.50", DecimalMark::Dot, Some(123_450)),
            ("1.234,50", DecimalMark::Comma, Some(123_450)),
            ("61,80\u{a0}€", DecimalMark::Comma, Some(6_180)),
            ("1 234,5", DecimalMark::Comma, Some(123_450)),
            ("1'234.05", DecimalMark::Dot, Some(123_405)),
            ("$90,000 ", DecimalMark::Dot, Some(9_000_000)),
            ("($12.00)", DecimalMark::Dot, Some(-1_200)),
            ("-$12.005", DecimalMark::Dot, Some(-1_201)),
            ("52.000000", DecimalMark::Dot, Some(5_200)),
            ("0.004999", DecimalMark::Dot, Some(0)),
            (".5", DecimalMark::Dot, Some(50)),
            ("15.00 USD", DecimalMark::Dot, Some(1_500)),
            ("Fr. 5.00", DecimalMark::Dot, Some(500)),
            ("1.2E+3", DecimalMark::Dot, Some(120_000)),
            ("99999999999999999999", DecimalMark::Dot, None),
            ("12.50.3", DecimalMark::Dot, None),
            ("variable", DecimalMark::Dot, None),
            ("", DecimalMark::Dot, None),
            ("12/05/2020", DecimalMark::Dot, None),
        ] {
            assert_eq!(money(cell, mark, 2), want, "{cell}");
        }
    }

    #[test]
    fn a_cell_says_what_it_knows_of_the_decimal_mark() {
        for (cell, want) in [
            ("12.5", MarkEvidence::Dot),
            ("12,50", MarkEvidence::Comma),
            ("1.234", MarkEvidence::Ambiguous),
            ("1,234", MarkEvidence::Ambiguous),
            ("0.125", MarkEvidence::Dot),
            ("1.234.567", MarkEvidence::Comma),
            ("1,234.5", MarkEvidence::Dot),
            ("1234", MarkEvidence::None),
        ] {
            assert_eq!(mark_evidence(cell), want, "{cell}");
        }
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

    #[test]
    fn guards_entities_and_lists_are_undone() {
        assert_eq!(unguard("'560001"), "560001");
        assert_eq!(unguard("'-3'"), "-3");
        assert_eq!(unguard("'round the clock"), "'round the clock");
        assert_eq!(id("17850.0"), "17850");
        assert_eq!(gid("gid://shopify/Product/42?x=1"), "42");
        assert_eq!(unescape("5&#039; 9&quot; &amp; &unknown; & more"), "5' 9\" & &unknown; & more");
        assert_eq!(list("a\\, b, c,,", ','), ["a, b", "c"]);
        assert_eq!(path("Home > Lighting", ">"), ["Home", "Lighting"]);
    }
}
