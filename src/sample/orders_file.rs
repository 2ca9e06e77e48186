//! The orders in the platform's 79 columns: one row per line, order-level cells on the first row only, newest first.

use super::assortment::Assortment;
use super::calendar::DAYS;
use super::files::{Dirt, Row, csv_of, dollars, postcode};
use super::history::{Channel, History, Oddity, Order, Outcome};
use super::people::Person;
use super::random::Stream;
use crate::shop::Minor;

const ORDER_COLUMNS: &str = "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,\
Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,\
Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,\
Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,\
Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Address1,\
Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,\
Note Attributes,Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,\
Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,\
Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,\
Billing Province Name,Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,Payment References";

/// Articles that were sold and later deleted, so that six old lines point nowhere.
const DELETED: [(&str, &str, Minor); 3] = [
    ("Velvet ottoman, moss", "LH-OLD-0301", 14_900),
    ("Enamel bread knife", "LH-OLD-0302", 2_600),
    ("Wool throw, lichen", "LH-OLD-0303", 8_900),
];

/// What an order comes to.
pub(super) struct Bill {
    subtotal: Minor,
    discount: Minor,
    shipping: Minor,
    tax: Minor,
    pub(super) total: Minor,
    pub(super) refunded: Minor,
}

pub(super) fn bills(orders: &[Order]) -> Vec<Bill> {
    orders.iter().map(bill).collect()
}

fn bill(order: &Order) -> Bill {
    let deleted = match order.oddity {
        Some(Oddity::UnknownSku(nth)) => DELETED[nth % DELETED.len()].2,
        _ => 0,
    };
    let discount = order.discount();
    let subtotal = order.goods() + deleted - discount;
    if order.channel == Channel::Till {
        return Bill { subtotal, discount, shipping: 0, tax: 0, total: subtotal, refunded: 0 };
    }
    let bulky = order.lines.iter().any(|line| line.unit_price > 30_000);
    let shipping = match (bulky, subtotal) {
        (true, _) => 4_900,
        (false, 7_500..) => 0,
        _ => 695,
    };
    let tax = subtotal * 6 / 100;
    let total = subtotal + shipping + tax;
    let refunded = match order.outcome {
        Outcome::Returned | Outcome::Cancelled => total,
        _ => order.refunded() * (100 - order.code.map_or(0, |(_, percent)| percent)) / 100,
    };
    Bill { subtotal, discount, shipping, tax, total, refunded }
}

pub(super) fn write(
    seed: u64,
    assortment: &Assortment,
    people: &[Person],
    history: &History,
    bills: &[Bill],
    dirt: &Dirt,
) -> Vec<u8> {
    let columns: Vec<&str> = ORDER_COLUMNS.split(',').collect();
    let web = history.orders.iter().zip(bills).filter(|(order, _)| order.channel == Channel::Web).enumerate();
    let mut blocks: Vec<Vec<Vec<String>>> = Vec::with_capacity(history.orders.len());
    let mut id = 5_420_110_233_857_u64;
    for (nth, (order, bill)) in web {
        let mut stream = Stream::member(seed, "order form", nth);
        id += 32_768 * (1 + stream.below(40) as u64);
        let writer = OrderWriter { columns: &columns, assortment, people, dirt, nth, order, bill };
        let consents = order.customer.is_some_and(|customer| {
            Stream::member(seed, "account", customer).chance(history.habits[customer].consent_permille)
        });
        blocks.push(writer.rows(id, consents, &mut stream));
    }
    csv_of(b',', ORDER_COLUMNS, blocks.into_iter().rev().flatten())
}

struct OrderWriter<'a> {
    columns: &'a [&'a str],
    assortment: &'a Assortment,
    people: &'a [Person],
    dirt: &'a Dirt,
    nth: usize,
    order: &'a Order,
    bill: &'a Bill,
}

impl OrderWriter<'_> {
    fn rows(&self, id: u64, consents: bool, stream: &mut Stream) -> Vec<Vec<String>> {
        let mut rows: Vec<Row<'_>> = self
            .order
            .lines
            .iter()
            .map(|line| {
                let article = &self.assortment.articles[line.article];
                let mut row =
                    self.line(&article.line_name(line.form), line.quantity, line.unit_price, article.vendor);
                row.set("Lineitem sku", self.dirt.sku(self.assortment, line.article, line.form));
                if line.list_price > line.unit_price {
                    row.set("Lineitem compare at price", dollars(line.list_price));
                }
                row
            })
            .collect();
        if let Some(Oddity::UnknownSku(nth)) = self.order.oddity {
            let (title, sku, price) = DELETED[nth % DELETED.len()];
            let mut row = self.line(title, 1, price, "Larkfield");
            row.set("Lineitem sku", sku);
            rows.push(row);
        }
        if let Some(first) = rows.first_mut() {
            self.head(first, id, consents, stream);
        }
        rows.into_iter().map(Row::cells).collect()
    }

    /// What every row of an order carries.
    fn line(&self, name: &str, quantity: i64, price: Minor, vendor: &str) -> Row<'_> {
        let mut row = Row::new(self.columns);
        row.set("Name", format!("#{}", 1_001 + self.nth));
        row.set("Email", self.email());
        row.set("Created at", self.order.at.with_offset());
        row.set("Lineitem quantity", quantity.to_string());
        row.set("Lineitem name", name);
        row.set("Lineitem price", dollars(price));
        row.set("Lineitem requires shipping", "true");
        row.set("Lineitem taxable", "true");
        row.set("Lineitem fulfillment status", if self.is_fulfilled() { "fulfilled" } else { "pending" });
        row.set("Vendor", vendor);
        row.set("Lineitem discount", "0.00");
        if let Some(phone) = self.phone() {
            row.set("Phone", phone);
        }
        row
    }

    fn email(&self) -> String {
        match (self.order.oddity, self.order.customer) {
            (Some(Oddity::PhoneOnly), _) => String::new(),
            (_, Some(customer)) => {
                let email = &self.people[customer].email;
                let shouts = self.dirt.listed_twice.contains(&customer) && self.nth.is_multiple_of(2);
                if shouts { email.to_uppercase() } else { email.clone() }
            }
            (Some(Oddity::Test), None) => "test@larkfield.example".to_owned(),
            (_, None) => String::new(),
        }
    }

    fn phone(&self) -> Option<String> {
        let phone = self.people[self.order.customer?].phone.as_ref()?;
        match self.order.oddity {
            Some(Oddity::PhoneOnly) => Some(phone.clone()),
            // One in nine went through a spreadsheet.
            _ if self.nth.is_multiple_of(9) => Some(format!("'{phone}")),
            _ => Some(phone.clone()),
        }
    }

    fn is_fulfilled(&self) -> bool {
        self.order.at.day < DAYS - 2 && self.order.outcome != Outcome::Cancelled
    }

    fn head(&self, row: &mut Row<'_>, id: u64, consents: bool, stream: &mut Stream) {
        let Self { order, bill, .. } = self;
        let cancelled = order.outcome == Outcome::Cancelled;
        // Cancelled orders keep whatever state the payment was in, as real exports show.
        let (status, refunded) = match order.outcome {
            Outcome::Kept => ("paid", 0),
            Outcome::PartlyReturned => ("partially_refunded", bill.refunded),
            Outcome::Returned => ("refunded", bill.refunded),
            Outcome::Cancelled => match self.nth % 3 {
                0 => ("voided", 0),
                1 => ("paid", 0),
                _ => ("refunded", bill.refunded),
            },
        };
        row.set("Financial Status", status);
        if status != "voided" {
            row.set("Paid at", order.at.with_offset());
        }
        row.set("Fulfillment Status", if self.is_fulfilled() { "fulfilled" } else { "unfulfilled" });
        if self.is_fulfilled() {
            let sent = order.at.plus_seconds(stream.between(18, 60) * 3_600);
            row.set("Fulfilled at", sent.with_offset());
        }
        row.set("Accepts Marketing", if consents { "yes" } else { "no" });
        row.set("Currency", super::CURRENCY);
        row.set("Subtotal", dollars(bill.subtotal));
        row.set("Shipping", dollars(bill.shipping));
        row.set("Taxes", dollars(bill.tax));
        row.set("Total", dollars(bill.total));
        row.set("Discount Code", order.code.map_or("", |(code, _)| code));
        row.set("Discount Amount", dollars(bill.discount));
        row.set(
            "Shipping Method",
            if bill.shipping > 4_000 { "Two people, to the room" } else { "Standard" },
        );
        if cancelled {
            row.set("Cancelled at", order.at.plus_seconds(stream.between(1, 40) * 3_600).with_offset());
        }
        let payment = if order.oddity == Some(Oddity::Test) {
            "(for testing) Bogus Gateway"
        } else {
            stream.pick(&[
                "Shopify Payments",
                "Shopify Payments",
                "Shopify Payments",
                "PayPal Express Checkout",
            ])
        };
        row.set("Payment Method", payment);
        row.set("Refunded Amount", dollars(refunded));
        row.set("Outstanding Balance", "0.00");
        row.set("Id", id.to_string());
        row.set("Risk Level", "Low");
        row.set("Source", "web");
        row.set("Tax 1 Name", "State Tax 6%");
        row.set("Tax 1 Value", dollars(bill.tax));
        let Some(customer) = order.customer else { return };
        let buyer = &self.people[customer];
        address(row, "Billing", buyer);
        if order.gift {
            address(row, "Shipping", &self.people[(customer * 31 + self.nth * 7 + 1) % self.people.len()]);
            if stream.chance(550) {
                row.set("Note Attributes", "gift_wrap: yes\ngift_message: For you,\nwith love");
            }
            if stream.chance(160) {
                row.set("Notes", "Please leave the invoice out of the parcel.\nThank you!");
            }
        } else {
            address(row, "Shipping", buyer);
        }
    }
}

fn address(row: &mut Row<'_>, whose: &str, person: &Person) {
    let mut set = |part: &str, value: String| row.set(&format!("{whose} {part}"), value);
    set("Name", format!("{} {}", person.first_name, person.last_name));
    set("Address1", person.street.clone());
    set("City", person.place.city.to_owned());
    set("Zip", postcode(person.place.zip));
    set("Province", person.place.province.to_owned());
    set("Country", person.place.country.to_owned());
}
