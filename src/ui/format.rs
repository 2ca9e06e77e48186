//! Money, numbers and dates as people of a place write them.

use crate::shop::{Currency, Minor, Seconds, TimeZoneName};
use crate::ui::strings::Language;

/// U+2212, as wide as a plus.
pub const MINUS: char = '\u{2212}';
const NARROW_SPACE: char = '\u{202F}';

/// How this window writes values: the data's currency and time zone, the person's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formats {
    pub language: Language,
    pub currency: Currency,
    pub time_zone: TimeZoneName,
}

impl Default for Formats {
    fn default() -> Self {
        Self {
            language: Language::English,
            currency: Currency::new("USD"),
            time_zone: TimeZoneName::default(),
        }
    }
}

impl Formats {
    /// `$1,204.50`, `1.204,50 €`, `CHF 1’204.50`, `¥1,205`, `₹1,20,450`. Never converted.
    pub fn money(&self, amount: Minor) -> String {
        self.money_with(amount, self.currency.exponent())
    }

    /// As on a price tag: no decimals when they are zero.
    pub fn price(&self, amount: Minor) -> String {
        let whole = amount % self.currency.minor_per_major() == 0;
        self.money_with(amount, if whole { 0 } else { self.currency.exponent() })
    }

    /// `$41.2k`, `41,2 Tsd. €` from 10,000 up; below in full without decimals.
    pub fn money_compact(&self, amount: Minor) -> String {
        let major = amount / self.currency.minor_per_major();
        if major.abs() < 10_000 {
            let rounded = round_div(amount, self.currency.minor_per_major());
            return self.with_symbol(
                &grouped_for(rounded.unsigned_abs(), &self.currency, self.language),
                rounded < 0,
            );
        }
        let (tenths, suffix) = if major.abs() < 1_000_000 {
            (round_div(amount, self.currency.minor_per_major() * 100), self.thousand())
        } else {
            (round_div(amount, self.currency.minor_per_major() * 100_000), self.million())
        };
        // Three digits say enough: 412k, but 41.2k.
        let text = if tenths.unsigned_abs() < 1_000 {
            decimal(tenths.unsigned_abs(), 1, self.language)
        } else {
            grouped_for(round_div(tenths, 10).unsigned_abs(), &self.currency, self.language)
        };
        self.with_symbol(&format!("{text}{suffix}"), tenths < 0)
    }

    pub fn number(&self, value: i64) -> String {
        grouped(value, self.language)
    }

    /// One decimal from tenths: `6.1`.
    pub fn tenths(&self, tenths: i64) -> String {
        sign(tenths < 0, &decimal(tenths.unsigned_abs(), 1, self.language))
    }

    /// Whole percent from permille: `21%`, German `21 %`.
    pub fn percent(&self, permille: i64) -> String {
        self.percent_text(&grouped(round_div(permille, 10), self.language))
    }

    /// One decimal from permille: `18.4%`.
    pub fn percent_tenths(&self, permille: i64) -> String {
        self.percent_text(&self.tenths(permille))
    }

    /// `+31`, `−3`, `0`.
    pub fn signed(&self, value: i64) -> String {
        match value {
            0 => "0".to_owned(),
            value if 0 < value => format!("+{}", grouped(value, self.language)),
            value => grouped(value, self.language),
        }
    }

    /// `+1.7`, from tenths.
    pub fn signed_tenths(&self, tenths: i64) -> String {
        if 0 < tenths { format!("+{}", self.tenths(tenths)) } else { self.tenths(tenths) }
    }

    /// `14 Nov 2025`, `14. Nov. 2025`.
    pub fn date(&self, at: Seconds) -> String {
        let local = self.time_zone.local(at);
        let month = self.month(local.month());
        match self.language {
            Language::German => format!("{}. {month} {}", local.day(), local.year()),
            _ => format!("{} {month} {}", local.day(), local.year()),
        }
    }

    /// `Fri 28 Nov`, `Fr 28. Nov.`: for the preview date and schedules inside a year.
    pub fn day(&self, at: Seconds) -> String {
        let local = self.time_zone.local(at);
        let weekday = weekday(local.weekday().to_monday_zero_offset(), self.language);
        let month = self.month(local.month());
        match self.language {
            Language::German => format!("{weekday} {}. {month}", local.day()),
            _ => format!("{weekday} {} {month}", local.day()),
        }
    }

    /// `13 Mar`.
    pub fn day_month(&self, at: Seconds) -> String {
        let local = self.time_zone.local(at);
        let month = self.month(local.month());
        match self.language {
            Language::German => format!("{}. {month}", local.day()),
            _ => format!("{} {month}", local.day()),
        }
    }

    /// `16:20`.
    pub fn time(&self, at: Seconds) -> String {
        let local = self.time_zone.local(at);
        format!("{:02}:{:02}", local.hour(), local.minute())
    }

    /// `2025-11-14`, for files.
    pub fn iso_date(&self, at: Seconds) -> String {
        let local = self.time_zone.local(at);
        format!("{:04}-{:02}-{:02}", local.year(), local.month(), local.day())
    }

    fn month(&self, month: i8) -> &'static str {
        const ENGLISH: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        const GERMAN: [&str; 12] =
            ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."];
        let names = if self.language == Language::German { GERMAN } else { ENGLISH };
        names[(month.clamp(1, 12) - 1) as usize]
    }

    fn money_with(&self, amount: Minor, decimals: u32) -> String {
        let per_major = self.currency.minor_per_major().unsigned_abs();
        let size = amount.unsigned_abs();
        let mut text = grouped_for(size / per_major, &self.currency, self.language);
        if 0 < decimals {
            let point = if self.language == Language::German { ',' } else { '.' };
            text.push(point);
            text.push_str(&format!("{:0width$}", size % per_major, width = decimals as usize));
        }
        self.with_symbol(&text, amount < 0)
    }

    fn with_symbol(&self, digits: &str, negative: bool) -> String {
        let symbol = symbol(&self.currency);
        let text = match (self.language, symbol) {
            (Language::German, Some(symbol)) => format!("{digits}\u{A0}{symbol}"),
            (Language::German, None) => format!("{digits}\u{A0}{}", self.currency.0),
            (_, Some(symbol)) => format!("{symbol}{digits}"),
            (_, None) => format!("{}\u{A0}{digits}", self.currency.0),
        };
        sign(negative, &text)
    }

    fn percent_text(&self, digits: &str) -> String {
        if self.language == Language::German {
            format!("{digits}{NARROW_SPACE}%")
        } else {
            format!("{digits}%")
        }
    }

    fn thousand(&self) -> &'static str {
        if self.language == Language::German { "\u{A0}Tsd." } else { "k" }
    }

    fn million(&self) -> &'static str {
        if self.language == Language::German { "\u{A0}Mio." } else { "m" }
    }
}

/// Thousands in groups, `−` for negative.
pub fn grouped(value: i64, language: Language) -> String {
    let separator = if language == Language::German { '.' } else { ',' };
    sign(value < 0, &group(value.unsigned_abs(), separator, false))
}

fn grouped_for(value: u64, currency: &Currency, language: Language) -> String {
    match (currency.0.as_str(), language) {
        ("CHF", Language::English | Language::Pseudo) => group(value, '’', false),
        ("INR", Language::English | Language::Pseudo) => group(value, ',', true),
        (_, Language::German) => group(value, '.', false),
        _ => group(value, ',', false),
    }
}

/// `indian`: three digits, then groups of two.
fn group(value: u64, separator: char, indian: bool) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        let left = digits.len() - index;
        let boundary = if indian && 3 < left { (left - 3).is_multiple_of(2) } else { left.is_multiple_of(3) };
        if 0 < index && boundary {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

fn decimal(value: u64, places: u32, language: Language) -> String {
    let unit = 10_u64.pow(places);
    let point = if language == Language::German { ',' } else { '.' };
    let separator = if language == Language::German { '.' } else { ',' };
    format!(
        "{}{point}{:0width$}",
        group(value / unit, separator, false),
        value % unit,
        width = places as usize
    )
}

fn sign(negative: bool, text: &str) -> String {
    if negative { format!("{MINUS}{text}") } else { text.to_owned() }
}

/// Rounded half away from zero.
fn round_div(value: i64, by: i64) -> i64 {
    (value + value.signum() * by / 2) / by
}

fn symbol(currency: &Currency) -> Option<&'static str> {
    Some(match currency.0.as_str() {
        "USD" | "CAD" | "AUD" | "NZD" | "MXN" | "SGD" | "HKD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" | "CNY" => "¥",
        "INR" => "₹",
        _ => return None,
    })
}

fn weekday(monday_based: i8, language: Language) -> &'static str {
    const ENGLISH: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const GERMAN: [&str; 7] = ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"];
    let names = if language == Language::German { GERMAN } else { ENGLISH };
    names[monday_based.clamp(0, 6) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formats(currency: &str, language: Language) -> Formats {
        Formats { language, currency: Currency::new(currency), time_zone: TimeZoneName::default() }
    }

    #[test]
    fn money_is_written_as_the_place_writes_it() {
        use Language::{English, German};
        for (currency, language, amount, expected) in [
            ("USD", English, 120_450, "$1,204.50"),
            ("EUR", German, 120_450, "1.204,50\u{A0}€"),
            ("CHF", English, 120_450, "CHF\u{A0}1’204.50"),
            ("JPY", English, 1_205, "¥1,205"),
            ("USD", English, -499, "−$4.99"),
        ] {
            assert_eq!(formats(currency, language).money(amount), expected);
        }
        assert_eq!(formats("INR", English).price(12_045_000), "₹1,20,450");
        assert_eq!(formats("USD", English).price(7_100), "$71");
    }

    #[test]
    fn large_amounts_are_shortened() {
        assert_eq!(formats("USD", Language::English).money_compact(4_123_456), "$41.2k");
        assert_eq!(formats("EUR", Language::German).money_compact(4_123_456), "41,2\u{A0}Tsd.\u{A0}€");
        assert_eq!(formats("USD", Language::English).money_compact(999_950), "$10,000");
        assert_eq!(formats("USD", Language::English).money_compact(512_300_000), "$5.1m");
        assert_eq!(formats("USD", Language::English).money_compact(41_200_000), "$412k");
    }

    #[test]
    fn dates_and_signs_follow_the_language() {
        let at = 1_763_139_600; // 2025-11-14T17:00:00Z
        assert_eq!(formats("USD", Language::English).date(at), "14 Nov 2025");
        assert_eq!(formats("EUR", Language::German).date(at), "14. Nov. 2025");
        assert_eq!(formats("EUR", Language::German).day(at), "Fr 14. Nov.");
        let english = formats("USD", Language::English);
        assert_eq!(english.signed(-3), "−3");
        assert_eq!(english.signed_tenths(17), "+1.7");
        assert_eq!(english.percent(214), "21%");
        assert_eq!(english.iso_date(at), "2025-11-14");
    }
}
