//! The history as the files a store owner would export, with the planted problems that real exports have.

use std::io::{Cursor, Write as _};

use super::assortment::{Article, Assortment, Category};
use super::calendar::DAYS;
use super::history::{Channel, History, Order};
use super::orders_file::{self, Bill};
use super::people::Person;
use super::random::Stream;
use super::visits::{Visit, What};
use crate::shop::Minor;
use crate::shop::hash::splitmix64;
use crate::shop::time;

/// One file of the sample store.
pub struct SampleFile {
    pub name: &'static str,
    /// What is inside: the CSV itself.
    pub plain: Vec<u8>,
    packing: Packing,
}

#[derive(Clone, Copy)]
enum Packing {
    None,
    Gzip,
    /// As the platform mails large exports, with the name of the file inside.
    Zip(&'static str),
}

impl SampleFile {
    /// The bytes as they lie on disk. Packed with fixed time stamps, so they repeat.
    pub fn packed(&self) -> std::io::Result<Vec<u8>> {
        match self.packing {
            Packing::None => Ok(self.plain.clone()),
            Packing::Gzip => {
                let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
                gzip.write_all(&self.plain)?;
                gzip.finish()
            }
            Packing::Zip(inside) => {
                let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
                let options = zip::write::SimpleFileOptions::default()
                    .compression_method(zip::CompressionMethod::Deflated)
                    .compression_level(Some(9))
                    .last_modified_time(zip::DateTime::default());
                zip.start_file(inside, options)?;
                zip.write_all(&self.plain)?;
                Ok(zip.finish()?.into_inner())
            }
        }
    }
}

pub(super) fn write(
    seed: u64,
    assortment: &Assortment,
    people: &[Person],
    history: &History,
    visits: &[Visit],
) -> Vec<SampleFile> {
    let dirt = Dirt::plant(seed, assortment, people);
    let bills = orders_file::bills(&history.orders);
    let file = |name, packing, plain| SampleFile { name, plain, packing };
    vec![
        file("products_export.csv", Packing::None, products(seed, assortment, &dirt)),
        file("inventory_export.csv", Packing::None, inventory(assortment, &dirt)),
        file("customers_export.csv", Packing::None, customers(seed, people, history, &bills, &dirt)),
        file(
            "orders_export.zip",
            Packing::Zip("orders_export_1.csv"),
            orders_file::write(seed, assortment, people, history, &bills, &dirt),
        ),
        file("showroom_till.csv", Packing::None, till(assortment, people, &history.orders)),
        file("events.csv.gz", Packing::Gzip, events(assortment, people, visits)),
    ]
}

/// Which entries carry a planted problem.
pub(super) struct Dirt {
    no_picture: Vec<usize>,
    no_category: Vec<usize>,
    cost_above_price: Vec<usize>,
    was_below_price: Vec<usize>,
    /// Article and form.
    negative_stock: Vec<(usize, usize)>,
    no_sku: Vec<(usize, usize)>,
    /// People the customer file lists twice, the second time with the address in capitals.
    pub(super) listed_twice: Vec<usize>,
}

impl Dirt {
    fn plant(seed: u64, assortment: &Assortment, people: &[Person]) -> Self {
        let mut stream = Stream::new(seed, "dirt");
        let mut articles: Vec<usize> =
            (0..assortment.articles.len()).filter(|index| !assortment.articles[*index].leads()).collect();
        stream.shuffle(&mut articles);
        let mut take = |count: usize| articles.split_off(articles.len() - count);
        let (no_picture, no_category) = (take(14), take(9));
        let (cost_above_price, was_below_price) = (take(2), take(4));
        let mut first_forms = |count: usize| take(count).into_iter().map(|article| (article, 0)).collect();
        let (negative_stock, no_sku) = (first_forms(3), first_forms(8));
        let mut listed_twice: Vec<usize> = (0..people.len()).collect();
        stream.shuffle(&mut listed_twice);
        listed_twice.truncate(12);
        Self {
            no_picture,
            no_category,
            cost_above_price,
            was_below_price,
            negative_stock,
            no_sku,
            listed_twice,
        }
    }

    pub(super) fn sku<'a>(&self, assortment: &'a Assortment, article: usize, form: usize) -> &'a str {
        if self.no_sku.contains(&(article, form)) {
            ""
        } else {
            &assortment.articles[article].forms[form].sku
        }
    }

    fn stock(&self, assortment: &Assortment, article: usize, form: usize) -> Option<i64> {
        let oversold = self.negative_stock.iter().position(|entry| *entry == (article, form));
        oversold.map_or(assortment.articles[article].forms[form].stock, |nth| Some(-1 - nth as i64 * 2))
    }
}

/// `1190.00`.
pub(super) fn dollars(minor: Minor) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

pub(super) fn csv_of(delimiter: u8, header: &str, rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    let written = writer
        .write_record(header.split(delimiter as char))
        .and_then(|()| rows.into_iter().try_for_each(|row| writer.write_record(row)));
    written.expect("rows are as long as the header: tests compare each file's records");
    writer.into_inner().expect("writing to memory")
}

const PRODUCT_COLUMNS: &str = "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,\
Option1 Value,Option1 Linked To,Option2 Name,Option2 Value,Option2 Linked To,Option3 Name,Option3 Value,\
Option3 Linked To,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,\
Variant Fulfillment Service,Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,\
Unit Price Total Measure,Unit Price Total Measure Unit,Unit Price Base Measure,Unit Price Base Measure Unit,\
Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,SEO Title,SEO Description,Variant Image,\
Variant Weight Unit,Variant Tax Code,Cost per item,Status";

/// A row of a wide table: named cells, the others blank.
pub(super) struct Row<'a> {
    columns: &'a [&'a str],
    cells: Vec<String>,
}

impl<'a> Row<'a> {
    pub(super) fn new(columns: &'a [&'a str]) -> Self {
        Self { columns, cells: vec![String::new(); columns.len()] }
    }

    pub(super) fn set(&mut self, column: &str, value: impl Into<String>) {
        if let Some(at) = self.columns.iter().position(|name| *name == column) {
            self.cells[at] = value.into();
        } else {
            debug_assert!(false, "no column {column}");
        }
    }

    pub(super) fn cells(self) -> Vec<String> {
        self.cells
    }
}

fn products(seed: u64, assortment: &Assortment, dirt: &Dirt) -> Vec<u8> {
    let columns: Vec<&str> = PRODUCT_COLUMNS.split(',').collect();
    let last_day = DAYS - 1;
    let mut rows = Vec::new();
    for (index, article) in assortment.articles.iter().enumerate() {
        let price = article.price_on(last_day);
        let was = if dirt.was_below_price.contains(&index) {
            Some(price * 4 / 5)
        } else {
            (price < article.price).then_some(article.price)
        };
        let cost = if dirt.cost_above_price.contains(&index) { price * 112 / 100 } else { article.cost };
        for (nth, form) in article.forms.iter().enumerate() {
            let mut row = Row::new(&columns);
            row.set("Handle", &article.handle);
            if nth == 0 {
                let categorised = !dirt.no_category.contains(&index);
                row.set("Title", &article.title);
                row.set("Body (HTML)", description(article));
                row.set("Vendor", article.vendor);
                row.set("Product Category", if categorised { article.category.taxonomy() } else { "" });
                row.set("Type", if categorised { article.category.name() } else { "" });
                row.set("Tags", tags(article));
                row.set("Published", "true");
                row.set("Option1 Name", if article.forms.len() > 1 { "Colour" } else { "Title" });
                row.set("Gift Card", "false");
                row.set("Status", "active");
            }
            row.set("Option1 Value", article.option_value(nth).unwrap_or_else(|| "Default Title".to_owned()));
            row.set("Variant SKU", dirt.sku(assortment, index, nth));
            row.set("Variant Grams", (article.price / 12 + 150).to_string());
            if let Some(level) = dirt.stock(assortment, index, nth) {
                row.set("Variant Inventory Tracker", "shopify");
                row.set("Variant Inventory Qty", level.to_string());
            } else {
                row.set("Variant Inventory Qty", "0");
            }
            row.set("Variant Inventory Policy", if form.made_to_order { "continue" } else { "deny" });
            row.set("Variant Fulfillment Service", "manual");
            row.set("Variant Price", dollars(price));
            row.set("Variant Compare At Price", was.map(dollars).unwrap_or_default());
            row.set("Variant Requires Shipping", "true");
            row.set("Variant Taxable", "true");
            row.set("Variant Barcode", barcode(seed, index, nth));
            if !dirt.no_picture.contains(&index) {
                let picture = format!("https://cdn.larkfield.example/products/{}?v=1763", form.picture);
                row.set("Image Position", (nth + 1).to_string());
                row.set("Image Alt Text", article.line_name(nth));
                if article.forms.len() > 1 {
                    row.set("Variant Image", &picture);
                }
                row.set("Image Src", picture);
            }
            row.set("Variant Weight Unit", "g");
            row.set("Cost per item", dollars(cost));
            rows.push(row.cells());
        }
    }
    csv_of(b',', PRODUCT_COLUMNS, rows.into_iter())
}

/// An EAN-13 of the range kept for use inside a shop (prefix 2), with its check digit.
fn barcode(seed: u64, article: usize, form: usize) -> String {
    let body = 200_000_000_000 + splitmix64(seed ^ (article * 8 + form) as u64) % 10_000_000_000;
    let digits: Vec<u64> = body.to_string().bytes().map(|digit| u64::from(digit - b'0')).collect();
    let sum: u64 = digits.iter().enumerate().map(|(at, digit)| digit * if at % 2 == 0 { 1 } else { 3 }).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn description(article: &Article) -> String {
    let use_it = match article.category {
        Category::Chairs => "Comfortable for a long dinner, light enough to move with one hand.",
        Category::Sofas => "Deep seat, firm back, and a frame that carries a guarantee of ten years.",
        Category::Tables => "A surface for every day; the legs unscrew for the move.",
        Category::Bedroom => "Made to be assembled in half an hour, and to stay quiet afterwards.",
        Category::Lighting => "Warm light where you read, sit and talk. Bulb not included.",
        Category::Kitchen => "For daily use; safe in the dishwasher unless the label says otherwise.",
        Category::Plants => "Arrives in a carton with air holes and a card on how to care for it.",
        Category::Decor => "A small thing that makes a room yours.",
        Category::Bath => "Soft on the skin and quick to dry.",
        Category::Kids => "Rounded edges, sturdy joints, colours that do not rub off.",
        Category::Garden => "Stays outside from April to October; store it dry in winter.",
        Category::Bags => "Made to be carried every day.",
    };
    format!("<p>The {} by {}.</p>\n<p>{use_it}</p>", article.title.to_lowercase(), article.vendor)
}

const STYLE_TAGS: [&str; 4] = ["rustic", "modern", "colourful", "classic"];
const MATERIALS: [&str; 14] = [
    "oak", "leather", "rattan", "steel", "copper", "linen", "ceramic", "glass", "teak", "pine", "brass",
    "stone", "wood", "straw",
];

fn tags(article: &Article) -> String {
    let title = article.title.to_lowercase();
    let mut tags = vec![STYLE_TAGS[article.style as usize].to_owned()];
    tags.extend(
        MATERIALS.iter().filter(|material| title.contains(**material)).map(|material| (*material).to_owned()),
    );
    if article.price < 4_500
        && matches!(article.category, Category::Kitchen | Category::Decor | Category::Plants)
    {
        tags.push("gift idea".to_owned());
    }
    if article.launched > DAYS - 60 {
        tags.push("new".to_owned());
    }
    tags.join(", ")
}

const INVENTORY_COLUMNS: &str = "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,\
Option3 Value,SKU,HS Code,COO,Location,Incoming,Unavailable,Committed,Available,On hand";

fn inventory(assortment: &Assortment, dirt: &Dirt) -> Vec<u8> {
    let columns: Vec<&str> = INVENTORY_COLUMNS.split(',').collect();
    let mut rows = Vec::new();
    for (index, article) in assortment.articles.iter().enumerate() {
        for nth in 0..article.forms.len() {
            let Some(level) = dirt.stock(assortment, index, nth) else {
                continue;
            };
            let on_display = if level > 6 { 1 + level % 3 } else { 0 };
            for (location, available) in [("Warehouse", level - on_display), ("Showroom", on_display)] {
                let committed =
                    if location == "Warehouse" { splitmix64((index * 8 + nth) as u64) % 3 } else { 0 };
                let mut row = Row::new(&columns);
                row.set("Handle", &article.handle);
                row.set("Title", &article.title);
                row.set("Option1 Name", if article.forms.len() > 1 { "Colour" } else { "Title" });
                row.set(
                    "Option1 Value",
                    article.option_value(nth).unwrap_or_else(|| "Default Title".to_owned()),
                );
                row.set("SKU", dirt.sku(assortment, index, nth));
                row.set("Location", location);
                row.set("Incoming", if available <= 0 && location == "Warehouse" { "12" } else { "0" });
                row.set("Unavailable", "0");
                row.set("Committed", committed.to_string());
                row.set("Available", available.to_string());
                row.set("On hand", (available + committed as i64).to_string());
                rows.push(row.cells());
            }
        }
    }
    csv_of(b',', INVENTORY_COLUMNS, rows.into_iter())
}

const CUSTOMER_COLUMNS: &str = "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,\
Default Address Company,Default Address Address1,Default Address Address2,Default Address City,\
Default Address Province Code,Default Address Country Code,Default Address Zip,Default Address Phone,Phone,\
Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags";

fn customers(seed: u64, people: &[Person], history: &History, bills: &[Bill], dirt: &Dirt) -> Vec<u8> {
    let columns: Vec<&str> = CUSTOMER_COLUMNS.split(',').collect();
    let mut spent = vec![(0, 0); people.len()];
    for (order, bill) in history.orders.iter().zip(bills) {
        if let Some(customer) = order.customer {
            spent[customer].0 += bill.total - bill.refunded;
            spent[customer].1 += 1;
        }
    }
    let mut rows = Vec::with_capacity(people.len() + dirt.listed_twice.len());
    for (index, person) in people.iter().enumerate() {
        let mut stream = Stream::member(seed, "account", index);
        let consents = stream.chance(history.habits[index].consent_permille);
        let mut row = Row::new(&columns);
        row.set("Customer ID", format!("'{}", person.id));
        row.set("First Name", person.first_name);
        row.set("Last Name", person.last_name);
        row.set("Email", &person.email);
        row.set("Accepts Email Marketing", if consents { "yes" } else { "no" });
        row.set("Default Address Address1", &person.street);
        row.set("Default Address City", person.place.city);
        row.set("Default Address Province Code", person.place.province);
        row.set("Default Address Country Code", person.place.country);
        row.set("Default Address Zip", postcode(person.place.zip));
        row.set("Phone", person.phone.as_ref().map_or_else(String::new, |phone| format!("'{phone}")));
        row.set("Accepts SMS Marketing", if consents && stream.chance(240) { "yes" } else { "no" });
        row.set("Total Spent", dollars(spent[index].0));
        row.set("Total Orders", spent[index].1.to_string());
        row.set("Tax Exempt", "no");
        row.set("Tags", if consents && stream.chance(300) { "newsletter, spring catalogue" } else { "" });
        rows.push(row.cells());
        if dirt.listed_twice.contains(&index) {
            let mut again = Row::new(&columns);
            again.set("Customer ID", format!("'{}", 9_110_000_000_000 + index as u64 * 32_768));
            again.set("First Name", person.first_name);
            again.set("Last Name", person.last_name);
            again.set("Email", person.email.to_uppercase());
            again.set("Accepts Email Marketing", "no");
            again.set("Accepts SMS Marketing", "no");
            again.set("Total Spent", "0.00");
            again.set("Total Orders", "0");
            again.set("Tax Exempt", "no");
            rows.push(again.cells());
        }
    }
    csv_of(b',', CUSTOMER_COLUMNS, rows.into_iter())
}

/// With the apostrophe that keeps a spreadsheet from eating the leading zero.
pub(super) fn postcode(zip: &str) -> String {
    if zip.starts_with('0') { format!("'{zip}") } else { zip.to_owned() }
}

/// The showroom's till writes its own kind of file: semicolons, decimal commas, the day before the month.
fn till(assortment: &Assortment, people: &[Person], orders: &[Order]) -> Vec<u8> {
    let comma = |minor: Minor| dollars(minor).replace('.', ",");
    let rows = orders
        .iter()
        .filter(|order| order.channel == Channel::Till)
        .enumerate()
        .flat_map(|(nth, order)| order.lines.iter().map(move |line| (nth, order, line)))
        .map(|(nth, order, line)| {
            let article = &assortment.articles[line.article];
            vec![
                order.customer.map_or_else(String::new, |customer| people[customer].id.clone()),
                format!("T-{:05}", 20_001 + nth),
                order.at.day_first(),
                article.handle.clone(),
                line.quantity.to_string(),
                comma(line.unit_price),
                super::CURRENCY.to_owned(),
                comma(0),
                article.title.clone(),
                article.category.name().to_owned(),
            ]
        });
    csv_of(
        b';',
        "customer_id;order_id;created_at;product_id;quantity;unit_price;currency;discount;title;category",
        rows,
    )
}

fn events(assortment: &Assortment, people: &[Person], visits: &[Visit]) -> Vec<u8> {
    let rows = visits.iter().flat_map(|visit| visit.steps.iter().map(move |step| (visit, step))).map(
        |(visit, step)| {
            let (event, product, query, results) = match &step.what {
                What::View(article) => ("view_product", Some(article), "", None),
                What::Add(article) => ("add_to_cart", Some(article), "", None),
                What::Search { query, results } => ("search", None, query.as_str(), Some(results)),
            };
            vec![
                visitor_key(visit.visitor),
                visit.customer.map_or_else(String::new, |customer| people[customer].id.clone()),
                time::rfc3339(visit.start.plus_seconds(step.seconds_in).seconds_utc()),
                event.to_owned(),
                product.map_or_else(String::new, |article| assortment.articles[*article].handle.clone()),
                query.to_owned(),
                results.map_or_else(String::new, ToString::to_string),
                visit.device.to_owned(),
                visit.source.to_owned(),
            ]
        },
    );
    csv_of(b',', "visitor_id,customer_id,at,event,product_id,query,results,device,source", rows)
}

/// `v` and seven letters or digits, as a first-party cookie would hold.
fn visitor_key(number: usize) -> String {
    let mut rest = splitmix64(number as u64 ^ 0x7669_7369_746f_7273) % 78_364_164_096;
    let mut key = String::from("v");
    for _ in 0..7 {
        key.push(char::from_digit((rest % 36) as u32, 36).unwrap_or('0'));
        rest /= 36;
    }
    key
}
