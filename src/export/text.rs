//! Escaping. What looks harmless here is what breaks other people's importers.

/// A key of letters, digits, `-` and `_` for any id, different for different ids: everything else becomes `_` and two
/// hexadecimal digits per byte.
pub(super) fn slug(id: &str) -> String {
    id.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => char::from(byte).to_string(),
            _ => format!("_{byte:02x}"),
        })
        .collect()
}

/// A cell that no spreadsheet takes for a formula: one that starts like one gets an apostrophe, numbers stay.
pub(super) fn cell(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let number = text.parse::<f64>().is_ok();
    if risky && !number { format!("'{text}") } else { text.to_owned() }
}

/// A CSV file with a header; cells are neutralised and quoted where needed.
pub(super) fn csv<R, C>(header: &[&str], rows: R) -> Vec<u8>
where
    R: IntoIterator<Item = C>,
    C: IntoIterator<Item = String>,
{
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let mut written = writer.write_record(header);
    for row in rows {
        written = written.and_then(|()| writer.write_record(row.into_iter().map(|text| cell(&text))));
    }
    written.expect("writing to memory");
    writer.into_inner().expect("writing to memory")
}

/// For element content and quoted attributes, of HTML and XML alike.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML 1.0 has no other control characters.
            control if control < ' ' && !matches!(control, '\t' | '\n' | '\r') => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

/// `1190.00` of minor units.
pub(super) fn amount(minor: i64, minor_per_major: i64) -> String {
    let digits = minor_per_major.ilog10() as usize;
    if digits == 0 {
        return minor.to_string();
    }
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, rest) = (minor.abs() / minor_per_major, minor.abs() % minor_per_major);
    format!("{sign}{whole}.{rest:0digits$}")
}

/// Standard base64 with padding (RFC 4648).
pub(super) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().enumerate().fold(0_u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for place in 0..4 {
            if place <= chunk.len() {
                out.push(char::from(LETTERS[(bits >> (18 - 6 * place) & 63) as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_safe_and_never_collide() {
        let ids = ["a", "a_", "a/", "a_2f", "ä", "😀", "A", "a b", ""];
        let slugs: std::collections::BTreeSet<String> = ids.iter().map(|id| slug(id)).collect();
        assert_eq!(slugs.len(), ids.len());
        assert!(
            slugs
                .iter()
                .all(|slug| { slug.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) })
        );
    }

    #[test]
    fn formulas_are_neutralised_and_numbers_are_not() {
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(cell("-3"), "-3");
        assert_eq!(cell("-x"), "'-x");
        assert_eq!(cell("lamp"), "lamp");
    }

    #[test]
    fn base64_matches_the_vectors_of_rfc_4648() {
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn amounts_follow_the_currency() {
        assert_eq!(amount(119_000, 100), "1190.00");
        assert_eq!(amount(-5, 100), "-0.05");
        assert_eq!(amount(500, 1), "500");
    }
}
