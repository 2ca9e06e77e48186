//! The only place that reads the clock.

use crate::shop::{Seconds, TimeZoneName};

/// Now, in UTC epoch seconds.
pub fn now() -> Seconds {
    jiff::Timestamp::now().as_second()
}

/// Where this computer is; UTC when it does not say.
pub fn time_zone() -> TimeZoneName {
    jiff::tz::TimeZone::system()
        .iana_name()
        .map(|name| TimeZoneName(name.to_owned()))
        .filter(TimeZoneName::is_known)
        .unwrap_or_default()
}
