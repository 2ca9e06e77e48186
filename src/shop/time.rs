//! Time: UTC epoch seconds everywhere inside, the store's own time zone only at the edges.

use jiff::{Timestamp, civil, tz};
use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z.
pub type Seconds = i64;

/// Days since 1970-01-01, counted in UTC.
pub type Day = i32;

pub const SECONDS_PER_DAY: Seconds = 86_400;

/// An IANA time zone name such as `Europe/Berlin`. Unknown names behave as UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeZoneName(pub String);

impl Default for TimeZoneName {
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}

impl TimeZoneName {
    fn zone(&self) -> tz::TimeZone {
        tz::TimeZone::get(&self.0).unwrap_or(tz::TimeZone::UTC)
    }

    pub fn is_known(&self) -> bool {
        tz::TimeZone::get(&self.0).is_ok()
    }

    /// The instant of a local wall-clock time in this zone.
    ///
    /// A time that a clock change skips moves to the next valid instant; one that occurs twice takes the earlier.
    pub fn instant(&self, local: civil::DateTime) -> Seconds {
        let ambiguous = self.zone().to_ambiguous_timestamp(local);
        let instant = match ambiguous.offset() {
            tz::AmbiguousOffset::Gap { .. } => self.first_instant_after_gap(local),
            _ => ambiguous.earlier().map(Timestamp::as_second),
        };
        instant.unwrap_or_else(|_| {
            local.to_zoned(tz::TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_second())
        })
    }

    fn first_instant_after_gap(&self, local: civil::DateTime) -> Result<Seconds, jiff::Error> {
        let zone = self.zone();
        let before_gap = zone.to_ambiguous_timestamp(local).earlier()?;
        let start = before_gap.checked_sub(jiff::SignedDuration::from_hours(24))?;
        let transition = zone.following(start).next().map_or(before_gap, |next| next.timestamp());
        Ok(transition.as_second())
    }

    /// The first instant of the day after the one that holds `at`, in this zone.
    pub fn end_of_day(&self, at: Seconds) -> Seconds {
        let today = self.local(at).date();
        self.instant(today.tomorrow().unwrap_or(today).to_datetime(civil::Time::midnight()))
    }

    /// The wall-clock time of an instant in this zone.
    pub fn local(&self, at: Seconds) -> civil::DateTime {
        let timestamp = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH);
        self.zone().to_datetime(timestamp)
    }
}

/// The UTC day that holds an instant.
pub fn day_of(at: Seconds) -> Day {
    at.div_euclid(SECONDS_PER_DAY) as Day
}

/// `2025-11-14T09:30:00Z`, for files and JSON.
pub fn rfc3339(at: Seconds) -> String {
    Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> TimeZoneName {
        TimeZoneName("Europe/Berlin".to_owned())
    }

    #[test]
    fn a_skipped_local_time_moves_to_the_next_valid_instant() {
        let skipped = civil::date(2025, 3, 30).at(2, 30, 0, 0);
        assert_eq!(rfc3339(berlin().instant(skipped)), "2025-03-30T01:00:00Z");
    }

    #[test]
    fn a_repeated_local_time_takes_the_earlier_instant() {
        let repeated = civil::date(2025, 10, 26).at(2, 30, 0, 0);
        assert_eq!(rfc3339(berlin().instant(repeated)), "2025-10-26T00:30:00Z");
    }

    #[test]
    fn a_day_ends_at_local_midnight_also_when_it_has_25_hours() {
        let evening = berlin().instant(civil::date(2025, 10, 26).at(23, 0, 0, 0));
        assert_eq!(rfc3339(berlin().end_of_day(evening)), "2025-10-26T23:00:00Z");
        let morning = berlin().instant(civil::date(2025, 10, 26).at(0, 0, 0, 0));
        assert_eq!(berlin().end_of_day(morning) - morning, 25 * 3_600);
    }

    #[test]
    fn local_and_instant_are_inverse_away_from_clock_changes() {
        let local = civil::date(2025, 11, 14).at(16, 20, 0, 0);
        assert_eq!(berlin().local(berlin().instant(local)), local);
    }
}
