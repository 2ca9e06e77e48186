//! Grouping a store whose hidden kinds of customers are known.

use crate::features::plain::{PlainLine, PlainProduct, frames};
use crate::features::{CustomerFeatures, customer_features};
use crate::shop::hash::splitmix64;
use crate::shop::{Seconds, Silent};

use super::quality::adjusted_rand;
use super::*;

const DAY: Seconds = 86_400;
const NOW: Seconds = 1_762_000_000;

const CATEGORIES: [&str; 6] = ["Sofas", "Lighting", "Plants", "Kitchen", "Kids", "Decor"];

/// A stream of numbers 0…1.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(1);
        (splitmix64(self.0) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn pick(&mut self, weights: &[f64]) -> usize {
        let mut left = self.roll() * weights.iter().sum::<f64>();
        weights
            .iter()
            .position(|weight| {
                left -= weight;
                left < 0.0
            })
            .unwrap_or(weights.len() - 1)
    }
}

/// What one kind of customer does: orders over their time, value of an order, what from, when, and how.
struct Habit {
    customers: usize,
    orders: (usize, usize),
    value: f64,
    liked: [f64; 6],
    on_sale: f64,
    gifts: f64,
    /// Days ago of the first and last possible order.
    between: (f64, f64),
}

const HABITS: [Habit; 6] = [
    Habit {
        customers: 90,
        orders: (8, 14),
        value: 18_400.0,
        liked: [5.0, 4.0, 0.3, 0.3, 0.1, 1.0],
        on_sale: 0.06,
        gifts: 0.05,
        between: (700.0, 5.0),
    },
    Habit {
        customers: 120,
        orders: (6, 12),
        value: 4_100.0,
        liked: [0.1, 0.3, 8.0, 0.8, 0.1, 1.0],
        on_sale: 0.15,
        gifts: 0.05,
        between: (700.0, 5.0),
    },
    Habit {
        customers: 110,
        orders: (2, 4),
        value: 6_000.0,
        liked: [0.1, 0.2, 0.3, 8.0, 0.3, 1.0],
        on_sale: 0.2,
        gifts: 0.8,
        between: (720.0, 10.0),
    },
    Habit {
        customers: 210,
        orders: (3, 6),
        value: 3_500.0,
        liked: [1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        on_sale: 0.72,
        gifts: 0.05,
        between: (700.0, 5.0),
    },
    Habit {
        customers: 80,
        orders: (5, 8),
        value: 7_000.0,
        liked: [1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        on_sale: 0.2,
        gifts: 0.05,
        between: (720.0, 300.0),
    },
    Habit {
        customers: 100,
        orders: (3, 6),
        value: 5_500.0,
        liked: [0.1, 0.2, 0.2, 0.3, 9.0, 0.5],
        on_sale: 0.2,
        gifts: 0.05,
        between: (650.0, 5.0),
    },
];

fn store(seed: u64) -> (Vec<PlainLine>, Vec<PlainProduct>, Vec<u8>) {
    let mut dice = Dice(seed);
    let products: Vec<PlainProduct> = (0..60)
        .map(|product| PlainProduct {
            id: format!("p{product:02}"),
            category: Some(CATEGORIES[product % 6].to_owned()),
            price: Some(1_000 + 100 * product as i64),
        })
        .collect();
    let (mut lines, mut kinds) = (Vec::new(), Vec::new());
    for (kind, habit) in HABITS.iter().enumerate() {
        for _ in 0..habit.customers {
            let customer = format!("c{:05}", kinds.len());
            kinds.push(kind as u8);
            let n = habit.orders.0 + (dice.roll() * (habit.orders.1 - habit.orders.0 + 1) as f64) as usize;
            for order in 0..n {
                let (from, until) = habit.between;
                let mut ago = from - dice.roll() * (from - until);
                if habit.gifts > 0.5 {
                    // In the last two Novembers and Decembers.
                    ago = if dice.roll() < 0.5 { 330.0 } else { 690.0 } - dice.roll() * 50.0;
                }
                let gift = dice.roll() < habit.gifts;
                let n_lines = 1 + (dice.roll() * 3.0) as usize;
                for _ in 0..n_lines {
                    let category = dice.pick(&habit.liked);
                    let revenue = (habit.value / n_lines as f64 * (0.6 + 0.8 * dice.roll())) as i64;
                    let on_sale = dice.roll() < habit.on_sale;
                    lines.push(PlainLine {
                        customer: customer.clone(),
                        order: format!("{customer}-{order}"),
                        at: NOW - (ago * DAY as f64) as i64,
                        product: format!("p{:02}", category + 6 * (dice.roll() * 10.0) as usize),
                        quantity: 1,
                        revenue,
                        discount: if on_sale { revenue / 4 } else { 0 },
                        ships_elsewhere: Some(gift),
                    });
                }
            }
        }
    }
    (lines, products, kinds)
}

fn features(lines: &[PlainLine], products: &[PlainProduct]) -> CustomerFeatures {
    customer_features(&frames(lines, products, &[]).unwrap(), NOW).unwrap()
}

#[test]
fn hidden_kinds_of_customers_come_out_clear_and_named() {
    let (lines, products, kinds) = store(1);
    let run = run(&features(&lines, &products), &Settings::default(), None, &Silent).unwrap();
    let found: Vec<u8> = run.assignment.iter().map(|group| *group as u8).collect();
    let agreement = adjusted_rand(&kinds, &found);
    let names: Vec<(&str, u32)> =
        run.groups.iter().map(|group| (group.name.as_str(), group.customers)).collect();
    let told = format!("ARI {agreement:.3}, k {}, {:?}, {names:?}", run.k, run.by_k);
    assert!(agreement > 0.75, "{told}");
    for name in ["Loyal big spenders", "Plants people", "Sale hunters", "Kids people"] {
        assert!(names.iter().any(|(found, _)| found.starts_with(name)), "no {name}: {told}");
    }
}

#[test]
fn numbering_the_customers_differently_changes_no_group() {
    let (mut lines, products, _) = store(2);
    let plain = run(&features(&lines, &products), &Settings::default(), None, &Silent).unwrap();
    for line in &mut lines {
        line.customer = line.customer.chars().rev().collect();
    }
    let turned = run(&features(&lines, &products), &Settings::default(), None, &Silent).unwrap();
    assert_eq!(plain.by_k, turned.by_k);
    assert_eq!(plain.model, turned.model);
    for id in &plain.customer_ids {
        let reversed: String = id.chars().rev().collect();
        assert_eq!(plain.group_of(id), turned.group_of(&reversed));
    }
}

#[test]
fn names_and_ids_survive_grouping_again() {
    let (lines, products, _) = store(3);
    let features = features(&lines, &products);
    let mut first = run(&features, &Settings::default(), None, &Silent).unwrap();
    first.groups[0].name = "My best people".to_owned();
    first.groups[0].renamed = true;
    let again = run(&features, &Settings { seed: 7, ..Settings::default() }, Some(&first), &Silent).unwrap();
    let kept = again.groups.iter().find(|group| group.id == first.groups[0].id).unwrap();
    assert_eq!(kept.name, "My best people");
    assert!(kept.joined.is_some());
}

#[test]
fn thin_data_is_told_in_a_sentence() {
    let line = PlainLine {
        customer: "a".to_owned(),
        order: "1".to_owned(),
        at: NOW - DAY,
        product: "x".to_owned(),
        quantity: 1,
        revenue: 500,
        ..PlainLine::default()
    };
    for lines in [vec![], vec![line]] {
        let run = run(&features(&lines, &[]), &Settings::default(), None, &Silent).unwrap();
        assert_eq!(run.k, 1);
        assert!(run.notes[0].contains("Too few customers"), "{:?}", run.notes);
        assert_eq!(run.groups.len(), 1);
        assert!(run.assignment.iter().all(|group| *group == 0));
        let text = serde_json::to_string(&run).unwrap();
        assert!(!text.contains("null,null"), "{text}");
    }
}

#[test]
fn a_store_of_equals_is_one_group() {
    let lines: Vec<PlainLine> = (0..200)
        .map(|customer| PlainLine {
            customer: format!("c{customer:03}"),
            order: format!("o{customer:03}"),
            at: NOW - 10 * DAY,
            product: "x".to_owned(),
            quantity: 1,
            revenue: 500,
            ..PlainLine::default()
        })
        .collect();
    let run = run(&features(&lines, &[]), &Settings::default(), None, &Silent).unwrap();
    assert_eq!(run.groups.len(), 1);
    assert_eq!(run.groups[0].customers, 200);
    assert_eq!(run.groups[0].name, "All customers");
}

#[test]
fn every_algorithm_groups_everybody_by_the_portable_model() {
    let (lines, products, _) = store(4);
    let features = features(&lines, &products);
    for algorithm in [Algorithm::KMeans, Algorithm::GaussianMixture, Algorithm::Dbscan] {
        let settings = Settings { algorithm, groups: Groups::Exactly(5), ..Settings::default() };
        let run = run(&features, &settings, None, &Silent).unwrap();
        assert!(run.groups.len() >= 2, "{algorithm:?}");
        let columns: Vec<Vec<f64>> =
            run.model.features.iter().map(|feature| features.values(&feature.name).unwrap()).collect();
        for customer in 0..features.n_customers() {
            let facts: Vec<Option<i64>> = run
                .model
                .features
                .iter()
                .zip(&columns)
                .map(|(feature, column)| feature.observe(column[customer]))
                .collect();
            let label = &run.model.labels[run.model.assign(&facts).unwrap()];
            assert_eq!(&run.groups[run.assignment[customer] as usize].id, label);
        }
    }
}

#[test]
fn rule_groups_come_first_in_list_order() {
    let (lines, products, _) = store(5);
    let features = features(&lines, &products);
    let rule = |id: &str, name: &str, when| RuleGroup { id: id.to_owned(), name: name.to_owned(), when };
    let often = Condition::is("n_orders", Op::AtLeast, 8.0);
    let rich = Condition::All(vec![
        Condition::is("n_orders", Op::AtLeast, 5.0),
        Condition::is("monetary", Op::MoreThan, 30_000.0),
    ]);
    let settings = Settings {
        rules: vec![rule("r1", "Often", often.clone()), rule("r2", "Rich", rich.clone())],
        ..Settings::default()
    };
    let run = run(&features, &settings, None, &Silent).unwrap();
    assert_eq!(run.groups[0].customers as usize, often.count(&features));
    let both = often
        .members(&features)
        .iter()
        .zip(rich.members(&features))
        .filter(|(often, rich)| !**often && *rich)
        .count();
    assert_eq!(run.groups[1].customers as usize, both);
    assert_eq!(run.groups.iter().map(|group| group.customers).sum::<u32>() as usize, run.buyers.len());
}

#[test]
fn merging_and_splitting_keep_everybody_and_the_model_says_so() {
    let (lines, products, _) = store(6);
    let features = features(&lines, &products);
    let first = run(&features, &Settings::default(), None, &Silent).unwrap();
    let (into, from) = (first.groups[0].id.clone(), first.groups[1].id.clone());
    let size = first.groups[0].customers + first.groups[1].customers;
    let edit = Edit::Merge { into: into.clone(), from: from.clone() };
    let merged = edit::apply(&first, &features, None, &edit).unwrap();
    assert_eq!(merged.groups.len() + 1, first.groups.len());
    assert_eq!(merged.groups[0].customers, size);
    let halves = edit::apply(&merged, &features, None, &Edit::Split { group: into.clone() }).unwrap();
    assert_eq!(halves.groups.len(), first.groups.len());
    assert!(halves.groups.iter().all(|group| group.customers > 0));
    assert_eq!(halves.groups.iter().map(|group| group.customers).sum::<u32>() as usize, first.buyers.len());
    let refused = edit::apply(&first, &features, None, &Edit::Merge { into: into.clone(), from: into });
    assert_eq!(refused, Err(EditError::Itself));
}

#[test]
fn a_locked_group_keeps_its_name_and_centre_when_grouped_again() {
    let (lines, products, _) = store(7);
    let features = features(&lines, &products);
    let mut first = run(&features, &Settings::default(), None, &Silent).unwrap();
    for edit in [
        Edit::Rename { group: first.groups[0].id.clone(), name: "The best".to_owned() },
        Edit::Lock { group: first.groups[0].id.clone(), locked: true },
    ] {
        first = edit::apply(&first, &features, None, &edit).unwrap();
    }
    let again = run(&features, &Settings { seed: 9, ..Settings::default() }, Some(&first), &Silent).unwrap();
    let kept = again.groups.iter().find(|group| group.id == first.groups[0].id).unwrap();
    assert!(kept.locked && kept.name == "The best");
    let centre = |run: &SegmentRun| {
        let place = run.model.labels.iter().position(|label| *label == first.groups[0].id).unwrap();
        run.model.centroids[place].clone()
    };
    assert_eq!(centre(&first), centre(&again));
}

#[test]
fn a_group_becomes_a_rule_that_matches_most_of_it() {
    let (lines, products, _) = store(8);
    let features = features(&lines, &products);
    let run = run(&features, &Settings::default(), None, &Silent).unwrap();
    let sofas = run.groups.iter().position(|group| group.name == "Loyal big spenders").unwrap();
    let rule = fit_rule(&run, sofas, &features).unwrap();
    assert!(rule.matches > 0.8 && rule.precision > 0.8, "{rule:?}");
    let Condition::All(parts) = &rule.when else { panic!("{rule:?}") };
    assert!(parts.len() <= 3);
}
