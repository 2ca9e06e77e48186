//! Money as integers: an amount in the currency's minor unit, and what that unit is.

use serde::{Deserialize, Serialize};

/// An amount in minor units (cents for USD, yen for JPY). Never a float, so sums are exact.
pub type Minor = i64;

/// An ISO 4217 code, upper case, for example `EUR`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Currency(pub String);

impl Currency {
    pub fn new(code: &str) -> Self {
        Self(code.trim().to_ascii_uppercase())
    }

    /// Digits after the decimal point of the minor unit, 0…4 (ISO 4217, list one).
    pub fn exponent(&self) -> u32 {
        match self.0.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
            | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }

    /// Minor units in one major unit: 100 for USD, 1 for JPY.
    pub fn minor_per_major(&self) -> i64 {
        10_i64.pow(self.exponent())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_units_follow_the_currency() {
        assert_eq!(Currency::new(" eur ").minor_per_major(), 100);
        assert_eq!(Currency::new("JPY").minor_per_major(), 1);
        assert_eq!(Currency::new("KWD").minor_per_major(), 1_000);
    }
}
