//! Cells to values: money, numbers, flags, lists; times have a room of their own. What is ambiguous in one cell is
//! decided by its whole column (`survey`) and handed in.

use serde::{Deserialize, Serialize};

use crate::shop::Minor;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// `1,234.50`
    #[default]
    Dot,
    /// `1.234,50`
    Comma,
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

/// The largest amount, in minor units, and the largest count: ten trillion of most currencies. What is written larger is
/// a slip or an id, and sums of these can never overflow.
const LARGEST: i64 = 1_000_000_000_000_000;

/// A decimal number scaled by `10^exponent`, rounded half away from zero. Currency signs, codes, blanks, thousands
/// separators, brackets for negatives and a trailing minus are understood. `None` when it is no number, or one beyond [`LARGEST`].
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
    (value <= LARGEST).then_some(if negative { -value } else { value })
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
    (scaled.abs() <= LARGEST as f64).then_some(scaled as i64)
}

/// An amount in minor units of a currency with `exponent` decimals.
pub(super) fn money(cell: &str, mark: DecimalMark, exponent: u32) -> Option<Minor> {
    scaled(cell, mark, exponent)
}

/// The currency that an amount names beyond doubt, by its sign or its code. `$` and `¥` are several currencies'.
pub(super) fn currency_in(cell: &str) -> Option<&'static str> {
    const SIGNS: &[(&str, &str)] = &[
        ("€", "EUR"),
        ("£", "GBP"),
        ("US$", "USD"),
        ("R$", "BRL"),
        ("zł", "PLN"),
        ("Kč", "CZK"),
        ("₹", "INR"),
        ("₺", "TRY"),
        ("₽", "RUB"),
        ("₴", "UAH"),
        ("₩", "KRW"),
        ("₪", "ILS"),
        ("฿", "THB"),
        ("₫", "VND"),
        ("EUR", "EUR"),
        ("USD", "USD"),
        ("GBP", "GBP"),
        ("CHF", "CHF"),
        ("CAD", "CAD"),
        ("AUD", "AUD"),
        ("NZD", "NZD"),
        ("PLN", "PLN"),
        ("CZK", "CZK"),
        ("SEK", "SEK"),
        ("NOK", "NOK"),
        ("DKK", "DKK"),
        ("HUF", "HUF"),
        ("RON", "RON"),
        ("BRL", "BRL"),
        ("MXN", "MXN"),
        ("INR", "INR"),
        ("JPY", "JPY"),
    ];
    let plain = cell.bytes().all(|byte| byte.is_ascii_digit() || b".,- ".contains(&byte));
    if plain {
        return None;
    }
    SIGNS.iter().find(|(sign, _)| cell.contains(sign)).map(|(_, code)| *code)
}

/// A percentage, given in hundredths of a percent, of an amount.
pub(super) fn percentage(amount: Minor, hundredths: i64) -> Minor {
    let share = i128::from(amount) * i128::from(hundredths) / 10_000;
    Minor::try_from(share).unwrap_or(amount)
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

/// `egrave` is è: a letter and the name of its accent.
fn accented(name: &str) -> Option<char> {
    use unicode_normalization::char::compose;
    if name == "szlig" {
        return Some('ß');
    }
    let letter = name.chars().next().filter(char::is_ascii_alphabetic)?;
    let mark = match &name[1..] {
        "grave" => '\u{300}',
        "acute" => '\u{301}',
        "circ" => '\u{302}',
        "tilde" => '\u{303}',
        "uml" => '\u{308}',
        "ring" => '\u{30a}',
        "cedil" => '\u{327}',
        _ => return None,
    };
    compose(letter, mark)
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
        "deg" => '°',
        _ => {
            if let Some(letter) = accented(name) {
                return Some(letter);
            }
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

    #[test]
    fn what_no_shop_can_earn_is_no_amount() {
        assert_eq!(money("10000000000000.00", DecimalMark::Dot, 2), Some(LARGEST));
        assert_eq!(money("-10000000000000.00", DecimalMark::Dot, 2), Some(-LARGEST));
        assert_eq!(money("10000000000000.01", DecimalMark::Dot, 2), None);
        assert_eq!(money("9e15", DecimalMark::Dot, 2), None);
        assert_eq!(count("9223372036854775807", DecimalMark::Dot), None);
        assert_eq!(percentage(1_999, 2_500), 499);
        assert_eq!(percentage(LARGEST, LARGEST), LARGEST, "a cut that is no cut leaves nothing to take off");
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
    fn an_amount_names_its_currency_only_where_there_is_one() {
        assert_eq!(currency_in("61,80\u{a0}€"), Some("EUR"));
        assert_eq!(currency_in("1159 CZK"), Some("CZK"));
        assert_eq!((currency_in("$61.80"), currency_in("61.80"), currency_in("")), (None, None, None));
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
