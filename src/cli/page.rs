//! `endcap page`.

use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::Value;

use super::{Printer, source};
use crate::app::{Error, found, train};
use crate::bundle::{Bundle, EVERYONE};
use crate::decide::{self, Detail, PageRef, Prepared, Visit, points};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A workspace or a bundle
    pub file: PathBuf,
    /// home, collection:ID, product:ID, cart:ID,ID or search:QUERY
    #[arg(long)]
    pub page: PageRef,
    /// Name or id of a segment; without it the page is that of everyone
    #[arg(long, value_name = "NAME")]
    pub segment: Option<String>,
    /// A visit as JSON: history, device, source
    #[arg(long, value_name = "FILE")]
    pub visit: Option<PathBuf>,
    /// Decide as at this time, for example 2025-11-14T09:30:00Z
    #[arg(long, value_name = "TIME")]
    pub at: Option<Timestamp>,
    /// Add why every product stands where it stands
    #[arg(long)]
    pub explain: bool,
}

pub(super) fn run(args: &Args, printer: &Printer) -> Result<(), Error> {
    let bundle = source::bundle(&args.file)?;
    known(&bundle, &args.page)?;
    let mut visit = visit(args)?;
    if let Some(wanted) = &args.segment {
        visit.segment = Some(segment(&bundle, wanted)?);
    }
    let prepared = Prepared::new(&bundle);
    let page = prepared.decide(&visit, Detail::Full);
    let mut document = serde_json::to_value(decide::json::page(&prepared, &page, args.explain))
        .map_err(|error| Error::user_because("The page cannot be written.", error))?;
    if let (Some(note), Value::Object(members)) = (found::note(&bundle, &args.page), &mut document) {
        members.insert("note".to_owned(), note.sentence().into());
    }
    let name = bundle.segments.name_of(&text(&document["segment"])).to_owned();
    printer.answer(&document, || words(&document, &name))
}

/// A shopper may come with any id and still gets a page; a person who asks for one here has mistyped it.
fn known(bundle: &Bundle, page: &PageRef) -> Result<(), Error> {
    let catalog = &bundle.catalog;
    let products = match page {
        PageRef::Product(id) => std::slice::from_ref(id),
        PageRef::Cart(ids) | PageRef::ThankYou(ids) => ids.as_slice(),
        PageRef::Collection(id) if !catalog.collections.iter().any(|known| known.id == *id) => {
            let ids: Vec<&str> = catalog.collections.iter().take(12).map(|known| known.id.as_str()).collect();
            let ids = if ids.is_empty() { "none".to_owned() } else { ids.join(", ") };
            return Err(Error::user(format!("There is no collection `{id}`. There are: {ids}.")));
        }
        _ => &[],
    };
    match products.iter().find(|id| catalog.index(id).is_none()) {
        None => Ok(()),
        Some(id) => Err(Error::user(format!(
            "There is no product `{id}`. `endcap page FILE --page search:WORDS` finds products by their title."
        ))),
    }
}

/// The visit file with the page and time of the arguments over it.
fn visit(args: &Args) -> Result<Visit, Error> {
    let now = args.at.map(Timestamp::as_second);
    let Some(path) = &args.visit else {
        return Ok(Visit::of(args.page.clone(), now.unwrap_or_else(train::now)));
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::user_because(format!("`{}` cannot be read: {error}.", path.display()), error)
    })?;
    let mut value: Value = serde_json::from_str(&text).map_err(not_a_visit)?;
    if let Value::Object(members) = &mut value {
        members.insert("page".to_owned(), args.page.to_string().into());
        if let Some(now) = now {
            members.insert("now".to_owned(), now.into());
        } else {
            members.entry("now").or_insert_with(|| train::now().into());
        }
    }
    serde_json::from_value(value).map_err(not_a_visit)
}

fn not_a_visit(error: serde_json::Error) -> Error {
    Error::user_because(
        format!(
            "The visit file is not a visit ({error}). Write for example {{\"history\":[],\"device\":\"phone\"}}."
        ),
        error,
    )
}

/// The id of a segment by its id or name, any case.
fn segment(bundle: &Bundle, wanted: &str) -> Result<String, Error> {
    if wanted == EVERYONE || wanted.eq_ignore_ascii_case("everyone") {
        return Ok(EVERYONE.to_owned());
    }
    let segments = &bundle.segments.segments;
    segments
        .iter()
        .find(|segment| segment.id == wanted || segment.name.to_lowercase() == wanted.to_lowercase())
        .map(|segment| segment.id.clone())
        .ok_or_else(|| {
            let names: Vec<&str> = segments.iter().map(|segment| segment.name.as_str()).collect();
            Error::user(format!("There is no segment `{wanted}`. There are: {}.", names.join(", ")))
        })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn words(page: &Value, segment: &str) -> String {
    let mut lines = vec![format!("{} for {segment}", text(&page["page"]))];
    if let Some(to) = page["redirect"].as_str() {
        lines.push(format!("This search leads to {to}."));
    }
    if let Some(note) = page["note"].as_str() {
        lines.push(note.to_owned());
    }
    for block in page["blocks"].as_array().into_iter().flatten() {
        lines.push(format!("\n{}", text(&block["title"])));
        if let Some(headline) = block["hero"]["headline"].as_str() {
            lines.push(format!("      {headline}  [{}]", text(&block["hero"]["button"])));
        }
        let tiles: Vec<&str> = block["tiles"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|tile| tile["title"].as_str())
            .collect();
        if !tiles.is_empty() {
            lines.push(format!("      {}", tiles.join(" · ")));
        }
        for slot in block["slots"].as_array().into_iter().flatten() {
            lines.push(format!(
                "{:>4}  {:>6}  {}  ({})",
                slot["position"],
                points::total(slot["score"].as_i64().unwrap_or(0)),
                text(&slot["title"]),
                text(&slot["product"])
            ));
            if let Some(why) = slot["why"]["sentence"].as_str() {
                lines.push(format!("              {why}"));
            }
        }
    }
    lines.join("\n")
}
