//! A decided page as JSON, the same from the command line and the server.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::page::{Badge, BlockPage, Page, RuleOutcome, Slot, TermKind};
use super::prepared::Prepared;
use super::sentence::{Words, sentence};
use super::visit::Visit;
use crate::merch::{BlockKind, Hero, Signal, Tile};
use crate::shop::{Currency, Minor, Seconds, time};

/// A visit with what is asked about it.
pub struct Request {
    pub visit: Visit,
    pub explain: bool,
}

/// Reads `{"page":"home","now":…,"explain"?:true,…}`.
pub fn request(json: &[u8]) -> Result<Request, serde_json::Error> {
    #[derive(Deserialize)]
    struct Asked {
        #[serde(default)]
        explain: Value,
    }
    let visit: Visit = serde_json::from_slice(json)?;
    let asked: Asked = serde_json::from_slice(json)?;
    Ok(Request { visit, explain: asked.explain == true })
}

/// The same from parsed JSON.
pub fn request_of(value: Value) -> Result<Request, serde_json::Error> {
    let explain = value.get("explain").is_some_and(|explain| *explain == true);
    Ok(Request { visit: Visit::deserialize(value)?, explain })
}

/// A page ready to be written. `explain` adds why every product stands where it stands; the page must then have been
/// decided in full detail.
pub fn page<'a>(prepared: &'a Prepared, page: &'a Page, explain: bool) -> impl Serialize + 'a {
    let view = View { prepared, explain };
    PageJson {
        page: &page.page,
        segment: &page.segment,
        layout: &page.layout,
        at: time::rfc3339(page.at),
        redirect: page.redirect.as_deref(),
        found: page.found,
        blocks: page.blocks.iter().map(|block| view.block(block)).collect(),
    }
}

#[derive(Serialize)]
struct PageJson<'a> {
    page: &'a str,
    segment: &'a str,
    layout: &'a str,
    at: String,
    redirect: Option<&'a str>,
    found: Option<u32>,
    blocks: Vec<BlockJson<'a>>,
}

#[derive(Serialize)]
struct BlockJson<'a> {
    id: &'a str,
    title: &'a str,
    kind: &'static str,
    total: u32,
    slots: Vec<SlotJson<'a>>,
    #[serde(flatten)]
    shows: Option<Shows<'a>>,
}

/// What a block without products shows.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Shows<'a> {
    Hero(Option<Banner<'a>>),
    Tiles(&'a [Tile]),
}

#[derive(Serialize)]
struct SlotJson<'a> {
    position: u32,
    product: &'a str,
    title: &'a str,
    price_minor: Option<Minor>,
    currency: &'a str,
    score: i64,
    badges: &'a [Badge],
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<WhyJson<'a>>,
}

#[derive(Serialize)]
struct WhyJson<'a> {
    sentence: String,
    terms: Vec<TermJson>,
    rules: Vec<RuleJson<'a>>,
    place_without_rules: Option<u32>,
}

#[derive(Serialize)]
struct TermJson {
    signal: SignalName,
    weight: u32,
    value: Option<u16>,
    points: i64,
}

#[derive(Serialize)]
struct RuleJson<'a> {
    id: &'a str,
    effect: i64,
    won: bool,
    outcome: &'a RuleOutcome,
}

/// A banner without its audience, which is not the shopper's business.
#[derive(Serialize)]
struct Banner<'a> {
    id: &'a str,
    headline: &'a str,
    button: &'a str,
    link: &'a str,
    image: &'a str,
}

struct SignalName(TermKind);

impl Serialize for SignalName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            TermKind::Signal(signal) => Signal::serialize(&signal, serializer),
            TermKind::Variety => serializer.serialize_str("variety"),
            TermKind::Rules => serializer.serialize_str("rules"),
        }
    }
}

struct View<'a> {
    prepared: &'a Prepared,
    explain: bool,
}

impl<'a> View<'a> {
    fn block(&self, block: &'a BlockPage) -> BlockJson<'a> {
        BlockJson {
            id: &block.id,
            title: &block.title,
            kind: kind(&block.kind),
            total: block.total,
            slots: block.slots.iter().map(|slot| self.slot(slot)).collect(),
            shows: match &block.kind {
                BlockKind::Heroes { heroes } => Some(Shows::Hero(heroes.first().map(banner))),
                BlockKind::Banner { hero } => Some(Shows::Hero(Some(banner(hero)))),
                BlockKind::Tiles { tiles } => Some(Shows::Tiles(tiles)),
                BlockKind::Products => None,
            },
        }
    }

    fn slot(&self, slot: &'a Slot) -> SlotJson<'a> {
        let bundle = self.prepared.bundle();
        let product = &bundle.catalog.products[slot.product as usize];
        SlotJson {
            position: slot.position,
            product: &product.id,
            title: &product.title,
            price_minor: product.price,
            currency: &bundle.info.currency.0,
            score: slot.score,
            badges: &slot.badges,
            why: self.explain.then(|| self.why(slot)),
        }
    }

    fn why(&self, slot: &'a Slot) -> WhyJson<'a> {
        let bundle = self.prepared.bundle();
        let money = |amount| amount_with_code(amount, &bundle.info.currency);
        let zone = &bundle.info.time_zone;
        let date = |at: Seconds| zone.local(at).strftime("%-d %b %Y").to_string();
        let words = Words { money: &money, date: &date };
        WhyJson {
            sentence: sentence(bundle, &slot.why.sentence, &words),
            terms: slot
                .why
                .terms
                .iter()
                .map(|term| TermJson {
                    signal: SignalName(term.kind),
                    weight: term.weight,
                    value: term.value,
                    points: term.points,
                })
                .collect(),
            rules: slot
                .why
                .rules
                .iter()
                .map(|trace| RuleJson {
                    id: &trace.rule,
                    effect: trace.points,
                    won: matches!(trace.outcome, RuleOutcome::Won | RuleOutcome::Capped),
                    outcome: &trace.outcome,
                })
                .collect(),
            place_without_rules: slot.why.place_without_rules,
        }
    }
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

fn banner(hero: &Hero) -> Banner<'_> {
    Banner {
        id: &hero.id,
        headline: &hero.headline,
        button: &hero.button,
        link: &hero.link,
        image: &hero.image,
    }
}

fn kind(kind: &BlockKind) -> &'static str {
    match kind {
        BlockKind::Products => "products",
        BlockKind::Heroes { .. } => "heroes",
        BlockKind::Tiles { .. } => "tiles",
        BlockKind::Banner { .. } => "banner",
    }
}
