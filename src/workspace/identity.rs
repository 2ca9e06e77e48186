//! Who a row is about, without keeping who that is: keyed hashes of e-mail addresses and phone numbers, and sealing for
//! raw rows that may name people.

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::shop::hash::{fnv1a64, splitmix64};

type HmacSha256 = Hmac<Sha256>;

/// The workspace's own secret. Two workspaces hash the same address differently.
#[derive(Clone)]
pub(super) struct Key([u8; 32]);

impl Key {
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// HMAC-SHA-256 (RFC 2104) of the normalised address, first 128 bits in hex. `None` when it is no address.
    pub(super) fn email(&self, written: &str) -> Option<String> {
        normalize_email(written).map(|email| self.hash(b"email:", email.as_bytes()))
    }

    /// Like `email`, for phone numbers.
    pub(super) fn phone(&self, written: &str) -> Option<String> {
        normalize_phone(written).map(|phone| self.hash(b"phone:", phone.as_bytes()))
    }

    /// What stays of somebody erased: a hash of one of their hashes or ids, good for nothing but knowing it again.
    pub(super) fn tombstone(&self, domain: &str, text: &str) -> String {
        self.hash(b"erased:", format!("{domain}\u{1f}{text}").as_bytes())
    }

    /// A 64-bit number for a visitor, session or event id: enough to tell them apart, nothing to read back.
    pub(super) fn token(&self, text: &str) -> i64 {
        let salt = u64::from_le_bytes([
            self.0[0], self.0[1], self.0[2], self.0[3], self.0[4], self.0[5], self.0[6], self.0[7],
        ]);
        splitmix64(fnv1a64(text.as_bytes()) ^ salt) as i64
    }

    /// Makes bytes unreadable without the key: XOR with HMAC-SHA-256 in counter mode. `nonce` must not repeat.
    pub(super) fn seal(&self, nonce: u64, bytes: &[u8]) -> Vec<u8> {
        let mut out = bytes.to_vec();
        for (counter, chunk) in (0_u64..).zip(out.chunks_mut(32)) {
            let mut mac = self.mac();
            mac.update(b"seal:");
            mac.update(&nonce.to_le_bytes());
            mac.update(&counter.to_le_bytes());
            let stream = mac.finalize().into_bytes();
            for (byte, mask) in chunk.iter_mut().zip(stream) {
                *byte ^= mask;
            }
        }
        out
    }

    /// Sealing twice with the same nonce gives the bytes back.
    pub(super) fn unseal(&self, nonce: u64, bytes: &[u8]) -> String {
        String::from_utf8_lossy(&self.seal(nonce, bytes)).into_owned()
    }

    fn hash(&self, domain: &[u8], text: &[u8]) -> String {
        let mut mac = self.mac();
        mac.update(domain);
        mac.update(text);
        hex(&mac.finalize().into_bytes()[..16])
    }

    fn mac(&self) -> HmacSha256 {
        HmacSha256::new_from_slice(&self.0).expect("HMAC takes keys of any length")
    }
}

/// Trimmed and lower-cased; `None` without an `@` between two parts.
pub(super) fn normalize_email(written: &str) -> Option<String> {
    let email = written.trim().trim_start_matches('\'').to_lowercase();
    let (local, domain) = email.split_once('@')?;
    (!local.is_empty() && !domain.is_empty() && !email.contains(char::is_whitespace)).then_some(email)
}

/// Digits with a leading `+` where the number is international (`+` or `00`); `None` under six digits.
pub(super) fn normalize_phone(written: &str) -> Option<String> {
    let trimmed = written.trim().trim_start_matches('\'');
    let digits: String = trimmed.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < 6 {
        return None;
    }
    if trimmed.starts_with('+') {
        return Some(format!("+{digits}"));
    }
    Some(digits.strip_prefix("00").map_or_else(|| digits.clone(), |rest| format!("+{rest}")))
}

/// Address-like pieces of a raw row, for finding a person in it.
pub(super) fn addresses_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\'' | '<' | '>' | '(' | ')' | '|' | ':')
    })
    .filter(|piece| piece.contains('@'))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}

/// SHA-256 of several texts, each with its length, as lower-case hex.
pub(super) fn sha256_of<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hex(&hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_differ_only_in_case_and_blanks_are_one_person() {
        let key = Key::new([7; 32]);
        assert_eq!(key.email(" Mara@Example.com "), key.email("mara@example.com"));
        assert_ne!(key.email("mara@example.com"), Key::new([8; 32]).email("mara@example.com"));
        assert_eq!(key.email("n/a"), None);
    }

    #[test]
    fn phone_numbers_are_compared_by_digits() {
        assert_eq!(normalize_phone("'+49 (30) 123-456"), Some("+4930123456".to_owned()));
        assert_eq!(normalize_phone("0049 30 123456"), Some("+4930123456".to_owned()));
        assert_eq!(normalize_phone("12-34"), None);
    }

    #[test]
    fn a_sealed_row_hides_its_words_and_opens_again() {
        let key = Key::new([7; 32]);
        let row = "1001,mara@example.com,a row that is a good deal longer than one block of the stream";
        let sealed = key.seal(3, row.as_bytes());
        assert!(!String::from_utf8_lossy(&sealed).contains("mara"));
        assert_eq!(key.unseal(3, &sealed), row);
        assert_ne!(key.seal(4, row.as_bytes()), sealed);
    }

    #[test]
    fn addresses_are_found_inside_raw_rows() {
        let found: Vec<_> = addresses_in("7;\"Mara <mara@example.com>\";jo@example.org").collect();
        assert_eq!(found, ["mara@example.com", "jo@example.org"]);
    }
}
