//! Scores as people read them: 0…100 with one decimal, and parts that add up to the whole exactly.

/// Integer points behind one tenth on screen: 10 000 000 is 100.0.
pub const PER_TENTH: i64 = 10_000;

/// A score in tenths of a point on screen, rounded half away from zero: 6 712 345 is 671, shown 67.1.
pub fn tenths(score: i64) -> i64 {
    let half = PER_TENTH / 2;
    if score >= 0 { (score + half) / PER_TENTH } else { (score - half) / PER_TENTH }
}

/// `67.1`, `−3.0`, for totals.
pub fn total(score: i64) -> String {
    signless(tenths(score), "")
}

/// `+31.2`, `−3.0`, `+0.0`, for one part given in tenths.
pub fn signed(tenths: i64) -> String {
    signless(tenths, "+")
}

fn signless(tenths: i64, plus: &str) -> String {
    let sign = if tenths < 0 { "−" } else { plus };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

/// Parts in tenths that sum exactly to `tenths(sum of parts)`, each off by less than one tenth.
///
/// Largest remainder (Hamilton): every part is rounded down, the missing tenths go to the largest remainders, the first
/// of equal ones.
pub fn parts(points: &[i64]) -> Vec<i64> {
    let mut rounded: Vec<i64> = points.iter().map(|part| part.div_euclid(PER_TENTH)).collect();
    let missing = tenths(points.iter().sum()) - rounded.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(points[at].rem_euclid(PER_TENTH)), at));
    for &at in order.iter().take(missing.max(0) as usize) {
        rounded[at] += 1;
    }
    rounded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_total_that_is_shown() {
        for points in [
            vec![3_123_456, 1_799_999, 412_345, -345_678, 600_000],
            vec![4_999, 4_999, 4_999],
            vec![-1, -1, -1],
            vec![5_000, -15_000],
            vec![],
        ] {
            let parts = parts(&points);
            assert_eq!(parts.iter().sum::<i64>(), tenths(points.iter().sum()), "{points:?}");
            for (part, own) in parts.iter().zip(&points) {
                assert!((part * PER_TENTH - own).abs() < PER_TENTH, "{points:?}");
            }
        }
    }

    #[test]
    fn numbers_read_as_on_screen() {
        assert_eq!(total(6_712_345), "67.1");
        assert_eq!(signed(-30), "−3.0");
        assert_eq!(signed(312), "+31.2");
    }
}
