//! Header cells to meanings.

use std::collections::HashMap;

use super::meaning::Meaning;
use super::row::Row;
use super::times::DateOrder;
use super::value::DecimalMark;
use crate::shop::hash::fnv1a64;

/// The columns of one file, bound to meanings, with what was decided about their cells.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub headers: Vec<String>,
    pub bound: Vec<Column>,
    /// Column index of each meaning's first column.
    first: Vec<Option<u32>>,
    pub formats: Vec<CellFormat>,
    pub secret: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub idx: usize,
    pub meaning: Meaning,
    /// The number inside the header: 2 for `Option2 Name`; 0 without one.
    pub n: u32,
    /// The variable part of the header: a location, a currency, an attribute's name.
    pub label: String,
}

/// How the cells of one column are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CellFormat {
    pub mark: DecimalMark,
    pub order: DateOrder,
}

/// (header pattern, meaning). Patterns are compared after [`normal`]; `#` stands for a number, `*` for anything, and a
/// second `*` at the end for whatever follows.
pub(super) type Aliases = &'static [(&'static str, Meaning)];

impl Columns {
    pub(super) fn bind(headers: &[String], index: &AliasIndex) -> Self {
        let bound = headers.iter().enumerate().filter_map(|(idx, header)| index.find(idx, header)).collect();
        Self::new(headers, bound)
    }

    pub(super) fn new(headers: &[String], mut bound: Vec<Column>) -> Self {
        for (idx, header) in headers.iter().enumerate() {
            if is_secret(header) {
                bound.retain(|column| column.idx != idx);
                bound.push(Column { idx, meaning: Meaning::Secret, n: 0, label: String::new() });
            }
        }
        bound.sort_by_key(|column| column.idx);
        let mut first = vec![None; Meaning::ALL.len()];
        for column in &bound {
            let slot = &mut first[column.meaning.idx()];
            *slot = slot.or(Some(column.idx as u32));
        }
        let secret = bound
            .iter()
            .filter(|column| column.meaning == Meaning::Secret)
            .map(|column| column.idx)
            .collect();
        Self {
            headers: headers.to_vec(),
            bound,
            first,
            formats: vec![CellFormat::default(); headers.len()],
            secret,
        }
    }

    pub(super) fn has(&self, meaning: Meaning) -> bool {
        self.idx(meaning).is_some()
    }

    pub(super) fn idx(&self, meaning: Meaning) -> Option<usize> {
        self.first.get(meaning.idx()).copied().flatten().map(|idx| idx as usize)
    }

    /// The trimmed cell of the meaning's first column, or empty.
    pub(super) fn cell<'r>(&self, row: &'r Row, meaning: Meaning) -> &'r str {
        self.idx(meaning).map_or("", |idx| row.get(idx))
    }

    /// Every column with this meaning, in file order.
    pub(super) fn all(&self, meaning: Meaning) -> impl Iterator<Item = &Column> {
        self.bound.iter().filter(move |column| column.meaning == meaning)
    }

    pub(super) fn format(&self, idx: usize) -> CellFormat {
        self.formats.get(idx).copied().unwrap_or_default()
    }

    /// Headers nothing was understood of.
    pub(super) fn unmatched(&self) -> Vec<String> {
        let mut known = vec![false; self.headers.len()];
        for column in &self.bound {
            known[column.idx] = true;
        }
        self.headers
            .iter()
            .zip(known)
            .filter(|(header, known)| !known && !header.trim().is_empty())
            .map(|(h, _)| h.clone())
            .collect()
    }
}

/// Alias patterns, looked up by hash where they have no `*`.
pub(super) struct AliasIndex {
    exact: HashMap<String, Meaning>,
    open: Vec<(String, Meaning)>,
}

impl AliasIndex {
    pub(super) fn of<'a>(aliases: impl Iterator<Item = &'a (&'static str, Meaning)>) -> Self {
        let mut exact = HashMap::new();
        let mut open = Vec::new();
        for (pattern, meaning) in aliases {
            let pattern = tidy(pattern).to_lowercase();
            if pattern.contains('*') {
                open.push((pattern, *meaning));
            } else {
                exact.entry(pattern).or_insert(*meaning);
            }
        }
        Self { exact, open }
    }

    pub(super) fn find(&self, idx: usize, header: &str) -> Option<Column> {
        let name = normal(header);
        if name.is_empty() {
            return None;
        }
        if let Some(meaning) = self.exact.get(&name) {
            return Some(Column { idx, meaning: *meaning, n: 0, label: String::new() });
        }
        let (numbered, n) = numbered(&name);
        if let Some(n) = n
            && let Some(meaning) = self.exact.get(&numbered)
        {
            return Some(Column { idx, meaning: *meaning, n, label: String::new() });
        }
        let tidy = tidy(header);
        self.open.iter().find_map(|(pattern, meaning)| {
            let label = star(pattern, &name, &tidy)?;
            Some(Column { idx, meaning: *meaning, n: n.unwrap_or(0), label })
        })
    }
}

/// What `*` stands for in `name`, taken from the header as written.
fn star(pattern: &str, name: &str, tidy: &str) -> Option<String> {
    let (before, after) = pattern.split_once('*')?;
    let rest = name.strip_prefix(before)?;
    let middle = match after.strip_suffix('*') {
        Some(after) => &rest[..rest.find(after)?],
        None => rest.strip_suffix(after)?,
    };
    if middle.is_empty() {
        return None;
    }
    let skip = before.chars().count();
    let label: String = tidy.chars().skip(skip).take(middle.chars().count()).collect();
    Some(label.trim().to_owned())
}

/// `option2 name` → `option# name`, 2. Only the first number is replaced.
fn numbered(name: &str) -> (String, Option<u32>) {
    let Some(from) = name.find(|c: char| c.is_ascii_digit()) else {
        return (name.to_owned(), None);
    };
    let digits = name[from..].bytes().take_while(u8::is_ascii_digit).count();
    let n = name[from..from + digits].parse().ok();
    (format!("{}#{}", &name[..from], &name[from + digits..]), n)
}

fn tidy(header: &str) -> String {
    let header = header.trim_start_matches('\u{feff}').trim();
    let header = header.strip_prefix("g:").unwrap_or(header);
    let mut out = String::with_capacity(header.len());
    for c in header.chars() {
        let c = if matches!(c, '_' | '-' | '\u{a0}' | '\t' | '\n' | '\r') { ' ' } else { c };
        if matches!(c, '?' | '"') || c == ' ' && (out.ends_with(' ') || out.is_empty()) {
            continue;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out
}

/// A header as patterns compare it: lower case, `_` and `-` as blanks, without `?`, quotes and required-field stars.
pub(super) fn normal(header: &str) -> String {
    let name = tidy(header).to_lowercase();
    match name.strip_suffix('*') {
        Some(name) => name.trim_end().to_owned(),
        None => name,
    }
}

/// Passwords, tokens, card and bank data are recognised in any file and never read.
fn is_secret(header: &str) -> bool {
    const PARTS: &[&str] = &[
        "password",
        "passwd",
        "passwort",
        "mot de passe",
        "contraseña",
        "rp token",
        "password hash",
        "api key",
        "secret",
        "card number",
        "pan suffix",
        "cvv",
        "cvc",
        "iban",
        "credit card",
        "card brand",
        "access token",
        "ssn",
        "social security",
        "tax id number",
        "passport",
    ];
    let name = normal(header);
    PARTS.iter().any(|part| name.contains(part)) && !name.contains("passwordless")
}

/// The same for the same set of columns, whatever their order: remembers mappings.
pub fn header_signature(headers: &[String]) -> String {
    let mut names: Vec<String> =
        headers.iter().map(|header| normal(header)).filter(|name| !name.is_empty()).collect();
    names.sort();
    names.dedup();
    format!("{:016x}", fnv1a64(names.join("\u{1f}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALIASES: Aliases = &[
        ("variant price", Meaning::Price),
        ("option# name", Meaning::OptionName),
        ("price / *", Meaning::Attribute),
        ("* (product.metafields.*", Meaning::Attribute),
    ];

    fn headers(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn headers_match_whatever_their_case_order_and_padding() {
        let columns = Columns::bind(
            &headers(&["\u{feff}Option2 Name", "  VARIANT_Price ", "Price / European Union"]),
            &AliasIndex::of(ALIASES.iter()),
        );
        assert_eq!(columns.idx(Meaning::Price), Some(1));
        assert_eq!(columns.bound[0].n, 2);
        assert_eq!(columns.bound[2].label, "European Union");
    }

    #[test]
    fn secrets_are_never_bound_to_anything_else() {
        let columns = Columns::bind(
            &headers(&["Password *", "password_hash", "PAN Suffix", "Variant Price"]),
            &AliasIndex::of(ALIASES.iter()),
        );
        assert_eq!(columns.secret, [0, 1, 2]);
    }

    #[test]
    fn a_signature_ignores_order_and_case() {
        assert_eq!(header_signature(&headers(&["A b", "c"])), header_signature(&headers(&["C", "a_B"])));
        assert_ne!(header_signature(&headers(&["a"])), header_signature(&headers(&["b"])));
    }
}
