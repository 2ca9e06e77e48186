//! Canonical JSON (RFC 8785): keys by UTF-16 code units, no spaces, numbers as ECMAScript writes them.

use serde::Serialize;
use serde_json::Value;

/// The bytes of a value; the same value gives the same bytes on every machine.
pub fn to_bytes(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::new();
    write(&serde_json::to_value(value)?, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    match value {
        Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
            out.push(b'{');
            for (at, (key, item)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                serde_json::to_writer(&mut *out, key)?;
                out.push(b':');
                write(item, out)?;
            }
            out.push(b'}');
        }
        Value::Number(number) if number.is_f64() => {
            out.extend_from_slice(decimal(number.as_f64().unwrap_or(0.0)).as_bytes());
        }
        other => serde_json::to_writer(&mut *out, other)?,
    }
    Ok(())
}

/// Shortest digits that read back as the same number, in ECMAScript's layout for the range that models use
/// (`rounded` keeps them in it).
fn decimal(number: f64) -> String {
    let text = format!("{number}");
    if text == "-0" { "0".to_owned() } else { text }
}

/// To six decimals, so that every parser reads the same bits and no exponent is ever written.
pub fn rounded(number: f64) -> f64 {
    let scaled = (number.clamp(-1e9, 1e9) * 1e6).round();
    if scaled.is_nan() { 0.0 } else { scaled / 1e6 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_by_utf_16_and_numbers_lose_their_point() {
        let value =
            serde_json::json!({"\u{ff5e}": 1.0, "\u{1f600}": 0.5, "b": [1, -0.0, null], "a": "\u{7}\n€"});
        let text = String::from_utf8(to_bytes(&value).unwrap()).unwrap();
        assert_eq!(text, "{\"a\":\"\\u0007\\n€\",\"b\":[1,0,null],\"\u{1f600}\":0.5,\"\u{ff5e}\":1}");
    }

    #[test]
    fn rounded_numbers_survive_writing_and_reading() {
        for number in [0.1, 1.0 / 3.0, -12_345.678_901_234, 1e-9, 2.5e8] {
            let kept = rounded(number);
            let text = String::from_utf8(to_bytes(&kept).unwrap()).unwrap();
            let read: f64 = serde_json::from_str(&text).unwrap();
            assert_eq!(read.to_bits(), kept.to_bits(), "{text}");
        }
    }
}
