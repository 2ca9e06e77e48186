//! The first guess at an unknown table: its kind and what its columns mean, from headers and cells.

use super::columns::{Column, Columns, normal};
use super::detect::{ColumnGuess, Sure};
use super::mapping::Mapping;
use super::meaning::{Meaning, Value};
use super::profile;
use super::record::DataKind;
use super::times::{self, OrderEvidence};
use super::value::{self, DecimalMark};

/// A first guess at an unknown table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Suggestion {
    pub kind: DataKind,
    pub guesses: Vec<ColumnGuess>,
}

impl Suggestion {
    pub(super) fn columns_for(&self, headers: &[String]) -> Columns {
        let bound = self
            .guesses
            .iter()
            .enumerate()
            .filter_map(|(idx, guess)| {
                Some(Column { idx, meaning: guess.meaning?, n: 0, label: String::new() })
            })
            .collect();
        Columns::new(headers, bound)
    }

    pub fn mapping(&self) -> Mapping {
        let columns =
            self.guesses.iter().filter_map(|guess| Some((guess.header.clone(), guess.meaning?))).collect();
        Mapping { kind: self.kind, columns, ..Mapping::default() }
    }
}

/// Words that name a column in the languages of exports. Whole headers count as exact, parts as likely.
const WORDS: &[(Meaning, &[&str])] = &[
    (
        Meaning::OrderId,
        &[
            "invoiceno",
            "invoice no",
            "invoice number",
            "invoice",
            "order number",
            "order no",
            "ordernumber",
            "orderid",
            "order id",
            "order",
            "transaction id",
            "transactionid",
            "receipt",
            "basket id",
            "bestellnummer",
            "bestell nr",
            "bestell nr.",
            "auftragsnummer",
            "rechnungsnummer",
            "id order",
            "numéro de commande",
            "commande",
            "número de pedido",
            "pedido",
            "numero ordine",
            "ordernummer",
        ],
    ),
    (
        Meaning::PlacedAt,
        &[
            "invoicedate",
            "invoice date",
            "order date",
            "orderdate",
            "date",
            "created at",
            "purchase date",
            "transaction date",
            "order purchase timestamp",
            "datum",
            "bestelldatum",
            "rechnungsdatum",
            "date de commande",
            "fecha",
            "data",
            "date add",
            "day",
        ],
    ),
    (
        Meaning::CustomerId,
        &[
            "customerid",
            "customer id",
            "customer key",
            "customerkey",
            "customer number",
            "customer no",
            "customer",
            "client id",
            "user id",
            "userid",
            "household key",
            "kundennummer",
            "kunden id",
            "kunde",
            "id customer",
            "id client",
            "cliente",
            "klant",
        ],
    ),
    (
        Meaning::Email,
        &[
            "e mail",
            "email",
            "email address",
            "emailaddress",
            "e mail adresse",
            "mail",
            "customer email",
            "adresse e mail",
            "correo",
        ],
    ),
    (Meaning::Phone, &["telefon", "telephone", "mobile", "phone number", "téléphone", "teléfono"]),
    (
        Meaning::ProductId,
        &[
            "product id",
            "productid",
            "productkey",
            "product key",
            "item id",
            "itemid",
            "article id",
            "artikelid",
            "id product",
            "produkt id",
        ],
    ),
    (
        Meaning::Sku,
        &[
            "stockcode",
            "stock code",
            "sku",
            "productsku",
            "product sku",
            "item code",
            "item no",
            "item number",
            "article",
            "artikelnummer",
            "artikelnr",
            "artikel nr",
            "artikel nr.",
            "art nr",
            "product code",
            "référence",
            "referencia",
            "codice",
            "product reference",
        ],
    ),
    (
        Meaning::LineTitle,
        &[
            "description",
            "product name",
            "productname",
            "product",
            "item name",
            "item",
            "title",
            "name",
            "produktname",
            "bezeichnung",
            "artikel",
            "produkt",
            "nom du produit",
            "nombre del producto",
            "designation",
            "désignation",
        ],
    ),
    (
        Meaning::Quantity,
        &[
            "quantity",
            "qty",
            "orderquantity",
            "order quantity",
            "units",
            "menge",
            "anzahl",
            "quantité",
            "cantidad",
            "quantità",
            "aantal",
            "pieces",
            "product quantity",
        ],
    ),
    (
        Meaning::UnitPrice,
        &[
            "unitprice",
            "unit price",
            "price",
            "item price",
            "einzelpreis",
            "preis",
            "stückpreis",
            "prix unitaire",
            "prix",
            "precio",
            "prezzo",
            "prijs",
            "unit price tax incl",
            "productprice",
            "product price",
        ],
    ),
    (
        Meaning::LineTotal,
        &[
            "amount",
            "sales",
            "line total",
            "total price",
            "revenue",
            "net sales",
            "sales value",
            "umsatz",
            "betrag",
            "gesamtpreis",
            "montant",
            "importe",
            "importo",
            "dollar value",
            "turnover",
        ],
    ),
    (Meaning::LineDiscount, &["discount", "rabatt", "remise", "descuento", "sconto"]),
    (Meaning::Currency, &["currency", "currency code", "währung", "devise", "moneda", "valuta"]),
    (Meaning::Country, &["country", "land", "pays", "país", "paese", "country code", "shipping country"]),
    (
        Meaning::Category,
        &[
            "category",
            "product category",
            "kategorie",
            "catégorie",
            "categoría",
            "categoria",
            "department",
            "warengruppe",
            "product subcategory",
        ],
    ),
    (
        Meaning::Vendor,
        &["brand", "vendor", "manufacturer", "marke", "hersteller", "marque", "marca", "supplier"],
    ),
    (
        Meaning::Cost,
        &[
            "cost",
            "unit cost",
            "productcost",
            "product cost",
            "einkaufspreis",
            "ek",
            "wholesale price",
            "coût",
        ],
    ),
    (Meaning::FirstName, &["first name", "firstname", "vorname", "prénom", "nombre de pila", "given name"]),
    (
        Meaning::LastName,
        &["last name", "lastname", "surname", "nachname", "nom de famille", "apellido", "family name"],
    ),
    (
        Meaning::EventAt,
        &["timestamp", "event time", "event timestamp", "time", "datetime", "zeitpunkt", "event date"],
    ),
    (Meaning::EventKind, &["event", "event type", "event name", "action", "behavior", "ereignis"]),
    (
        Meaning::VisitorId,
        &["visitor id", "visitorid", "anonymous id", "client id", "cookie id", "device id", "user pseudo id"],
    ),
    (Meaning::SessionId, &["session", "session id", "user session", "sessionid"]),
    (Meaning::Query, &["query", "search query", "search term", "keyword", "suchbegriff"]),
    (
        Meaning::Stock,
        &["stock", "inventory", "on hand", "quantityonstock", "bestand", "lagerbestand", "stock level"],
    ),
    (Meaning::Barcode, &["barcode", "ean", "gtin", "upc", "ean13"]),
    (Meaning::ImageUrl, &["image", "image url", "picture", "bild", "photo"]),
    (Meaning::OrderStatus, &["status", "order status", "payment status", "zustand", "statut", "estado"]),
    (Meaning::DeclaredSpent, &["total spent", "umsatz gesamt", "lifetime value", "total spend"]),
    (Meaning::DeclaredOrders, &["total orders", "order count", "anzahl bestellungen", "number of orders"]),
    (
        Meaning::CustomerCreatedAt,
        &["registration date", "customer since", "registered", "kunde seit", "sign up"],
    ),
    (Meaning::Channel, &["channel", "sales channel", "kanal"]),
    (Meaning::Source, &["acquisition channel", "traffic source", "utm source", "source"]),
    (Meaning::Device, &["platform", "device", "device type"]),
];

/// Guesses kind and columns from headers and first records. `body` are the records below the header.
pub fn suggest(headers: &[String], body: &[Vec<String>]) -> Suggestion {
    let mut guesses: Vec<ColumnGuess> = headers
        .iter()
        .enumerate()
        .map(|(idx, header)| {
            let cells: Vec<&str> = body
                .iter()
                .filter_map(|row| row.get(idx))
                .map(String::as_str)
                .filter(|cell| !cell.is_empty())
                .take(200)
                .collect();
            let (meaning, sure) = guess(header, &cells);
            ColumnGuess { header: header.clone(), meaning, sure }
        })
        .collect();
    let kind = guess_kind(&guesses);
    for guess in &mut guesses {
        guess.meaning = guess.meaning.map(|meaning| in_kind(meaning, kind));
    }
    // One column per meaning: the surest, then the first.
    for at in 0..guesses.len() {
        let Some(meaning) = guesses[at].meaning.filter(|meaning| !meaning.may_repeat()) else {
            continue;
        };
        let better = guesses.iter().enumerate().any(|(other, guess)| {
            other != at
                && guess.meaning == Some(meaning)
                && (guess.sure < guesses[at].sure || (guess.sure == guesses[at].sure && other < at))
        });
        if better {
            guesses[at] = ColumnGuess { header: guesses[at].header.clone(), meaning: None, sure: Sure::Open };
        }
    }
    Suggestion { kind, guesses }
}

fn guess(header: &str, cells: &[&str]) -> (Option<Meaning>, Sure) {
    let name = normal(header);
    let (mut meaning, mut sure) = (None, Sure::Open);
    // What pandas calls a column without a name.
    if name.starts_with("unnamed") {
        return (None, sure);
    }
    if let Some((found, _)) = WORDS.iter().find(|(_, words)| words.contains(&name.as_str())) {
        (meaning, sure) = (Some(*found), Sure::Exact);
    } else if let Some(found) = profile::hint(header).filter(|meaning| *meaning != Meaning::Ignore) {
        (meaning, sure) = (Some(found), Sure::Likely);
    } else {
        let part = WORDS.iter().flat_map(|(meaning, words)| words.iter().map(move |word| (*meaning, *word)));
        let longest =
            part.filter(|(_, word)| word.len() > 3 && name.contains(word)).max_by_key(|(_, word)| word.len());
        if let Some((found, _)) = longest {
            (meaning, sure) = (Some(found), Sure::Likely);
        }
    }
    if cells.is_empty() {
        return (meaning, sure);
    }
    let share = |test: &dyn Fn(&str) -> bool| {
        cells.iter().filter(|cell| test(cell)).count() as f64 / cells.len() as f64
    };
    let emails = share(&|cell| cell.contains('@') && cell.contains('.'));
    if emails > 0.8 {
        return (Some(Meaning::Email), if meaning == Some(Meaning::Email) { sure } else { Sure::Likely });
    }
    let dates = share(&|cell| {
        times::order_evidence(cell) != OrderEvidence::NoDate && cell.contains(['-', '/', '.', ':', ' ', ','])
    });
    let numbers = share(&|cell| {
        value::scaled(cell, DecimalMark::Dot, 2).is_some()
            || value::scaled(cell, DecimalMark::Comma, 2).is_some()
    });
    match meaning.map(Meaning::value) {
        Some(Value::Time)
            if dates < 0.5 && share(&|cell| times::order_evidence(cell) != OrderEvidence::NoDate) < 0.5 =>
        {
            (None, Sure::Open)
        }
        Some(Value::Money | Value::Number) if numbers < 0.5 => (None, Sure::Open),
        None if dates > 0.9 => (Some(Meaning::PlacedAt), Sure::Likely),
        _ => (meaning, sure),
    }
}

fn guess_kind(guesses: &[ColumnGuess]) -> DataKind {
    use Meaning as M;
    let has = |meaning: Meaning| guesses.iter().any(|guess| guess.meaning == Some(meaning));
    let time = has(M::PlacedAt) || has(M::EventAt);
    if has(M::EventKind) && time {
        DataKind::Events
    } else if time
        && (has(M::OrderId) || has(M::CustomerId))
        && (has(M::Quantity) || has(M::UnitPrice) || has(M::LineTotal) || has(M::Sku) || has(M::ProductId))
    {
        DataKind::OrderLines
    } else if (has(M::Email) || has(M::CustomerId))
        && (has(M::FirstName) || has(M::LastName) || has(M::DeclaredSpent) || has(M::CustomerCreatedAt))
    {
        DataKind::Customers
    } else if has(M::LineTitle) && (has(M::Sku) || has(M::ProductId) || has(M::Handle)) {
        DataKind::Products
    } else if (has(M::Sku) || has(M::ProductId)) && has(M::Stock) {
        DataKind::Inventory
    } else if time && has(M::OrderId) {
        DataKind::Orders
    } else if has(M::Email) {
        DataKind::Customers
    } else {
        DataKind::Unknown
    }
}

/// The same word means another field in another kind of table.
fn in_kind(meaning: Meaning, kind: DataKind) -> Meaning {
    use Meaning as M;
    match (kind, meaning) {
        (DataKind::Products, M::LineTitle) => M::Title,
        (DataKind::Products, M::UnitPrice | M::LineTotal) => M::Price,
        (DataKind::Products, M::PlacedAt) => M::CreatedAt,
        (DataKind::Products, M::Quantity) => M::Stock,
        (DataKind::Events, M::PlacedAt) => M::EventAt,
        (DataKind::Events, M::UnitPrice | M::LineTotal) => M::EventValue,
        (DataKind::Events, M::Channel) => M::Source,
        (DataKind::Customers, M::PlacedAt) => M::CustomerCreatedAt,
        (DataKind::Customers, M::LineTitle) => M::FullName,
        (DataKind::Customers, M::LineTotal) => M::DeclaredSpent,
        (DataKind::OrderLines | DataKind::Orders, M::EventAt) => M::PlacedAt,
        (DataKind::OrderLines | DataKind::Orders, M::Title) => M::LineTitle,
        (DataKind::OrderLines | DataKind::Orders, M::Price) => M::UnitPrice,
        (_, meaning) => meaning,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|&cell| cell.to_owned()).collect()
    }

    #[test]
    fn the_uci_header_is_guessed_without_help() {
        let headers = strings(&[
            "InvoiceNo",
            "StockCode",
            "Description",
            "Quantity",
            "InvoiceDate",
            "UnitPrice",
            "CustomerID",
            "Country",
        ]);
        let body = vec![strings(&[
            "536365",
            "85123A",
            "WHITE HANGING HEART",
            "6",
            "2010-12-01 08:26:00",
            "2.55",
            "17850.0",
            "United Kingdom",
        ])];
        let suggestion = suggest(&headers, &body);
        assert_eq!(suggestion.kind, DataKind::OrderLines);
        let meanings: Vec<&str> =
            suggestion.guesses.iter().map(|guess| guess.meaning.map_or("-", Meaning::name)).collect();
        assert_eq!(
            meanings,
            [
                "order_id",
                "sku",
                "line_title",
                "quantity",
                "placed_at",
                "unit_price",
                "customer_id",
                "country"
            ]
        );
        assert!(suggestion.mapping().check().is_ok());
    }
}
