//! Where the tests of the readers put what was read.

#![expect(dead_code, reason = "each test program uses its own part")]

use std::path::PathBuf;

use endcap::import::{self, FileReport, Issue, Options, Origin, Record, Sink, SourceFile};
use endcap::shop::{Customer, Event, Order, Product, Silent};

#[derive(Default)]
pub struct Collected {
    pub products: Vec<Product>,
    pub customers: Vec<Customer>,
    pub orders: Vec<Order>,
    pub events: Vec<Event>,
    pub other: Vec<Record>,
    pub set_aside: Vec<(String, Issue)>,
    /// Of rows set aside too.
    pub issues: Vec<Issue>,
}

impl Sink for Collected {
    type Error = std::convert::Infallible;

    fn record(&mut self, record: Record, _origin: Origin) -> Result<(), Self::Error> {
        match record {
            Record::Product(product) => self.products.push(product),
            Record::Customer(customer) => self.customers.push(customer),
            Record::Order(order) => self.orders.push(order),
            Record::Event(event) => self.events.push(event),
            other => self.other.push(other),
        }
        Ok(())
    }

    fn set_aside(&mut self, raw: &str, _origin: Origin, issue: Issue) -> Result<(), Self::Error> {
        self.issues.push(issue.clone());
        self.set_aside.push((raw.to_owned(), issue));
        Ok(())
    }

    fn issue(&mut self, issue: Issue) -> Result<(), Self::Error> {
        self.issues.push(issue);
        Ok(())
    }
}

impl Collected {
    pub fn code(&self, code: &str) -> Option<&Issue> {
        self.issues.iter().find(|issue| issue.code == code)
    }
}

/// Reads and checks that every row was taken or set aside, and that what was set aside is there.
pub fn read_sources(files: &[SourceFile], options: &Options) -> (Vec<FileReport>, Collected) {
    let mut sink = Collected::default();
    let reports = import::read(files, options, &mut sink, &Silent).unwrap();
    for report in &reports {
        assert_eq!(report.rows_read, report.rows_taken + report.rows_set_aside, "{}", report.file);
    }
    let set_aside: u64 = reports.iter().map(|report| report.rows_set_aside).sum();
    assert_eq!(set_aside, sink.set_aside.len() as u64, "every row set aside is kept");
    (reports, sink)
}

pub fn read_text(name: &str, bytes: impl Into<Vec<u8>>, options: &Options) -> (FileReport, Collected) {
    let (mut reports, sink) = read_sources(&SourceFile::from_memory(name, bytes.into()), options);
    (reports.remove(0), sink)
}

/// The real files beside the project, where they are.
pub fn shared() -> Option<PathBuf> {
    let project = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("ENDCAP_SHARED").map_or_else(|| project.join("../shared"), PathBuf::from);
    if shared.is_dir() {
        return Some(shared);
    }
    println!("SKIPPED: ../shared is missing");
    None
}
