//! A decided page as JSON, the same from the command line and the server.

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::page::{Page, RuleOutcome, TermKind};
use super::prepared::Prepared;
use super::sentence::{Words, sentence};
use super::visit::Visit;
use crate::merch::{BlockKind, Hero};
use crate::shop::{Currency, Minor, Seconds, time};

/// A visit with what is asked about it.
pub struct Request {
    pub visit: Visit,
    pub explain: bool,
}

/// Reads `{"page":"home","now":…,"explain"?:true,…}`.
pub fn request(value: Value) -> Result<Request, serde_json::Error> {
    let explain = value.get("explain").and_then(Value::as_bool).unwrap_or(false);
    Ok(Request { visit: Visit::deserialize(value)?, explain })
}

/// `explain` adds why every product stands where it stands; the page must then have been decided in full detail.
pub fn page(prepared: &Prepared, page: &Page, explain: bool) -> Value {
    let bundle = prepared.bundle();
    let currency = &bundle.info.currency;
    let money = |amount| amount_with_code(amount, currency);
    let zone = &bundle.info.time_zone;
    let date = |at: Seconds| zone.local(at).strftime("%-d %b %Y").to_string();
    let words = Words { money: &money, date: &date };
    let blocks: Vec<Value> = page
        .blocks
        .iter()
        .map(|block| {
            let slots: Vec<Value> = block
                .slots
                .iter()
                .map(|slot| {
                    let product = &bundle.catalog.products[slot.product as usize];
                    let mut written = json!({
                        "position": slot.position,
                        "product": product.id,
                        "title": product.title,
                        "price_minor": product.price,
                        "currency": currency.0,
                        "score": slot.score,
                        "badges": slot.badges,
                    });
                    if explain {
                        let terms: Vec<Value> = slot
                            .why
                            .terms
                            .iter()
                            .map(|term| {
                                json!({
                                    "signal": signal(term.kind),
                                    "weight": term.weight,
                                    "value": term.value,
                                    "points": term.points,
                                })
                            })
                            .collect();
                        let rules: Vec<Value> = slot
                            .why
                            .rules
                            .iter()
                            .map(|trace| {
                                json!({
                                    "id": trace.rule,
                                    "effect": trace.points,
                                    "won": matches!(trace.outcome, RuleOutcome::Won | RuleOutcome::Capped),
                                    "outcome": trace.outcome,
                                })
                            })
                            .collect();
                        written["why"] = json!({
                            "sentence": sentence(bundle, &slot.why.sentence, &words),
                            "terms": terms,
                            "rules": rules,
                            "place_without_rules": slot.why.place_without_rules,
                        });
                    }
                    written
                })
                .collect();
            let mut written = json!({
                "id": block.id,
                "title": block.title,
                "kind": kind(&block.kind),
                "total": block.total,
                "slots": slots,
            });
            match &block.kind {
                BlockKind::Heroes { heroes } => written["hero"] = json!(heroes.first().map(banner)),
                BlockKind::Banner { hero } => written["hero"] = banner(hero),
                BlockKind::Tiles { tiles } => written["tiles"] = json!(tiles),
                BlockKind::Products => {}
            }
            written
        })
        .collect();
    json!({
        "page": page.page,
        "segment": page.segment,
        "layout": page.layout,
        "at": time::rfc3339(page.at),
        "redirect": page.redirect,
        "blocks": blocks,
    })
}

/// `18.40 EUR`; the amount of a currency with its digits and code, for places without a reader's language.
pub fn amount_with_code(amount: Minor, currency: &Currency) -> String {
    let digits = currency.exponent() as usize;
    let per_major = currency.minor_per_major();
    let sign = if amount < 0 { "-" } else { "" };
    let (major, minor) = (amount.abs() / per_major, amount.abs() % per_major);
    if digits == 0 {
        format!("{sign}{major} {}", currency.0)
    } else {
        format!("{sign}{major}.{minor:0digits$} {}", currency.0)
    }
}

fn signal(kind: TermKind) -> Value {
    match kind {
        TermKind::Signal(signal) => json!(signal),
        TermKind::Variety => json!("variety"),
        TermKind::Rules => json!("rules"),
    }
}

/// A banner without its audience, which is not the shopper's business.
fn banner(hero: &Hero) -> Value {
    json!({
        "id": hero.id,
        "headline": hero.headline,
        "button": hero.button,
        "link": hero.link,
        "image": hero.image,
    })
}

fn kind(kind: &BlockKind) -> &'static str {
    match kind {
        BlockKind::Products => "products",
        BlockKind::Heroes { .. } => "heroes",
        BlockKind::Tiles { .. } => "tiles",
        BlockKind::Banner { .. } => "banner",
    }
}
