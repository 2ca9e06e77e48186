//! Why a product stands where it stands: terms and rule points that add up exactly, and one sentence as data.

use std::ops::Range;

use super::bits::Bits;
use super::block::{Candidate, Decided, Run, Weigh};
use super::condition::age_days;
use super::engine::{Detail, PLACES_WITHOUT_RULES};
use super::page::{Badge, RuleOutcome, RuleTrace, Sentence, Slot, Term, TermKind, Why};
use super::places::Held;
use super::rules::{CompiledRule, points_of};
use super::scene::Scene;
use crate::bundle::{Bundle, EVERYONE};
use crate::merch::{Action, Block, Rule, Signal, Source};

/// Products created within this many days are new.
pub const NEW_DAYS: i64 = 30;
/// Counted stock from 1 to this many is low.
pub const LOW_STOCK: i64 = 5;

pub(super) fn slots(
    scene: &Scene<'_>,
    block: &Block,
    shown: &Bits,
    decided: &Decided<'_>,
    window: Range<usize>,
    detail: Detail,
) -> Vec<Slot> {
    let window = window.start.min(decided.places.len())..window.end.min(decided.places.len());
    if window.is_empty() {
        return Vec::new();
    }
    let without_rules: Option<Decided<'_>> =
        (detail == Detail::Full && !decided.active.is_empty()).then(|| {
            let run = Run { rules: false, trial: None, upto: PLACES_WITHOUT_RULES.max(block.size as usize) };
            Decided::new(scene, block, shown, run)
        });
    let weigh = Weigh::new(scene, block);
    window
        .map(|at| {
            let held = decided.places[at];
            let rules = matching(scene, decided, held.product);
            let badges = badges(scene, &rules, decided, held);
            let why = if detail == Detail::Full {
                let candidate = candidate_of(decided, held);
                let terms = terms(&weigh, &candidate, held);
                Why {
                    sentence: sentence(scene, block, decided, &candidate, held, &terms, &rules),
                    rules: traces(scene, decided, held, &rules),
                    terms,
                    place_without_rules: match &without_rules {
                        None => Some(at as u32 + 1),
                        Some(other) => other
                            .places
                            .iter()
                            .position(|place| place.product == held.product)
                            .map(|place| place as u32 + 1),
                    },
                    next: decided.places.get(at + 1).map(|next| (next.product, held.score - next.score)),
                }
            } else {
                Why {
                    sentence: Sentence::Fallback,
                    terms: Vec::new(),
                    rules: Vec::new(),
                    place_without_rules: None,
                    next: None,
                }
            };
            Slot { position: at as u32 + 1, product: held.product, score: held.score, badges, why }
        })
        .collect()
}

fn candidate_of(decided: &Decided<'_>, held: Held) -> Candidate {
    decided.candidate(held.product).unwrap_or(Candidate {
        product: held.product,
        nth: 0,
        relevance: super::catalog_index::UNKNOWN,
        base: held.score,
        score: held.score,
    })
}

/// Active rules about a product, in list order.
fn matching<'d, 'a>(scene: &Scene<'_>, decided: &'d Decided<'a>, product: u32) -> Vec<&'d &'a CompiledRule> {
    let bundle = scene.prepared.bundle();
    decided.active.iter().filter(|rule| rule.matches(product, bundle, scene.visit.now)).collect()
}

/// Signals, variety, rules; exactly `held.score` in sum.
fn terms(weigh: &Weigh<'_>, candidate: &Candidate, held: Held) -> Vec<Term> {
    let mut terms: Vec<Term> = Signal::ALL
        .iter()
        .enumerate()
        .map(|(at, signal)| {
            let value = weigh.value(candidate.product, candidate.relevance, at);
            Term {
                kind: TermKind::Signal(*signal),
                weight: weigh.weight(at),
                value,
                points: weigh.points(value, at),
            }
        })
        .collect();
    let mut add = |kind, points| {
        if points != 0 {
            terms.push(Term { kind, weight: 1_000, value: None, points });
        }
    };
    add(TermKind::Variety, held.variety);
    add(TermKind::Rules, candidate.score - candidate.base);
    terms
}

fn traces(scene: &Scene<'_>, decided: &Decided<'_>, held: Held, rules: &[&&CompiledRule]) -> Vec<RuleTrace> {
    let list = &scene.prepared.bundle().document.rules;
    let id = |at: u32| list[at as usize].id.clone();
    let own: i64 = rules.iter().map(|rule| points_of(rule.action)).sum();
    let counted = decided.effects.points.as_ref().map_or(0, |points| points[held.product as usize]);
    rules
        .iter()
        .map(|rule| {
            let outcome = match rule.action {
                Action::Pin { .. } => pin_outcome(decided, rule.at, held.product, id),
                Action::Boost { .. } | Action::Bury { .. } if own != counted => RuleOutcome::Capped,
                _ => RuleOutcome::Won,
            };
            RuleTrace { rule: id(rule.at), points: points_of(rule.action), outcome }
        })
        .chain(only_show_passed(scene, decided, held))
        .collect()
}

fn pin_outcome(decided: &Decided<'_>, at: u32, product: u32, id: impl Fn(u32) -> String) -> RuleOutcome {
    let pins = &decided.pins;
    if pins.waiting.contains(&(at, product)) {
        return RuleOutcome::Waiting;
    }
    pins.lost
        .iter()
        .find(|(rule, lost, _)| (*rule, *lost) == (at, product))
        .map_or(RuleOutcome::Won, |(_, _, winner)| RuleOutcome::LostTo(id(*winner)))
}

/// Only-show rules that a pin stepped over.
fn only_show_passed(scene: &Scene<'_>, decided: &Decided<'_>, held: Held) -> Vec<RuleTrace> {
    let Some(pin) = held.pin else {
        return Vec::new();
    };
    let bundle = scene.prepared.bundle();
    let list = &bundle.document.rules;
    decided
        .active
        .iter()
        .filter(|rule| {
            rule.action == Action::OnlyShow && !rule.matches(held.product, bundle, scene.visit.now)
        })
        .map(|rule| RuleTrace {
            rule: list[rule.at as usize].id.clone(),
            points: 0,
            outcome: RuleOutcome::LostTo(list[pin as usize].id.clone()),
        })
        .collect()
}

fn badges(scene: &Scene<'_>, rules: &[&&CompiledRule], decided: &Decided<'_>, held: Held) -> Vec<Badge> {
    let bundle = scene.prepared.bundle();
    let product = &bundle.catalog.products[held.product as usize];
    let points = decided.effects.points.as_ref().map_or(0, |points| points[held.product as usize]);
    let scheduled = |rule: &Rule| rule.schedule.from.is_some() || rule.schedule.until.is_some();
    let does = |wanted: fn(&Action) -> bool| rules.iter().any(|rule| wanted(&rule.action));
    let in_conflict = does(|action| matches!(action, Action::Boost { .. }))
        && does(|action| matches!(action, Action::Bury { .. }))
        || decided.pins.lost.iter().any(|(_, product, _)| *product == held.product)
        || (held.pin.is_some()
            && decided.effects.allowed.as_ref().is_some_and(|allowed| !allowed.has(held.product)));
    let age = product
        .created_at
        .filter(|created| *created <= scene.visit.now)
        .map(|created| age_days(created, scene.visit.now));
    [
        (Badge::Pinned, held.pin.is_some()),
        (Badge::Boosted, points > 0),
        (Badge::Buried, points < 0),
        (Badge::Scheduled, rules.iter().any(|rule| scheduled(&bundle.document.rules[rule.at as usize]))),
        (Badge::Conflict, in_conflict),
        (Badge::New, age.is_some_and(|days| days <= NEW_DAYS)),
        (Badge::Sale, product.discount_percent() > 0),
        (Badge::LowStock, product.stock.is_some_and(|stock| (1..=LOW_STOCK).contains(&stock))),
        (Badge::SoldOut, !product.sellable()),
    ]
    .into_iter()
    .filter(|(_, holds)| *holds)
    .map(|(badge, _)| badge)
    .collect()
}

/// From the pin that placed it, else from its largest term that is known.
fn sentence(
    scene: &Scene<'_>,
    block: &Block,
    decided: &Decided<'_>,
    candidate: &Candidate,
    held: Held,
    terms: &[Term],
    rules: &[&&CompiledRule],
) -> Sentence {
    let bundle = scene.prepared.bundle();
    let list = &bundle.document.rules;
    if let Some(pin) = held.pin {
        let rule = &list[pin as usize];
        return Sentence::Pinned { rule: rule.id.clone(), since: rule.created_at };
    }
    let evidence = bundle.signals.evidence.get(held.product as usize).copied().unwrap_or_default();
    let largest = terms
        .iter()
        .filter(|term| term.points > 0 && (term.value.is_some() || term.kind == TermKind::Rules))
        .reduce(|best, term| if term.points > best.points { term } else { best });
    let cold = evidence.cold_start_from.is_some() && terms.get(1).is_some_and(|term| term.value.is_none());
    let Some(largest) = largest else {
        return if cold {
            Sentence::ColdStart { like: evidence.cold_start_from }
        } else {
            Sentence::Fallback
        };
    };
    match largest.kind {
        TermKind::Rules => rules
            .iter()
            .max_by_key(|rule| (points_of(rule.action), std::cmp::Reverse(rule.at)))
            .map_or(Sentence::Fallback, |rule| Sentence::Boosted {
                rule: list[rule.at as usize].id.clone(),
                points: points_of(rule.action),
            }),
        TermKind::Signal(Signal::Relevance) if cold => Sentence::ColdStart { like: evidence.cold_start_from },
        TermKind::Signal(Signal::Relevance) => relevant(scene, block, decided, candidate),
        TermKind::Signal(Signal::Popularity) => Sentence::Popular {
            sold_30_days: evidence.sold_30_days,
            rank: evidence.sales_rank,
            of: bundle.catalog.products.len() as u32,
        },
        TermKind::Signal(Signal::Newness) => Sentence::New {
            days: bundle.catalog.products[held.product as usize]
                .created_at
                .map_or(0, |created| age_days(created, scene.visit.now)) as u32,
        },
        TermKind::Signal(Signal::Margin) => {
            Sentence::Margin { earns: evidence.margin, percentile: evidence.margin_percentile }
        }
        TermKind::Signal(Signal::Stock) => Sentence::Stock {
            level: bundle.catalog.products[held.product as usize].stock,
            cover_weeks_tenths: evidence.cover_weeks_tenths,
        },
        TermKind::Variety => Sentence::Fallback,
    }
}

/// What the relevance came from: a list, the query, the history or the segment.
fn relevant(scene: &Scene<'_>, block: &Block, decided: &Decided<'_>, candidate: &Candidate) -> Sentence {
    let bundle = scene.prepared.bundle();
    let source = block.sources.get(candidate.nth as usize);
    if source == Some(&Source::SearchHits) {
        return Sentence::TextMatch { words: scene.hits.words.clone() };
    }
    if let Some(strategy) = source.and_then(Bundle::strategy_of) {
        let strongest = scene
            .seeds()
            .into_iter()
            .filter_map(|seed| {
                bundle
                    .neighbors
                    .of(strategy, seed)
                    .iter()
                    .find(|neighbor| neighbor.product == candidate.product)
                    .map(|neighbor| (neighbor.strength, seed, neighbor.evidence))
            })
            .reduce(|best, one| if one.0 > best.0 { one } else { best });
        if let Some((_, source, evidence)) = strongest {
            return Sentence::Pair { source, strategy, evidence };
        }
    }
    if decided.taste.is_mostly_history(candidate.product)
        && let Some((because_of, strategy, evidence)) = scene.because_of(block, candidate.product)
    {
        return Sentence::History { because_of, strategy: Some(strategy), evidence };
    }
    let segment = scene.visitor.segment.clone();
    let taste = bundle
        .signals
        .relevance_of(&segment)
        .filter(|column| column.segment == segment)
        .and_then(|column| column.evidence.get(candidate.product as usize))
        .copied()
        .unwrap_or_default();
    let customers =
        bundle.segments.segments.iter().find(|info| info.id == segment).map_or(0, |info| info.customers);
    if segment != EVERYONE && taste.buyers > 0 && taste.ratio_permille > 1_000 {
        return Sentence::SegmentTaste {
            segment,
            buyers: taste.buyers,
            customers,
            ratio_permille: taste.ratio_permille,
        };
    }
    Sentence::Relevant { segment }
}
