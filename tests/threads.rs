//! The same data and the same seed give the same workspace, bit for bit, whatever the number of threads; drift and
//! small stores from end to end.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use endcap::app::train::{Settings, train};
use endcap::app::{ImportRequest, NewStore, Session};
use endcap::shop::hash::splitmix64;
use endcap::shop::{Currency, Silent, TimeZoneName};

/// Order lines of a shop whose customers have habits: four tastes, some come weekly and some twice a year. `dear` is
/// what a unit costs.
fn orders(n_customers: u64, first_week: u64, weeks: u64, dear: u64) -> String {
    let mut text = "customer_id,order_id,created_at,product_id,quantity,unit_price,category\n".to_owned();
    for week in first_week..first_week + weeks {
        for customer in 0..n_customers {
            let dice = splitmix64(customer << 20 | week);
            if !dice.is_multiple_of(2 + customer % 7) {
                continue;
            }
            let day = week * 7 + dice % 7;
            for line in 0..1 + dice / 16 % 4 {
                let product = customer % 4 * 12 + splitmix64(dice + line) % 12;
                let (month, of_month) = (day / 28 % 12 + 1, day % 28 + 1);
                let year = 2024 + day / 336;
                writeln!(
                    text,
                    "c{customer},o{week}-{customer},{year}-{month:02}-{of_month:02} 1{}:00:00,p{product},{},{}.50,Kind {}",
                    dice % 9,
                    1 + dice % 3,
                    dear * (5 + product),
                    product % 5
                )
                .unwrap();
            }
        }
    }
    text
}

fn store(folder: &Path, name: &str, text: &str) -> Session {
    let store = NewStore { name: None, currency: Currency::new("EUR"), time_zone: TimeZoneName::default() };
    let mut session = Session::create(&folder.join(format!("{name}.endcap")), &store).unwrap();
    import(&mut session, folder, text);
    session
}

fn import(session: &mut Session, folder: &Path, text: &str) {
    let file = folder.join(format!("orders-{}.csv", text.len()));
    fs::write(&file, text).unwrap();
    let request = ImportRequest { paths: vec![file], ..ImportRequest::default() };
    session.import(&request, &Silent).unwrap();
}

const NOW: i64 = 1_900_000_000;

#[test]
fn one_two_and_seven_threads_write_the_same_bits() {
    let text = orders(220, 0, 40, 1);
    let run = |threads: usize| {
        let folder = tempfile::tempdir().unwrap();
        let mut session = store(folder.path(), "shop", &text);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| train(session.workspace_mut(), &Settings::at(NOW), &Silent).unwrap());
        let workspace = session.workspace();
        let mut written = Vec::new();
        for info in workspace.runs().unwrap() {
            let run = workspace.run(info.id).unwrap().unwrap();
            written.push((run.info, run.blob, run.people));
        }
        written
    };
    let one = run(1);
    assert!(one.len() >= 5, "groups, forecasts, models, parts, population");
    for threads in [2, 7] {
        let many = run(threads);
        assert_eq!(one.len(), many.len());
        for (a, b) in one.iter().zip(&many) {
            assert_eq!(a.0, b.0);
            assert!(a.1 == b.1, "{} differs with {threads} threads", a.0.kind);
            assert!(a.2 == b.2, "what {} says of customers differs with {threads} threads", a.0.kind);
        }
    }
}

#[test]
fn an_import_of_other_customers_advises_to_train_again_and_training_ends_the_advice() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = store(folder.path(), "shop", &orders(160, 0, 30, 1));
    train(session.workspace_mut(), &Settings::at(NOW), &Silent).unwrap();
    assert_eq!(session.audit().unwrap().drift, None, "nothing was imported since");
    // The same people go on as before.
    endcap::app::drift::renew(session.workspace_mut(), NOW, &Silent).unwrap();
    let watch = session.audit().unwrap().drift.unwrap();
    assert!(!watch.train_again() && watch.stale_runs.is_empty(), "{watch:?}");
    // Prices times six.
    import(&mut session, folder.path(), &orders(160, 30, 30, 6));
    endcap::app::drift::renew(session.workspace_mut(), NOW, &Silent).unwrap();
    let audit = session.audit().unwrap();
    let watch = audit.drift.unwrap();
    assert!(watch.train_again() && !watch.stale_runs.is_empty(), "{watch:?}");
    let code = endcap::app::audit::Check::CustomersChanged;
    assert!(
        audit.problems.iter().any(|problem| problem.code == code && problem.advice.contains("Train again"))
    );
    train(session.workspace_mut(), &Settings::at(NOW), &Silent).unwrap();
    assert_eq!(session.audit().unwrap().drift, None);
}

#[test]
fn thin_stores_train_say_so_and_fill_their_page() {
    let head = "customer_id,order_id,created_at,product_id,quantity,unit_price\n";
    let line = |customer: &str, order: u32, product: &str| {
        format!("{customer},{order},2025-03-{:02} 10:00:00,{product},1,9.90\n", 1 + order % 28)
    };
    let one_order = format!("{head}{}", line("a", 1, "p1"));
    let one_product: String = (0..40).map(|n| line(&format!("c{n}"), n, "p1")).collect();
    let guests: String = (0..40).map(|n| line("", n, &format!("p{}", n % 5))).collect();
    let all_equal: String =
        (0..80).flat_map(|n| ["p1", "p2"].map(|p| line(&format!("c{n}"), 28 * n, p))).collect();
    for (name, text) in [
        ("one-order", one_order),
        ("one-product", format!("{head}{one_product}")),
        ("no-customers", format!("{head}{guests}")),
        ("all-equal", format!("{head}{all_equal}")),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut session = store(folder.path(), name, &text);
        let report = train(session.workspace_mut(), &Settings::at(NOW), &Silent).unwrap();
        assert!(!report.notes.is_empty(), "{name} says nothing");
        let bundle = endcap::app::open::bundle(session.workspace()).unwrap().unwrap();
        let visit = endcap::decide::Visit::of(endcap::decide::PageRef::Home, NOW);
        let page = endcap::decide::decide(&bundle, &visit);
        let shown: usize = page.blocks.iter().map(|block| block.slots.len()).sum();
        assert!(shown > 0, "{name}: the page is empty; {:?}", report.notes);
    }
}
