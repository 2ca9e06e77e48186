//! How good probabilities are: ranking, error and calibration.

use serde::{Deserialize, Serialize};

/// One step of a calibration plot: customers whose probability was about the same.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    pub n: u32,
    /// Mean probability said.
    pub said: f64,
    /// Share that came true.
    pub came_true: f64,
    /// Wilson 95 % interval of the share.
    pub low: f64,
    pub high: f64,
}

/// Area under the ROC curve, ties counted half; 0.5 when only one class is there.
#[expect(clippy::float_cmp, reason = "a tie is the same number")]
pub fn auc(truth: &[bool], score: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..score.len()).collect();
    order.sort_by(|one, two| score[*one].total_cmp(&score[*two]));
    let positives = truth.iter().filter(|yes| **yes).count() as f64;
    let negatives = truth.len() as f64 - positives;
    if positives == 0.0 || negatives == 0.0 {
        return 0.5;
    }
    let mut ranks = 0.0;
    let mut before = 0;
    for tied in order.chunk_by(|one, two| score[*one] == score[*two]) {
        let rank = before as f64 + f64::midpoint(tied.len() as f64, 1.0);
        ranks += rank * tied.iter().filter(|row| truth[**row]).count() as f64;
        before += tied.len();
    }
    (ranks - positives * (positives + 1.0) / 2.0) / (positives * negatives)
}

/// Mean over the positives of the precision at their place; tied scores enter together.
#[expect(clippy::float_cmp, reason = "a tie is the same number")]
pub fn average_precision(truth: &[bool], score: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..score.len()).collect();
    order.sort_by(|one, two| score[*two].total_cmp(&score[*one]));
    let positives = truth.iter().filter(|yes| **yes).count() as f64;
    let (mut hits, mut seen, mut sum) = (0.0, 0.0, 0.0);
    for tied in order.chunk_by(|one, two| score[*one] == score[*two]) {
        let new = tied.iter().filter(|row| truth[**row]).count() as f64;
        hits += new;
        seen += tied.len() as f64;
        sum += new * hits / seen;
    }
    if positives > 0.0 { sum / positives } else { 0.0 }
}

/// Mean squared error of probabilities.
pub fn brier(truth: &[bool], probability: &[f64]) -> f64 {
    mean(truth.iter().zip(probability).map(|(yes, p)| (p - f64::from(u8::from(*yes))).powi(2)), truth.len())
}

/// Mean negative log-likelihood of probabilities.
pub fn log_loss(truth: &[bool], probability: &[f64]) -> f64 {
    let clipped = probability.iter().map(|p| p.clamp(1e-15, 1.0 - 1e-15));
    mean(truth.iter().zip(clipped).map(|(yes, p)| if *yes { -p.ln() } else { -(-p).ln_1p() }), truth.len())
}

fn mean(values: impl Iterator<Item = f64>, n: usize) -> f64 {
    if n == 0 { 0.0 } else { values.sum::<f64>() / n as f64 }
}

/// Share of true ones among the highest `share` of scores; of equal scores the earlier row first.
pub fn precision_at_share(truth: &[bool], score: &[f64], share: f64) -> f64 {
    let take = ((truth.len() as f64 * share).round() as usize).min(truth.len());
    let mut order: Vec<usize> = (0..score.len()).collect();
    order.sort_by(|one, two| score[*two].total_cmp(&score[*one]).then(one.cmp(two)));
    mean(order[..take].iter().map(|row| f64::from(u8::from(truth[*row]))), take)
}

/// Ten steps of equal size by probability, lowest first; fewer when there are fewer than ten rows each.
pub fn calibration(truth: &[bool], probability: &[f64]) -> Vec<CalibrationBin> {
    let n = truth.len();
    let steps = (n / 10).clamp(usize::from(n > 0), 10);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|one, two| probability[*one].total_cmp(&probability[*two]).then(one.cmp(two)));
    (0..steps)
        .map(|step| {
            let rows = &order[n * step / steps..n * (step + 1) / steps];
            let hits = rows.iter().filter(|row| truth[**row]).count();
            let (low, high) = wilson(hits as f64, rows.len() as f64, 1.959_963_984_540_054);
            CalibrationBin {
                n: rows.len() as u32,
                said: mean(rows.iter().map(|row| probability[*row]), rows.len()),
                came_true: hits as f64 / rows.len().max(1) as f64,
                low,
                high,
            }
        })
        .collect()
}

/// Wilson's interval of a share (1927) for `z` standard errors.
pub fn wilson(hits: f64, n: f64, z: f64) -> (f64, f64) {
    if n <= 0.0 {
        return (0.0, 1.0);
    }
    let share = hits / n;
    let wide = z * z / n;
    let middle = (share + wide / 2.0) / (1.0 + wide);
    let half = z / (1.0 + wide) * (share * (1.0 - share) / n + wide / (4.0 * n)).sqrt();
    (middle - half, middle + half)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_holds() {
        let truth = [true, false, true, true, false, false, true, false];
        let p = [0.9, 0.4, 0.65, 0.3, 0.2, 0.55, 0.8, 0.1];
        assert!((auc(&truth, &p) - 0.875).abs() < 1e-12);
        assert!((brier(&truth, &p) - 0.146_875).abs() < 1e-12);
        assert!((log_loss(&truth, &p) - 0.450_137_146_793_278_1).abs() < 1e-12);
        assert!((average_precision(&truth, &p) - 0.916_666_666_666_666_6).abs() < 1e-12);
    }

    #[test]
    fn ties_count_half_and_one_class_says_nothing() {
        assert_eq!(auc(&[true, false], &[0.5, 0.5]), 0.5);
        assert_eq!(auc(&[true, true], &[0.1, 0.9]), 0.5);
        assert!(calibration(&[], &[]).is_empty());
    }
}
