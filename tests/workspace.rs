//! The workspace file under everything that can happen to it: merges, undo, erasure, crashes, full disks, two windows.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use endcap::app::{ImportRequest, NewStore, Person, Session};
use endcap::import::{FileReport, Issue, Origin, Place, Record, Severity, Sink as _};
use endcap::shop::{
    Cancelled, Currency, Customer, CustomerRef, Event, Monitor, Order, OrderLine, Product, ProductRef,
    Silent, TimeZoneName, Variant,
};
use endcap::workspace::{Access, Error, Fix, ImportSummary, NewFix, NewRun, Workspace};

struct Store {
    folder: tempfile::TempDir,
}

impl Store {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("shop.endcap")
    }

    fn create(&self) -> Workspace {
        Workspace::create(&self.file()).unwrap()
    }
}

fn report(name: &str) -> FileReport {
    FileReport {
        file: name.to_owned(),
        kind: endcap::import::DataKind::Products,
        rows_read: 1,
        rows_taken: 1,
        sha256: name.to_owned(),
        ..FileReport::default()
    }
}

fn import(workspace: &mut Workspace, name: &str, records: Vec<Record>) -> ImportSummary {
    let mut staging = workspace.begin_import(1_000).unwrap();
    for (line, record) in records.into_iter().enumerate() {
        staging.record(record, Origin { file: 0, line: line as u64 + 2, rows: 1 }).unwrap();
    }
    staging.finish(&[report(name)], &Silent).unwrap()
}

fn product(id: &str, price: i64) -> Record {
    Record::Product(Product {
        id: id.to_owned(),
        title: format!("Product {id}"),
        published: true,
        variants: vec![Variant { sku: Some(format!("SKU-{id}")), price: Some(price), ..Variant::default() }],
        ..Product::default()
    })
}

fn order(id: &str, email: &str, skus: &[&str]) -> Record {
    let line = |sku: &&str| OrderLine {
        product: ProductRef { sku: Some((*sku).to_owned()), ..ProductRef::default() },
        title: Some(format!("Title of {sku}")),
        quantity: 2,
        unit_price: 500,
        ..OrderLine::default()
    };
    Record::Order(Order {
        id: id.to_owned(),
        customer: CustomerRef { email: Some(email.to_owned()), ..CustomerRef::default() },
        placed_at: 100_000,
        lines: skus.iter().map(line).collect(),
        ..Order::default()
    })
}

fn customer(id: &str, email: &str) -> Record {
    Record::Customer(Customer {
        key: CustomerRef { id: Some(id.to_owned()), email: Some(email.to_owned()), phone: None },
        first_name: Some("Mara".to_owned()),
        ..Customer::default()
    })
}

/// The whole content of the data tables, as text, in a fixed order.
fn content(file: &Path) -> String {
    let connection = rusqlite::Connection::open(file).unwrap();
    let mut out = String::new();
    for table in [
        "products",
        "variants",
        "customers",
        "mentions",
        "orders",
        "lines",
        "events",
        "stock_levels",
        "price_history",
        "stock_history",
        "set_aside",
        "issues",
        "files",
    ] {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1")).unwrap();
        let n = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            out.push_str(table);
            (0..n).for_each(|index| out.push_str(&format!("|{:?}", row.get_ref(index).unwrap())));
            out.push('\n');
        }
    }
    out
}

#[test]
fn a_shop_of_order_lines_alone_gets_its_products_from_them() {
    let store = Store::new();
    let mut workspace = store.create();
    let summary =
        import(&mut workspace, "a", vec![order("1", "a@x.org", &["A", "B"]), order("2", "b@x.org", &["A"])]);
    assert_eq!((summary.totals.products, summary.totals.orders, summary.totals.order_lines), (2, 2, 3));
    let frames = workspace.frames(None).unwrap();
    assert_eq!((frames.products.height(), frames.lines.height(), frames.customers.height()), (2, 3, 2));
    assert_eq!(frames.lines.column("product").unwrap().null_count(), 0);
}

#[test]
fn a_catalog_takes_over_from_derived_products_and_undo_brings_them_back_exactly() {
    let store = Store::new();
    let mut workspace = store.create();
    import(&mut workspace, "orders", vec![order("1", "a@x.org", &["SKU-p1", "OLD"])]);
    let before = content(&store.file());
    let summary = import(&mut workspace, "products", vec![product("p1", 900), product("p2", 700)]);
    assert_eq!(summary.totals.products, 2);
    let frames = workspace.frames(None).unwrap();
    assert_eq!(frames.lines.column("product").unwrap().null_count(), 1, "OLD is not in the catalog");
    workspace.undo_import(&Silent).unwrap();
    assert_eq!(content(&store.file()), before);
}

#[test]
fn a_second_import_says_what_is_new_changed_and_gone_and_can_be_undone_exactly() {
    let store = Store::new();
    let mut workspace = store.create();
    import(
        &mut workspace,
        "first",
        vec![
            product("p1", 900),
            product("p2", 700),
            customer("c1", "a@x.org"),
            order("1", "a@x.org", &["SKU-p1"]),
            order("2", "b@x.org", &["SKU-p2"]),
        ],
    );
    let before = content(&store.file());
    let digest = workspace.data_digest(None).unwrap();
    let summary = import(
        &mut workspace,
        "second",
        vec![
            product("p1", 950),
            product("p3", 100),
            order("1", "a@x.org", &["SKU-p1", "SKU-p3"]),
            order("2", "b@x.org", &["SKU-p2"]),
            order("3", "c@x.org", &["SKU-p3"]),
        ],
    );
    let products = summary.products;
    assert_eq!((products.new, products.changed, products.gone), (1, 1, 1));
    let orders = summary.orders;
    assert_eq!((orders.new, orders.changed, orders.unchanged), (1, 1, 1));
    assert_eq!(summary.totals.order_lines, 4);
    assert_ne!(workspace.data_digest(None).unwrap(), digest);
    workspace.undo_import(&Silent).unwrap();
    assert_eq!(content(&store.file()), before);
    assert_eq!(workspace.data_digest(None).unwrap(), digest);
}

#[test]
fn variants_without_options_from_two_imports_stay_two_unless_their_keys_say_otherwise() {
    let store = Store::new();
    let mut workspace = store.create();
    let of = |sku: Option<&str>, price: i64| {
        let variant = Variant { sku: sku.map(str::to_owned), price: Some(price), ..Variant::default() };
        Record::Product(Product {
            id: "p1".to_owned(),
            title: "Cup".to_owned(),
            published: true,
            variants: vec![variant],
            ..Product::default()
        })
    };
    let prices = |workspace: &Workspace| -> Vec<(Option<String>, Option<i64>)> {
        let product = workspace.product("p1").unwrap().unwrap();
        product.variants.into_iter().map(|variant| (variant.sku, variant.price)).collect()
    };
    // One import of two files: both are there.
    import(&mut workspace, "both", vec![of(Some("A"), 100), of(Some("B"), 200)]);
    assert_eq!(prices(&workspace), [(Some("A".to_owned()), Some(100)), (Some("B".to_owned()), Some(200))]);
    // A file that names no key means the only one it can mean.
    let second = Store::new();
    let mut other = second.create();
    import(&mut other, "one", vec![of(None, 100)]);
    import(&mut other, "again", vec![of(None, 150)]);
    assert_eq!(prices(&other), [(None, Some(150))]);
}

#[test]
fn the_same_order_in_overlapping_files_is_not_doubled_but_a_split_one_is_joined() {
    let store = Store::new();
    let mut workspace = store.create();
    let mut staging = workspace.begin_import(1).unwrap();
    let origin = |file| Origin { file, line: 2, rows: 1 };
    staging.record(order("1", "a@x.org", &["A", "B"]), origin(0)).unwrap();
    staging.record(order("1", "a@x.org", &["A", "B"]), origin(1)).unwrap();
    staging.record(order("2", "a@x.org", &["A"]), origin(0)).unwrap();
    staging.record(order("2", "a@x.org", &["B"]), origin(1)).unwrap();
    let summary = staging.finish(&[report("f1"), report("f2")], &Silent).unwrap();
    assert_eq!((summary.totals.orders, summary.totals.order_lines), (2, 4));
}

#[test]
fn a_dropped_import_leaves_nothing() {
    let store = Store::new();
    let mut workspace = store.create();
    import(&mut workspace, "a", vec![product("p1", 900)]);
    let before = content(&store.file());
    let mut staging = workspace.begin_import(2_000).unwrap();
    staging.record(product("p1", 1), Origin::default()).unwrap();
    staging.record(order("9", "z@x.org", &["X"]), Origin::default()).unwrap();
    drop(staging);
    assert_eq!(content(&store.file()), before);
    assert_eq!(workspace.imports().unwrap().len(), 1);
}

#[test]
fn addresses_are_nowhere_in_the_file_and_the_same_person_is_found_whatever_the_spelling() {
    let store = Store::new();
    let mut workspace = store.create();
    import(
        &mut workspace,
        "a",
        vec![order("1", "Mara.Secret@Example.com ", &["A"]), customer("c1", "mara.secret@example.com")],
    );
    assert_eq!(workspace.totals().unwrap().customers, 1);
    drop(workspace);
    assert!(!bytes_of(&store).windows(11).any(|window| window.eq_ignore_ascii_case(b"mara.secret")));
}

#[test]
fn forgetting_a_person_leaves_no_byte_of_them() {
    let store = Store::new();
    let mut workspace = store.create();
    let mut staging = workspace.begin_import(1).unwrap();
    let records = vec![
        customer("cust-forgetme-77", "forget@me.org"),
        customer("c2", "stay@here.org"),
        order("order-forgetme-1", "forget@me.org", &["A"]),
        order("2", "stay@here.org", &["A"]),
        Record::Event(Event {
            customer: CustomerRef { email: Some("forget@me.org".to_owned()), ..CustomerRef::default() },
            query: Some("query-forgetme".to_owned()),
            ..Event::default()
        }),
    ];
    for record in records {
        staging.record(record, Origin::default()).unwrap();
    }
    let issue = Issue {
        code: "row_bad".to_owned(),
        severity: Severity::Error,
        place: Place::default(),
        message: "No price".to_owned(),
        advice: "Add one".to_owned(),
    };
    staging.set_aside("9,forget@me.org,rest-forgetme", Origin::default(), issue).unwrap();
    staging.finish(&[report("f")], &Silent).unwrap();
    let run = NewRun {
        kind: "forecast".to_owned(),
        settings: "{}".to_owned(),
        people: vec![("cust-forgetme-77".to_owned(), b"value-forgetme".to_vec()), ("c2".to_owned(), vec![1])],
        ..NewRun::default()
    };
    workspace.put_run(&run).unwrap();
    let who = Person::Email("Forget@me.org".to_owned());
    let known = workspace.person(&who).unwrap().to_string();
    for expected in ["cust-forgetme-77", "order-forgetme-1", "query-forgetme", "rest-forgetme", "forecast"] {
        assert!(known.contains(expected), "{expected} is known: {known}");
    }
    let hash = known.split("email_hash\":\"").nth(1).unwrap()[..32].to_owned();
    let erased = workspace.forget(&who, 5).unwrap();
    assert_eq!(
        (erased.customers, erased.orders, erased.events, erased.run_rows, erased.set_aside_rows),
        (1, 1, 1, 1, 1)
    );
    // Also while the file and its log are still open.
    for text in ["forgetme", "forget@me.org", hash.as_str()] {
        let bytes = bytes_of(&store);
        assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "{text} is still there");
    }
    assert!(matches!(workspace.person(&who), Err(Error::NoSuchCustomer)));
    assert_eq!(workspace.totals().unwrap().customers, 1);
    assert_eq!(workspace.frames(None).unwrap().orders.height(), 2, "the order still counts for the products");
}

#[test]
fn somebody_erased_stays_out_of_later_imports_until_that_is_lifted() {
    let store = Store::new();
    let mut workspace = store.create();
    let export = |extra: &str| {
        let mut records = vec![
            customer("c-secret", "forget@me.org"),
            customer("c2", "stay@here.org"),
            order("o-secret-1", "forget@me.org", &["A", "B"]),
            order("2", "stay@here.org", &["A"]),
            Record::Event(Event {
                customer: CustomerRef { email: Some("Forget@me.org".to_owned()), ..CustomerRef::default() },
                query: Some("secret wish".to_owned()),
                ..Event::default()
            }),
        ];
        if !extra.is_empty() {
            records.push(order(extra, "forget@me.org", &["B"]));
        }
        records
    };
    import(&mut workspace, "a", export(""));
    let who = Person::Email("forget@me.org".to_owned());
    workspace.forget(&who, 5).unwrap();

    // The same export once more, with a new order of the person.
    let again = import(&mut workspace, "b", export("o-secret-3"));
    assert_eq!((again.kept_out.customers, again.kept_out.orders, again.kept_out.events), (1, 2, 1));
    assert!(again.issues.iter().any(|issue| issue.code == "erased_people" && issue.message.contains("2 of")));
    assert_eq!((again.totals.customers, again.totals.orders, again.totals.order_lines), (1, 3, 4));
    let third = import(&mut workspace, "c", export("o-secret-3"));
    assert_eq!(third.totals, again.totals, "an anonymous order is known again");
    assert!(matches!(workspace.person(&who), Err(Error::NoSuchCustomer)));
    let bytes = bytes_of(&store);
    assert!(!bytes.windows(6).any(|window| window == b"secret"), "a later import brought the person back");

    // Undoing the imports after the erasure takes the new order back and leaves the tombstones.
    workspace.undo_import(&Silent).unwrap();
    workspace.undo_import(&Silent).unwrap();
    let fresh = import(&mut workspace, "d", export("o-secret-3"));
    assert_eq!(fresh.totals, again.totals);

    assert!(!workspace.lift_erasure(&Person::Email("nobody@x.org".to_owned())).unwrap());
    assert!(workspace.lift_erasure(&who).unwrap());
    let back = import(&mut workspace, "e", export("o-secret-3"));
    assert_eq!((back.totals.customers, back.totals.orders, back.totals.order_lines), (2, 3, 4));
    assert_eq!(back.kept_out, endcap::workspace::KeptOut::default());
    let known = workspace.person(&who).unwrap().to_string();
    assert!(known.contains("o-secret-1") && known.contains("o-secret-3"), "{known}");
}

#[test]
fn duplicate_customers_are_merged_on_request_and_one_undo_parts_them() {
    let store = Store::new();
    let mut workspace = store.create();
    import(&mut workspace, "a", vec![customer("c1", "a@x.org"), customer("c2", "a@x.org")]);
    assert_eq!(workspace.frames(None).unwrap().customers.height(), 2);
    assert_eq!(
        workspace.findings(0).unwrap().duplicate_customers,
        [("c1".to_owned(), vec!["c2".to_owned()])]
    );
    let fixes = vec![Fix::MergeCustomer { customer: "c2".to_owned(), into: "c1".to_owned() }];
    workspace.apply_fixes(&NewFix { at: 1, label: "Merged 1 customer".to_owned(), fixes }).unwrap();
    assert_eq!(workspace.frames(None).unwrap().customers.height(), 1);
    assert!(workspace.findings(0).unwrap().duplicate_customers.is_empty());
    workspace.undo_fix().unwrap();
    assert_eq!(workspace.frames(None).unwrap().customers.height(), 2);
    workspace.redo_fix().unwrap();
    assert_eq!(workspace.frames(None).unwrap().customers.height(), 1);
}

#[test]
fn nothing_dated_at_or_after_the_day_reaches_the_frames() {
    let store = Store::new();
    let mut workspace = store.create();
    import(&mut workspace, "a", vec![order("1", "a@x.org", &["A"])]);
    assert_eq!(workspace.frames(Some(100_000)).unwrap().orders.height(), 0);
    assert_eq!(workspace.frames(Some(100_001)).unwrap().orders.height(), 1);
}

#[test]
fn a_file_that_is_no_workspace_is_named_as_such_and_left_alone() {
    let store = Store::new();
    let file = store.file();
    assert!(matches!(Workspace::open(&file), Err(Error::NotFound(_))));
    fs::write(&file, "id,title\n1,Lamp\n").unwrap();
    assert!(matches!(Workspace::open(&file), Err(Error::Foreign(_))));
    fs::remove_file(&file).unwrap();
    rusqlite::Connection::open(&file).unwrap().execute_batch("CREATE TABLE t(a)").unwrap();
    assert!(matches!(Workspace::open(&file), Err(Error::Foreign(_))));
    assert!(matches!(Workspace::create(&file), Err(Error::Exists(_))));
    assert!(matches!(Workspace::open(store.folder.path()), Err(Error::Foreign(_))));
}

#[test]
fn a_newer_workspace_says_which_version_made_it() {
    let store = Store::new();
    drop(store.create());
    let connection = rusqlite::Connection::open(store.file()).unwrap();
    connection
        .execute_batch("PRAGMA user_version = 99; UPDATE meta SET value = '9.9' WHERE name = 'written_with'")
        .unwrap();
    drop(connection);
    assert!(
        matches!(Workspace::open(&store.file()), Err(Error::Newer { made_with, .. }) if made_with == "9.9")
    );
}

#[test]
fn an_older_workspace_is_copied_before_it_is_brought_up_to_date() {
    let store = Store::new();
    let mut workspace = store.create();
    import(&mut workspace, "a", vec![order("1", "a@x.org", &["A"])]);
    drop(workspace);
    let connection = rusqlite::Connection::open(store.file()).unwrap();
    connection
        .execute_batch("DROP INDEX orders_by_customer; DROP TABLE erased; PRAGMA user_version = 1")
        .unwrap();
    drop(connection);
    // Reading does not change the file.
    assert_eq!(Workspace::open_read_only(&store.file()).unwrap().totals().unwrap().orders, 1);
    assert_eq!(Workspace::open(&store.file()).unwrap().totals().unwrap().orders, 1);
    let backup = store.folder.path().join("shop.endcap.backup-v1");
    let version: i32 = rusqlite::Connection::open(backup)
        .unwrap()
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, 1);
}

#[test]
fn a_damaged_workspace_is_told_and_does_not_panic() {
    let store = Store::new();
    let mut workspace = store.create();
    import(&mut workspace, "a", (0..500).map(|n| product(&n.to_string(), 100)).collect());
    drop(workspace);
    let bytes = fs::read(store.file()).unwrap();
    // Cut off, and overwritten in the middle.
    fs::write(store.file(), &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(Workspace::open(&store.file()), Err(Error::Damaged { .. })));
    let mut broken = bytes.clone();
    broken[8_192..65_536].fill(0x5a);
    fs::write(store.file(), &broken).unwrap();
    assert!(matches!(Workspace::open(&store.file()), Err(Error::Damaged { .. })));
    fs::write(store.file(), &bytes[..60]).unwrap();
    assert!(matches!(Workspace::open(&store.file()), Err(Error::Damaged { .. })));
}

#[test]
fn a_full_disk_changes_nothing_and_says_so() {
    let store = Store::new();
    let mut workspace = store.create();
    import(&mut workspace, "a", vec![product("p1", 900)]);
    let before = content(&store.file());
    workspace.limit_size(1 << 20).unwrap();
    let mut staging = workspace.begin_import(2).unwrap();
    let error = (0..20_000)
        .find_map(|n| staging.record(product(&format!("q{n}"), 1), Origin::default()).err())
        .expect("20,000 products do not fit in a megabyte");
    drop(staging);
    assert!(matches!(error, Error::DiskFull(_)), "{error}");
    drop(workspace);
    assert_eq!(content(&store.file()), before);
    assert_eq!(Workspace::open(&store.file()).unwrap().totals().unwrap().products, 1);
}

/// Stops the work after so many looks.
struct StopAfter(std::sync::atomic::AtomicU32);

impl Monitor for StopAfter {
    fn progress(&self, _done: u64, _total: u64, _phase: &str) {}

    fn checkpoint(&self) -> Result<(), Cancelled> {
        let left = self.0.fetch_update(
            std::sync::atomic::Ordering::SeqCst,
            std::sync::atomic::Ordering::SeqCst,
            |left| left.checked_sub(1),
        );
        left.map(drop).map_err(|_| Cancelled)
    }
}

fn csv(folder: &Path, name: &str, n_orders: u32) -> PathBuf {
    let file = folder.join(name);
    let mut text = String::from("customer_id,order_id,created_at,product_id,quantity,unit_price,email\n");
    for n in 0..n_orders {
        for line in 0..3 {
            text.push_str(&format!(
                "c{},o{n},2025-0{}-11 10:00:00,p{},1,{}.50,c{}@example.org\n",
                n % 997,
                1 + n % 9,
                (n * 7 + line * 13) % 500,
                5 + line,
                n % 997
            ));
        }
    }
    fs::write(&file, text).unwrap();
    file
}

fn new_store() -> NewStore {
    NewStore { name: None, currency: Currency::new("EUR"), time_zone: TimeZoneName::default() }
}

#[test]
fn cancel_takes_effect_at_once_and_leaves_nothing() {
    let store = Store::new();
    let mut session = Session::create(&store.file(), &new_store()).unwrap();
    let paths = vec![csv(store.folder.path(), "orders.csv", 20_000)];
    for looks in [0, 3, 30] {
        let monitor = StopAfter(looks.into());
        let request = ImportRequest { paths: paths.clone(), ..ImportRequest::default() };
        let result = session.import(&request, &monitor);
        assert!(
            matches!(result, Err(endcap::app::Error::Cancelled(_))),
            "{:?}",
            result.map(|report| report.summary.totals)
        );
        assert_eq!(session.facts().unwrap().totals.orders, 0);
    }
}

#[test]
fn importing_the_same_file_twice_changes_nothing() {
    let store = Store::new();
    let mut session = Session::create(&store.file(), &new_store()).unwrap();
    let request = ImportRequest {
        paths: vec![csv(store.folder.path(), "orders.csv", 200)],
        ..ImportRequest::default()
    };
    let first = session.import(&request, &Silent).unwrap();
    assert_eq!((first.summary.totals.orders, first.summary.totals.order_lines), (200, 600));
    let before = content(&store.file());
    let second = session.import(&request, &Silent).unwrap();
    assert_eq!(second.known_files.len(), 1);
    assert_eq!(second.summary.totals, first.summary.totals);
    assert_eq!(content(&store.file()), before);
}

#[test]
fn a_second_program_may_read_but_not_write_and_a_dead_one_leaves_no_lock() {
    let store = Store::new();
    drop(store.create());
    let lock = fs::File::create(store.folder.path().join("shop.endcap-lock")).unwrap();
    lock.lock().unwrap();
    assert!(matches!(Workspace::open(&store.file()), Err(Error::OpenElsewhere(_))));
    let mut reader = Workspace::open_or_read(&store.file()).unwrap();
    assert_eq!(reader.access(), Access::ReadBecauseOpenElsewhere);
    assert!(matches!(reader.put_document("a", "{}"), Err(Error::OpenElsewhere(_))));
    drop(lock);
    assert_eq!(Workspace::open_or_read(&store.file()).unwrap().access(), Access::Write);
}

#[test]
fn a_killed_import_or_edit_leaves_a_workspace_that_opens_with_all_committed_work() {
    let store = Store::new();
    let file = store.file();
    let mut session = Session::create(&file, &new_store()).unwrap();
    let request =
        ImportRequest { paths: vec![csv(store.folder.path(), "first.csv", 300)], ..ImportRequest::default() };
    session.import(&request, &Silent).unwrap();
    drop(session);
    let second = csv(store.folder.path(), "second.csv", 12_000);
    let endcap = env!("CARGO_BIN_EXE_endcap");
    let started = Instant::now();
    let whole = {
        let copy = store.folder.path().join("timing.endcap");
        fs::copy(&file, &copy).unwrap();
        let status =
            Command::new(endcap).arg("import").arg(&copy).arg(&second).stdout(Stdio::null()).status();
        assert!(status.unwrap().success());
        started.elapsed()
    };
    let (mut before, mut after) = (0, 0);
    for round in 0..25 {
        let copy = store.folder.path().join(format!("round{round}.endcap"));
        fs::copy(&file, &copy).unwrap();
        let mut child = Command::new(endcap)
            .arg("import")
            .arg(&copy)
            .arg(&second)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(whole * round / 24);
        child.kill().unwrap();
        child.wait().unwrap();
        let workspace = Workspace::open(&copy).unwrap();
        let totals = workspace.totals().unwrap();
        match totals.orders {
            300 => before += 1,
            12_000 => after += 1,
            other => panic!("{other} orders are neither before nor after"),
        }
        assert_eq!(totals.order_lines, totals.orders * 3);
        assert_eq!(workspace.settings().unwrap().currency, Currency::new("EUR"));
    }
    assert!(before > 0, "no kill was early enough to matter ({after} after)");
    assert!(whole < Duration::from_secs(120));
}

/// The file and everything SQLite keeps beside it.
fn bytes_of(store: &Store) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(store.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("shop.endcap") {
            bytes.extend(fs::read(path).unwrap());
        }
    }
    bytes
}
