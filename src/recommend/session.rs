//! Visits: what comes next in this session, from sessions like it.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::dataset::Dataset;
use super::sparse::{Sparse, keep_top};
use crate::shop::EventKind;
use crate::shop::time::{SECONDS_PER_DAY, Seconds};

/// A model of sessions and its settings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "model")]
pub enum SessionMethod {
    /// Products by sessions of the last `days`.
    Popular { days: f64 },
    /// Seen in the same session: both / `n_a` / `n_b`^beta, the query's latest product first.
    Together { beta: f32, k: usize },
    /// What follows within a few steps, memory^(gap − 1), over √n of the source and n^0.3 of the target.
    Follows { memory: f32, k: usize },
    /// V-SKNN (Ludewig & Jannach 2018, doi 10.1007/s11257-018-9209-6) as VMIS-kNN scores it (Kersbergen, Sprangers &
    /// Schelter 2022, doi 10.1145/3514221.3517901): linear weights towards the end of the query, neighbours by the
    /// place of their latest shared product, rare products more.
    Neighbours { k: usize, sample: usize },
    /// STAN (Garg et al. 2019, doi 10.1145/3331184.3331322): exponential weights in the query, of a neighbour's age in
    /// days, and of the distance to the shared product inside the neighbour.
    Stan { k: usize, sample: usize, query_reach: f32, age_days: f32, item_reach: f32 },
}

impl SessionMethod {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Popular { .. } => "popularity",
            Self::Together { .. } => "co-views",
            Self::Follows { .. } => "transitions",
            Self::Neighbours { .. } => "vmis-knn",
            Self::Stan { .. } => "stan",
        }
    }

    pub fn fit<'a>(&self, sessions: &'a Sessions) -> FittedSessions<'a> {
        let scorer = match *self {
            Self::Popular { days } => Scorer::Same(sessions.popularity(days)),
            Self::Together { beta, k } => Scorer::Items(together(sessions, beta, k)),
            Self::Follows { memory, k } => Scorer::Items(follows(sessions, memory, k)),
            Self::Neighbours { .. } | Self::Stan { .. } => {
                let by_product = sessions.by_product();
                let n = sessions.len() as f32;
                let rarity = (0..by_product.len())
                    .map(|product| (n / by_product.row(product).len().max(1) as f32).ln().max(0.0))
                    .collect();
                Scorer::Sessions { by_product, rarity }
            }
        };
        FittedSessions { method: *self, sessions, scorer }
    }
}

/// Session models every store with visits gets. The settings are those the session-rec comparison found for shops.
pub fn session_stage() -> Vec<SessionMethod> {
    vec![
        SessionMethod::Together { beta: 0.1, k: 200 },
        SessionMethod::Follows { memory: 0.8, k: 200 },
        SessionMethod::Neighbours { k: 100, sample: 500 },
        SessionMethod::Neighbours { k: 50, sample: 5_000 },
        SessionMethod::Stan {
            k: 1_500,
            sample: 2_500,
            query_reach: 0.905,
            age_days: 100.0,
            item_reach: 0.4525,
        },
        SessionMethod::Popular { days: 14.0 },
    ]
}

/// Lists of numbers in one vector.
#[derive(Clone, Debug, Default)]
struct Ragged {
    start: Vec<u32>,
    values: Vec<u32>,
}

impl Ragged {
    fn len(&self) -> usize {
        self.start.len().saturating_sub(1)
    }

    fn row(&self, row: usize) -> &[u32] {
        &self.values[self.start[row] as usize..self.start[row + 1] as usize]
    }
}

/// Sessions that began before a moment, oldest first: the products each touched, in order.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    pub cut: Seconds,
    pub n_products: usize,
    /// Number of the session in the dataset, and its last touch.
    pub about: Vec<(u32, Seconds)>,
    products: Ragged,
}

impl Sessions {
    /// Views, clicks, carts and purchases in [from, until), of products that may be recommended. The same product twice
    /// in a row is once. A session belongs to where its first touch lies.
    pub fn new(data: &Dataset, from: Seconds, until: Seconds) -> Self {
        let speaks = |kind| {
            matches!(
                kind,
                EventKind::ViewProduct | EventKind::ClickProduct | EventKind::AddToCart | EventKind::Purchase
            )
        };
        let mut touches: Vec<_> = data
            .touches
            .iter()
            .filter(|touch| touch.at < until && speaks(touch.kind))
            .filter(|touch| data.facts[touch.product as usize].recommendable)
            .collect();
        touches.sort_by_key(|touch| (touch.session, touch.at));
        let mut all: Vec<(Seconds, u32, Seconds, Vec<u32>)> = touches
            .chunk_by(|a, b| a.session == b.session)
            .filter(|session| session[0].at >= from)
            .map(|session| {
                let mut products: Vec<u32> = session.iter().map(|touch| touch.product).collect();
                products.dedup();
                (session[0].at, session[0].session, session[session.len() - 1].at, products)
            })
            .collect();
        all.sort_unstable_by_key(|session| (session.0, session.1));
        let mut sessions = Self { cut: until, n_products: data.products.len(), ..Self::default() };
        sessions.products.start.push(0);
        for (_, number, last, products) in all {
            sessions.about.push((number, last));
            sessions.products.values.extend(products);
            sessions.products.start.push(sessions.products.values.len() as u32);
        }
        sessions
    }

    pub fn len(&self) -> usize {
        self.about.len()
    }

    pub fn is_empty(&self) -> bool {
        self.about.is_empty()
    }

    /// In the order they were touched.
    pub fn products(&self, session: usize) -> &[u32] {
        self.products.row(session)
    }

    /// Sessions × products, every entry 1.
    pub fn matrix(&self) -> Sparse {
        Sparse::from_rows(
            self.n_products,
            (0..self.len()).map(|session| {
                let mut products = self.products(session).to_vec();
                products.sort_unstable();
                products.dedup();
                products.into_iter().map(|product| (product, 1.0)).collect()
            }),
        )
    }

    fn by_product(&self) -> Ragged {
        let mut pairs: Vec<(u32, u32)> = (0..self.len() as u32)
            .flat_map(|session| {
                self.products(session as usize).iter().map(move |&product| (product, session))
            })
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        let mut start = vec![0_u32; self.n_products + 1];
        for (product, _) in &pairs {
            start[*product as usize + 1] += 1;
        }
        for product in 0..self.n_products {
            start[product + 1] += start[product];
        }
        Ragged { start, values: pairs.into_iter().map(|pair| pair.1).collect() }
    }

    fn popularity(&self, days: f64) -> Vec<f32> {
        let since = self.cut - (days * SECONDS_PER_DAY as f64) as Seconds;
        let mut counts = vec![0.0; self.n_products];
        for session in (0..self.len()).filter(|&session| days <= 0.0 || self.about[session].1 >= since) {
            let mut products = self.products(session).to_vec();
            products.sort_unstable();
            products.dedup();
            for product in products {
                counts[product as usize] += 1.0;
            }
        }
        counts
    }
}

fn together(sessions: &Sessions, beta: f32, k: usize) -> Sparse {
    let rows = sessions.matrix();
    let products = rows.transpose();
    let n: Vec<f32> = (0..products.rows()).map(|product| products.row(product).0.len() as f32).collect();
    products
        .top_product(&rows, k, |a, b, both| (a as u32 != b).then(|| both / n[a] / n[b as usize].powf(beta)))
}

fn follows(sessions: &Sessions, memory: f32, k: usize) -> Sparse {
    const REACH: usize = 5;
    let mut steps: Vec<(u32, u32, u32)> = Vec::new();
    let mut count = vec![1.0_f32; sessions.n_products];
    for session in 0..sessions.len() {
        let products = sessions.products(session);
        for (place, &from) in products.iter().enumerate() {
            count[from as usize] += 1.0;
            for (gap, &to) in products[place + 1..].iter().take(REACH).enumerate() {
                if from != to {
                    steps.push((from, to, gap as u32));
                }
            }
        }
    }
    steps.sort_unstable();
    let mut rows: Vec<Vec<(u32, f32)>> = vec![Vec::new(); sessions.n_products];
    for (from, to, gap) in steps {
        let weight = memory.powi(gap as i32);
        let row = &mut rows[from as usize];
        match row.last_mut() {
            Some(last) if last.0 == to => last.1 += weight,
            _ => row.push((to, weight)),
        }
    }
    for (from, row) in rows.iter_mut().enumerate() {
        for entry in row.iter_mut() {
            entry.1 /= count[from].sqrt() * count[entry.0 as usize].powf(0.3);
        }
        keep_top(row, k);
    }
    Sparse::from_rows(sessions.n_products, rows)
}

/// A session model that has seen sessions.
#[derive(Debug)]
pub struct FittedSessions<'a> {
    pub method: SessionMethod,
    sessions: &'a Sessions,
    scorer: Scorer,
}

#[derive(Debug)]
enum Scorer {
    Same(Vec<f32>),
    Items(Sparse),
    Sessions { by_product: Ragged, rarity: Vec<f32> },
}

/// So far back in the query a product still counts for neighbour lists, each step this much less.
const STEP_BACK: f32 = 0.85;

impl FittedSessions<'_> {
    /// Scores of every product after `query` (oldest first) at `now`; the query's own products are masked.
    pub fn score(&self, query: &[u32], now: Seconds, out: &mut [f32]) {
        out.fill(0.0);
        match &self.scorer {
            Scorer::Same(scores) => out.copy_from_slice(scores),
            Scorer::Items(similar) => {
                for (back, &product) in query.iter().rev().take(20).enumerate() {
                    similar.add_row(product as usize, STEP_BACK.powi(back as i32), out);
                }
            }
            Scorer::Sessions { by_product, rarity } => self.neighbours(query, now, by_product, rarity, out),
        }
        for &product in query {
            out[product as usize] = f32::NEG_INFINITY;
        }
    }

    fn neighbours(&self, query: &[u32], now: Seconds, by_product: &Ragged, rarity: &[f32], out: &mut [f32]) {
        let (k, sample) = match self.method {
            SessionMethod::Neighbours { k, sample } | SessionMethod::Stan { k, sample, .. } => (k, sample),
            _ => return,
        };
        let length = query.len() as f32;
        // The latest place of each product in the query, from 1.
        let mut places: Vec<(u32, usize)> =
            query.iter().enumerate().map(|(place, &product)| (product, place + 1)).collect();
        places.sort_unstable_by_key(|&(product, place)| (product, std::cmp::Reverse(place)));
        places.dedup_by_key(|entry| entry.0);
        let weight = |place: usize| match self.method {
            SessionMethod::Stan { query_reach, .. } => ((place as f32 - length) / query_reach).exp(),
            _ => place as f32 / length,
        };
        // (session, similarity, latest shared place in the query); the newest `sample` sessions of each product.
        let mut shared: Vec<(u32, usize)> = Vec::new();
        for &(product, place) in &places {
            let found = by_product.row(product as usize);
            shared
                .extend(found[found.len().saturating_sub(sample)..].iter().map(|&session| (session, place)));
        }
        shared.sort_unstable();
        let mut runs: Vec<(u32, f32)> = Vec::new();
        let mut latest: Vec<usize> = Vec::new();
        for run in shared.chunk_by(|a, b| a.0 == b.0) {
            runs.push((run[0].0, run.iter().map(|&(_, place)| weight(place)).sum()));
            latest.push(run[run.len() - 1].1);
        }
        if runs.len() > sample {
            // Sessions are numbered by time: the newest are the last.
            latest.drain(..runs.len() - sample);
            runs.drain(..runs.len() - sample);
        }
        let mut near: Vec<(u32, f32)> = runs
            .iter()
            .enumerate()
            .map(|(index, &(session, shared))| {
                let value = match self.method {
                    SessionMethod::Stan { age_days, .. } => {
                        let size = self.sessions.products(session as usize).len() as f32;
                        let age = (now - self.sessions.about[session as usize].1).max(0) as f32
                            / SECONDS_PER_DAY as f32;
                        shared / (length * size).sqrt() * (-age / age_days).exp()
                    }
                    _ => shared,
                };
                (index as u32, value)
            })
            .collect();
        keep_top(&mut near, k);
        near.sort_unstable_by_key(|entry| entry.0);
        for (index, similarity) in near {
            let products = self.sessions.products(runs[index as usize].0 as usize);
            match self.method {
                SessionMethod::Stan { item_reach, .. } => {
                    let anchor = products.iter().rposition(|product| query.contains(product)).unwrap_or(0);
                    for (place, &product) in products.iter().enumerate() {
                        let distance = place.abs_diff(anchor) as f32;
                        out[product as usize] += similarity * (-distance * item_reach).exp();
                    }
                }
                _ => {
                    // λ of the paper: 1 − 0.1 × steps back, for nine steps.
                    let back = query.len() + 1 - latest[index as usize];
                    let matched = 1.0 - 0.1 * back as f32;
                    if matched > 0.0 {
                        for &product in products {
                            out[product as usize] += similarity * matched * rarity[product as usize];
                        }
                    }
                }
            }
        }
    }
}

/// A moment in a session: what was seen so far, and what came next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCase {
    /// Number of the session in the dataset.
    pub session: u32,
    pub at: Seconds,
    pub query: Vec<u32>,
    pub target: u32,
}

/// Every step of the sessions of [from, until) to a product not seen before in it, the first `limit` in time order.
pub fn session_cases(data: &Dataset, from: Seconds, until: Seconds, limit: usize) -> Vec<SessionCase> {
    let sessions = Sessions::new(data, from, until);
    let mut cases = Vec::new();
    for session in 0..sessions.len() {
        let products = sessions.products(session);
        for place in 1..products.len() {
            if !products[..place].contains(&products[place]) {
                let (number, at) = sessions.about[session];
                let (query, target) = (products[..place].to_vec(), products[place]);
                cases.push(SessionCase { session: number, at, query, target });
            }
        }
        if cases.len() >= limit {
            break;
        }
    }
    cases.truncate(limit);
    cases
}

/// The best `k` products after each case, with scores.
pub fn session_lists(fitted: &FittedSessions<'_>, cases: &[SessionCase], k: usize) -> Vec<Vec<(u32, f32)>> {
    cases
        .par_iter()
        .map_init(
            || vec![0.0_f32; fitted.sessions.n_products],
            |scores, case| {
                fitted.score(&case.query, case.at, scores);
                super::rank::top(scores, k).into_iter().map(|p| (p, scores[p as usize])).collect()
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::dataset::Touch;
    use super::*;
    use crate::features::Dictionary;

    fn visits(sessions: &[&[u32]]) -> Dataset {
        let touches = sessions
            .iter()
            .enumerate()
            .flat_map(|(session, products)| {
                products.iter().enumerate().map(move |(step, &product)| Touch {
                    at: (session * 1_000 + step) as i64,
                    session: session as u32,
                    customer: super::super::NOBODY,
                    product,
                    kind: EventKind::ViewProduct,
                })
            })
            .collect();
        let products = Dictionary::from_ids((0..6).map(|p| format!("p{p}")).collect());
        Dataset::new(Dictionary::default(), products, Dictionary::default(), Vec::new(), &[], touches)
    }

    #[test]
    fn the_nearest_sessions_speak_and_the_latest_shared_product_counts_most() {
        let data = visits(&[&[0, 1, 2], &[3, 1, 4], &[5, 3]]);
        let sessions = Sessions::new(&data, 0, i64::MAX);
        let fitted = SessionMethod::Neighbours { k: 10, sample: 10 }.fit(&sessions);
        let mut scores = vec![0.0; 6];
        fitted.score(&[0, 1], 10_000, &mut scores);
        // By hand: session 0 shares 0 (1/2) and 1 (2/2), session 1 shares 1; both match the last product, λ = 0.9.
        let rare = |n: f32| (3.0_f32 / n).ln();
        assert!((scores[2] - 1.5 * 0.9 * rare(1.0)).abs() < 1e-6, "{scores:?}");
        assert!((scores[4] - 1.0 * 0.9 * rare(1.0)).abs() < 1e-6, "{scores:?}");
        assert!((scores[3] - 1.0 * 0.9 * rare(2.0)).abs() < 1e-6, "{scores:?}");
        assert_eq!((scores[0], scores[5]), (f32::NEG_INFINITY, 0.0));
    }

    #[test]
    fn stan_prefers_new_sessions_and_close_places() {
        let data = visits(&[&[0, 1, 2, 3], &[0, 4]]);
        let sessions = Sessions::new(&data, 0, i64::MAX);
        let stan =
            SessionMethod::Stan { k: 10, sample: 10, query_reach: 1.0, age_days: 0.01, item_reach: 0.5 };
        let mut scores = vec![0.0; 6];
        stan.fit(&sessions).score(&[0], 1_001, &mut scores);
        assert!(scores[1] > scores[2] && scores[2] > scores[3] && scores[4] > scores[1], "{scores:?}");
    }

    #[test]
    fn every_step_to_something_new_is_a_case() {
        let data = visits(&[&[0, 1, 0, 2], &[3]]);
        let cases = session_cases(&data, 0, i64::MAX, 10);
        let seen: Vec<(usize, u32)> = cases.iter().map(|case| (case.query.len(), case.target)).collect();
        assert_eq!(seen, [(1, 1), (3, 2)]);
        assert!(session_cases(&data, 500, i64::MAX, 10).is_empty());
    }

    #[test]
    fn no_visits_no_scores_and_no_fault() {
        let data = visits(&[]);
        let sessions = Sessions::new(&data, 0, i64::MAX);
        for method in session_stage() {
            let mut scores = vec![1.0; 6];
            method.fit(&sessions).score(&[1], 0, &mut scores);
            assert!(scores.iter().enumerate().all(|(p, s)| p == 1 || *s == 0.0), "{method:?}");
        }
    }
}
