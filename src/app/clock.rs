//! The only place that reads the clock.

use crate::shop::Seconds;

/// Now, in UTC epoch seconds.
pub fn now() -> Seconds {
    jiff::Timestamp::now().as_second()
}
