//! The report for the client: one HTML file that needs nothing else.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::ExportFile;
use super::lists::{Lists, Slice};
use super::subject::{Section, Subject};
use super::text::{amount, base64, escape};
use crate::bundle::EVERYONE;
use crate::merch::{Action, Condition, Operator, Rule, Target as RuleTarget};
use crate::shop::time::rfc3339;

/// Products of a row that fit on one line of the page.
const SHOWN: usize = 8;

pub(super) fn files(subject: &Subject<'_>, lists: &Lists) -> Vec<ExportFile> {
    vec![ExportFile::text("report.html", html(subject, lists))]
}

fn html(subject: &Subject<'_>, lists: &Lists) -> String {
    let bundle = subject.bundle();
    let mut body = String::new();
    let store = escape(&bundle.info.store);
    write(
        &mut body,
        format_args!(
            "<header><h1>{store}</h1><p>What each group of customers sees first. Bundle {}, as of {}.</p></header>\n",
            escape(&subject.bundle_id),
            escape(&rfc3339(subject.now)[..10])
        ),
    );
    groups(subject, &mut body);
    pages(subject, lists, &mut body);
    rules(subject, &mut body);
    for section in &subject.sections {
        table_section(section, &mut body);
    }
    let mut style = String::from(STYLE);
    for product in pictured(lists) {
        if let Some(address) = picture(subject, product) {
            write(&mut style, format_args!(".p{product}{{background-image:url({address})}}\n"));
        }
    }
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\
         <title>{store}: pages for each group</title>\n<style>\n{style}</style></head>\n<body>\n{body}</body></html>\n"
    )
}

fn write(to: &mut String, text: std::fmt::Arguments<'_>) {
    to.write_fmt(text).expect("writing to a string");
}

fn pictured(lists: &Lists) -> BTreeSet<u32> {
    lists
        .now()
        .filter(|slice| slice.page == "home")
        .flat_map(|slice| slice.products.iter().take(SHOWN).copied())
        .collect()
}

fn picture(subject: &Subject<'_>, product: u32) -> Option<String> {
    let name = subject.bundle().catalog.products[product as usize].image.as_ref()?;
    let bytes = subject.pictures.get(name)?;
    let kind = match bytes.get(..4)? {
        [0x89, b'P', b'N', b'G'] => "png",
        [0xff, 0xd8, ..] => "jpeg",
        [b'G', b'I', b'F', _] => "gif",
        _ => "webp",
    };
    Some(format!("data:image/{kind};base64,{}", base64(bytes)))
}

fn groups(subject: &Subject<'_>, body: &mut String) {
    let rows: Vec<Vec<String>> = subject
        .named_groups()
        .map(|segment| {
            vec![
                segment.name.clone(),
                segment.description.clone(),
                segment.customers.to_string(),
                percent(segment.customer_share),
                percent(segment.revenue_share),
            ]
        })
        .collect();
    let header = ["Group", "What sets it apart", "Customers", "Of customers", "Of revenue"];
    table_section(
        &Section {
            title: "Who your customers are".to_owned(),
            paragraphs: Vec::new(),
            header: header.map(str::to_owned).to_vec(),
            rows,
        },
        body,
    );
}

fn percent(permille: u32) -> String {
    format!("{}.{} %", permille / 10, permille % 10)
}

fn pages(subject: &Subject<'_>, lists: &Lists, body: &mut String) {
    body.push_str("<section><h2>The homepage, group by group</h2>\n");
    body.push_str("<p>The first products of every row. <span class=\"own\">Outlined</span> is what a group sees there and everyone else does not.</p>\n");
    for segment in subject.groups() {
        let name = if segment == EVERYONE { "Everyone else" } else { subject.group_name(segment) };
        write(body, format_args!("<h3>{}</h3>\n", escape(name)));
        for slice in lists.now().filter(|slice| slice.page == "home" && slice.segment == segment) {
            row(subject, lists, slice, body);
        }
    }
    body.push_str("</section>\n");
}

fn row(subject: &Subject<'_>, lists: &Lists, slice: &Slice, body: &mut String) {
    let bundle = subject.bundle();
    let minor_per_major = bundle.info.currency.minor_per_major();
    let everyone = lists
        .now()
        .find(|other| other.segment == EVERYONE && other.page == slice.page && other.block == slice.block);
    write(body, format_args!("<h4>{}</h4><ol class=\"row\">\n", escape(&slice.title)));
    for product in slice.products.iter().take(SHOWN) {
        let facts = &bundle.catalog.products[*product as usize];
        let own = slice.segment != EVERYONE
            && everyone.is_some_and(|all| !all.products.iter().take(SHOWN).any(|other| other == product));
        let price = facts.price.map_or_else(String::new, |price| {
            format!("{} {}", amount(price, minor_per_major), bundle.info.currency.0)
        });
        write(
            body,
            format_args!(
                "<li{}><div class=\"picture p{product}\" role=\"img\" aria-label=\"{}\">{}</div><b>{}</b><span>{}</span></li>\n",
                if own { " class=\"own\"" } else { "" },
                escape(&facts.title),
                escape(&initial(subject, *product)),
                escape(&facts.title),
                escape(&price)
            ),
        );
    }
    body.push_str("</ol>\n");
}

/// The first letter of a product without a picture at hand.
fn initial(subject: &Subject<'_>, product: u32) -> String {
    let facts = &subject.bundle().catalog.products[product as usize];
    let pictured = facts.image.as_ref().is_some_and(|image| subject.pictures.contains_key(image));
    let letter = (!pictured).then(|| facts.title.chars().next()).flatten();
    letter.map_or_else(String::new, |letter| letter.to_uppercase().collect())
}

fn rules(subject: &Subject<'_>, body: &mut String) {
    let rows: Vec<Vec<String>> = subject
        .bundle()
        .document
        .rules
        .iter()
        .map(|rule| vec![rule.id.clone(), in_words(subject, rule), scope(subject, rule), period(rule)])
        .collect();
    let paragraphs = if rows.is_empty() {
        vec!["No rules: every place follows from the data.".to_owned()]
    } else {
        Vec::new()
    };
    let header = ["Rule", "What it does", "Where and for whom", "When"].map(str::to_owned).to_vec();
    let header = if rows.is_empty() { Vec::new() } else { header };
    table_section(&Section { title: "Your rules".to_owned(), paragraphs, header, rows }, body);
}

fn in_words(subject: &Subject<'_>, rule: &Rule) -> String {
    let what = match &rule.target {
        RuleTarget::Products(ids) => {
            let titles: Vec<&str> = ids
                .iter()
                .map(|id| {
                    let product = subject.bundle().catalog.index(id);
                    product
                        .map_or(id.as_str(), |index| &subject.bundle().catalog.products[index as usize].title)
                })
                .collect();
            titles.join(", ")
        }
        RuleTarget::Where(condition) => format!("everything where {}", condition_in_words(condition)),
    };
    let off = if rule.enabled { "" } else { " (switched off)" };
    let points = |points: i64| format!("{}.{}", points / 100_000, points.abs() / 10_000 % 10);
    match rule.action {
        Action::Pin { position, .. } => format!("Place {position}: {what}{off}"),
        Action::Boost { points: by, .. } => format!("{} points more: {what}{off}", points(by)),
        Action::Bury { points: by } => format!("{} points less: {what}{off}", points(by)),
        Action::Hide => format!("Hidden: {what}{off}"),
        Action::OnlyShow => format!("Only: {what}{off}"),
    }
}

fn condition_in_words(condition: &Condition) -> String {
    let joined =
        |parts: &[Condition], word: &str| parts.iter().map(condition_in_words).collect::<Vec<_>>().join(word);
    match condition {
        Condition::All(parts) => joined(parts, " and "),
        Condition::Any(parts) => joined(parts, " or "),
        Condition::Not(part) => format!("not {}", condition_in_words(part)),
        Condition::Is { field, operator, value } => {
            let field = serde_json::json!(field).to_string().replace(['"', '{', '}'], "").replace('_', " ");
            let sign = match operator {
                Operator::Equals => "is",
                Operator::Contains => "contains",
                Operator::Less => "<",
                Operator::LessOrEqual => "≤",
                Operator::Greater => ">",
                Operator::GreaterOrEqual => "≥",
            };
            format!("{field} {sign} {value}")
        }
    }
}

fn scope(subject: &Subject<'_>, rule: &Rule) -> String {
    let pages: Vec<String> = rule.scope.pages.iter().map(ToString::to_string).collect();
    let pages = if pages.is_empty() { "every page".to_owned() } else { pages.join(", ") };
    let groups = match &rule.scope.segments {
        None => "everyone".to_owned(),
        Some(ids) => ids.iter().map(|id| subject.group_name(id)).collect::<Vec<_>>().join(", "),
    };
    format!("{pages}; {groups}")
}

fn period(rule: &Rule) -> String {
    let day = |at: i64| rfc3339(at)[..10].to_owned();
    match (rule.schedule.from, rule.schedule.until) {
        (None, None) => "always".to_owned(),
        (Some(from), None) => format!("from {}", day(from)),
        (None, Some(until)) => format!("until {}", day(until)),
        (Some(from), Some(until)) => format!("{} to {}", day(from), day(until)),
    }
}

fn table_section(section: &Section, body: &mut String) {
    write(body, format_args!("<section><h2>{}</h2>\n", escape(&section.title)));
    for paragraph in &section.paragraphs {
        write(body, format_args!("<p>{}</p>\n", escape(paragraph)));
    }
    if !section.header.is_empty() {
        body.push_str("<div class=\"wide\"><table><thead><tr>");
        let numbers: Vec<bool> = (0..section.header.len()).map(|at| is_numbers(section, at)).collect();
        let class = |at: usize| if numbers.get(at).copied().unwrap_or(false) { " class=\"n\"" } else { "" };
        for (at, cell) in section.header.iter().enumerate() {
            write(body, format_args!("<th scope=\"col\"{}>{}</th>", class(at), escape(cell)));
        }
        body.push_str("</tr></thead><tbody>\n");
        for row in &section.rows {
            body.push_str("<tr>");
            for (at, cell) in row.iter().enumerate() {
                write(body, format_args!("<td{}>{}</td>", class(at), escape(cell)));
            }
            body.push_str("</tr>\n");
        }
        body.push_str("</tbody></table></div>\n");
    }
    body.push_str("</section>\n");
}

/// A column of nothing but numbers stands flush right, so that they compare at a glance.
fn is_numbers(section: &Section, at: usize) -> bool {
    let is_number = |cell: &str| {
        cell.chars().any(|letter| letter.is_ascii_digit())
            && cell.chars().all(|letter| letter.is_ascii_digit() || " .,%+-−–…()".contains(letter))
    };
    let mut cells =
        section.rows.iter().filter_map(|row| row.get(at)).filter(|cell| !cell.is_empty()).peekable();
    cells.peek().is_some() && cells.all(|cell| is_number(cell))
}

const STYLE: &str = "
:root { color-scheme: light dark; --paper: #fbfaf7; --ink: #23211d; --soft: #6b665c; --line: #e2ddd2; --accent: #2f6b4f; --card: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --paper: #191815; --ink: #ece8df; --soft: #a9a294; --line: #35322b; --accent: #7fc4a0; --card: #23211d; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1120px; padding: 40px 28px 96px; background: var(--paper); color: var(--ink); font: 15px/1.55 system-ui, sans-serif; }
h1 { font: 600 34px/1.2 Georgia, serif; margin: 0; } h2 { font: 600 24px/1.3 Georgia, serif; margin: 56px 0 12px; }
h3 { font: 600 18px/1.3 Georgia, serif; margin: 36px 0 4px; color: var(--accent); } h4 { font-size: 13px; font-weight: 600; color: var(--soft); margin: 16px 0 6px; }
header p { color: var(--soft); margin: 6px 0 0; }
.row { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(116px, 1fr)); gap: 12px; }
.row li { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 8px; font-size: 12px; line-height: 1.35; }
.row li.own { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.row b { display: block; font-weight: 600; margin-top: 6px; } .row span { color: var(--soft); font-variant-numeric: tabular-nums; }
p .own { color: var(--accent); font-weight: 600; }
.picture { aspect-ratio: 1; border-radius: 6px; background: var(--line) center / cover no-repeat; display: grid; place-items: center; font: 600 34px/1 Georgia, serif; color: var(--soft); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th, td { text-align: left; vertical-align: top; padding: 7px 14px 7px 0; border-bottom: 1px solid var(--line); } th { color: var(--soft); font-weight: 600; }
td { font-variant-numeric: tabular-nums; } .n { text-align: right; white-space: nowrap; }
@media (max-width: 700px) {
  body { padding: 28px 18px 64px; } td:nth-child(2) { min-width: 13rem; }
  .row { grid-auto-flow: column; grid-template-columns: none; grid-auto-columns: 38%; overflow-x: auto; scroll-snap-type: x proximity; padding-bottom: 6px; } .row li { scroll-snap-align: start; }
}
@media print {
  :root { --paper: #fff; --ink: #111; --soft: #444; --line: #ccc; --accent: #2f6b4f; --card: #fff; }
  body { max-width: none; padding: 0; } .picture { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .row { grid-auto-flow: row; grid-template-columns: repeat(8, 1fr); gap: 6px; overflow: visible; } .row li { padding: 5px; font-size: 9px; } .row li.own { border-width: 2px; box-shadow: none; }
  .row, .row li, tr { break-inside: avoid; } h2, h3, h4 { break-after: avoid; } thead { display: table-header-group; } .wide { overflow: visible; }
}
";
