//! The store's two years: days, seasons, sales, and its clock.

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Weekday, date};

use super::assortment::Category;
use crate::shop::Seconds;

/// Days the history covers, the first and the last included.
pub(super) const DAYS: i64 = 730;
pub const FIRST_DAY: Date = date(2024, 11, 21);
pub const LAST_DAY: Date = date(2026, 11, 20);

/// A sale: its days, how much off, and how many products in a thousand it covers.
pub(super) struct Sale {
    pub(super) name: &'static str,
    pub(super) from: Date,
    pub(super) to: Date,
    pub(super) percent_off: &'static [i64],
    pub(super) covers_permille: u64,
    /// The code in the newsletter; off the whole order and on top of nothing.
    pub(super) code: &'static str,
    pub(super) code_percent: i64,
}

pub(super) const SALES: [Sale; 10] = [
    sale("cyber-week-2024", date(2024, 11, 27), date(2024, 12, 3), &[20, 25, 30, 40], 340, "CYBER15", 15),
    sale("winter-2025", date(2025, 1, 2), date(2025, 1, 19), &[20, 30, 40], 300, "FRESHSTART", 10),
    sale("spring-2025", date(2025, 4, 10), date(2025, 4, 21), &[15, 20, 25], 220, "SPRING15", 15),
    sale("summer-2025", date(2025, 7, 1), date(2025, 7, 20), &[20, 25, 30], 300, "SUMMER15", 15),
    sale("autumn-2025", date(2025, 9, 18), date(2025, 9, 28), &[15, 20], 180, "HARVEST10", 10),
    sale("cyber-week-2025", date(2025, 11, 24), date(2025, 12, 2), &[20, 25, 30, 40], 340, "CYBER15", 15),
    sale("winter-2026", date(2026, 1, 2), date(2026, 1, 18), &[20, 30, 40], 300, "FRESHSTART", 10),
    sale("spring-2026", date(2026, 4, 9), date(2026, 4, 20), &[15, 20, 25], 220, "SPRING15", 15),
    sale("summer-2026", date(2026, 7, 1), date(2026, 7, 19), &[20, 25, 30], 300, "SUMMER15", 15),
    sale(
        "early-black-friday-2026",
        date(2026, 11, 13),
        date(2026, 11, 30),
        &[15, 20, 25],
        120,
        "EARLY15",
        15,
    ),
];

const fn sale(
    name: &'static str,
    from: Date,
    to: Date,
    percent_off: &'static [i64],
    covers_permille: u64,
    code: &'static str,
    code_percent: i64,
) -> Sale {
    Sale { name, from, to, percent_off, covers_permille, code, code_percent }
}

/// The sale that runs on a day.
pub(super) fn sale_on(day: i64) -> Option<&'static Sale> {
    let today = date_of(day);
    SALES.iter().find(|sale| sale.from <= today && today <= sale.to)
}

/// Day 0 is `FIRST_DAY`.
pub(super) fn date_of(day: i64) -> Date {
    FIRST_DAY.saturating_add(day.days())
}

pub(super) fn day_of(wanted: Date) -> i64 {
    i64::from((wanted - FIRST_DAY).get_days())
}

/// How much of a category's year falls into a day's month; 1.0 is an even spread.
pub(super) fn season(category: Category, day: i64) -> f64 {
    let share: [u16; 12] = match category {
        Category::Plants => [60, 75, 150, 190, 170, 110, 75, 65, 75, 75, 70, 85],
        Category::Garden => [15, 25, 90, 170, 210, 210, 180, 110, 60, 30, 15, 15],
        Category::Kitchen => [85, 80, 80, 80, 80, 70, 70, 80, 90, 105, 170, 210],
        Category::Kids => [70, 70, 80, 80, 80, 80, 80, 90, 90, 100, 180, 200],
        Category::Decor => [70, 65, 70, 75, 80, 80, 80, 85, 100, 130, 180, 190],
        Category::Bags => [60, 65, 85, 105, 130, 150, 150, 120, 95, 80, 80, 80],
        Category::Lighting => [110, 105, 95, 85, 80, 75, 75, 85, 105, 125, 135, 125],
        _ => [105, 95, 100, 100, 95, 95, 95, 105, 110, 105, 100, 95],
    };
    f64::from(share[date_of(day).month() as usize - 1]) / 100.0
}

/// Sundays and Mondays are busiest, Fridays and Saturdays slow; sales draw people.
pub(super) fn traffic(day: i64) -> f64 {
    let weekday = match date_of(day).weekday() {
        Weekday::Sunday => 1.25,
        Weekday::Monday => 1.15,
        Weekday::Friday | Weekday::Saturday => 0.85,
        _ => 1.0,
    };
    let month = [0.95, 0.85, 0.95, 1.0, 1.0, 0.9, 0.9, 0.9, 0.95, 1.0, 1.25, 1.3];
    weekday * month[date_of(day).month() as usize - 1]
}

/// A wall-clock moment in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    pub(super) day: i64,
    /// Since local midnight, 0…86 399, standard hours (a clock change only changes the offset written).
    pub(super) second: i64,
}

impl Moment {
    pub(super) fn plus_seconds(self, seconds: i64) -> Self {
        let second = self.second + seconds;
        Self { day: self.day + second.div_euclid(86_400), second: second.rem_euclid(86_400) }
    }

    fn local(self) -> DateTime {
        let (hour, minute) = (self.second / 3_600, self.second / 60 % 60);
        date_of(self.day).at(hour as i8, minute as i8, (self.second % 60) as i8, 0)
    }

    /// Eastern time: −4 hours from the second Sunday of March to the first Sunday of November, else −5. Written here
    /// rather than asked of the machine, so that the files do not depend on its time zone database.
    fn offset_hours(self) -> i64 {
        let year = date_of(self.day).year();
        let nth_sunday = |month: i8, nth: i8| {
            date(year, month, 1).nth_weekday_of_month(nth, Weekday::Sunday).unwrap_or(date(year, month, 1))
        };
        let changes_at = |day: Date| Self { day: day_of(day), second: 2 * 3_600 };
        if changes_at(nth_sunday(3, 2)) <= self && self < changes_at(nth_sunday(11, 1)) { -4 } else { -5 }
    }

    pub(super) fn seconds_utc(self) -> Seconds {
        let days_since_epoch = i64::from((FIRST_DAY - date(1970, 1, 1)).get_days()) + self.day;
        days_since_epoch * 86_400 + self.second - self.offset_hours() * 3_600
    }

    /// `2025-11-17 00:44:23 -0500`, as Shopify writes it.
    pub(super) fn with_offset(self) -> String {
        let hours = self.offset_hours().abs();
        format!("{} -{hours:02}00", self.local().strftime("%Y-%m-%d %H:%M:%S"))
    }

    /// `17/11/2025 00:44`.
    pub(super) fn day_first(self) -> String {
        self.local().strftime("%d/%m/%Y %H:%M").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_covers_two_years_and_ends_at_the_stated_moment() {
        assert_eq!(day_of(LAST_DAY), DAYS - 1);
        assert_eq!(Moment { day: DAYS, second: 0 }.seconds_utc(), super::super::AS_OF);
    }

    #[test]
    fn the_offset_changes_with_the_american_clock() {
        let noon = |wanted| Moment { day: day_of(wanted), second: 43_200 }.with_offset();
        assert_eq!(noon(date(2025, 3, 8)), "2025-03-08 12:00:00 -0500");
        assert_eq!(noon(date(2025, 3, 9)), "2025-03-09 12:00:00 -0400");
        assert_eq!(noon(date(2025, 11, 1)), "2025-11-01 12:00:00 -0400");
        assert_eq!(noon(date(2025, 11, 2)), "2025-11-02 12:00:00 -0500");
    }

    #[test]
    fn a_moment_after_midnight_belongs_to_the_next_day() {
        let late = Moment { day: 3, second: 86_390 }.plus_seconds(20);
        assert_eq!(late, Moment { day: 4, second: 10 });
    }
}
