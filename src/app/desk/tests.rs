use super::*;
use crate::shop::{Currency, TimeZoneName};

const PRODUCTS: &str =
    "product_id,title,sku,price,product_type\na,Lamp,A1,10.00,Light\nb,Vase,B1,20.00,Decor\n";
const ORDERS: &str = "order_id,placed_at,email,sku,quantity,unit_price\n\
     1,2025-03-04T10:00:00Z,x@y.zz,A1,1,10.00\n2,2025-03-05T10:00:00Z,w@y.zz,B1,2,20.00\n";
const NOW: Seconds = 1_743_000_000;

struct Shop {
    folder: tempfile::TempDir,
    desk: Desk,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = NewStore {
            name: None,
            currency: Currency::new("EUR"),
            time_zone: TimeZoneName("Europe/Berlin".to_owned()),
        };
        let file = folder.path().join("a.endcap");
        std::fs::write(folder.path().join("products.csv"), PRODUCTS).unwrap();
        std::fs::write(folder.path().join("orders.csv"), ORDERS).unwrap();
        let request = Self::request(&folder, &["products.csv", "orders.csv"]);
        import_into_new(&file, &store, &request, NOW, &Silent).unwrap();
        let desk = Desk::open(&file, || {}).unwrap().desk;
        Self { folder, desk }
    }

    fn request(folder: &tempfile::TempDir, files: &[&str]) -> ImportRequest {
        let paths = files.iter().map(|file| folder.path().join(file)).collect();
        ImportRequest { paths, ..ImportRequest::default() }
    }
}

#[test]
fn an_import_is_a_step_that_comes_back_exactly() {
    let shop = Shop::new();
    std::fs::write(shop.folder.path().join("new.csv"), PRODUCTS.replace("10.00", "12.00")).unwrap();
    let before = shop.desk.session().workspace().products(0, 10).unwrap();
    let request = Shop::request(&shop.folder, &["new.csv"]);
    let imported = shop.desk.import(&request, NOW, &Silent).unwrap();
    let step = imported.step.unwrap();
    assert_eq!((step.step.change, step.n_written), (Change::Import, 0));
    let import = imported.report.summary.import.unwrap();
    let detail = present::imports::import_detail(&shop.desk.session(), import).unwrap();
    let changed = &detail.changed[0];
    assert_eq!(
        (changed.what.as_str(), changed.before.as_str(), changed.after.as_str()),
        ("Lamp", "10.00 EUR", "12.00 EUR")
    );
    let view = shop.desk.undo_import(NOW, &Silent).unwrap();
    assert_eq!(view.imports.len(), 1);
    assert_eq!(shop.desk.session().workspace().products(0, 10).unwrap(), before);
    // The very first one can be undone too; what is left is an empty store.
    let view = shop.desk.undo_import(NOW, &Silent).unwrap();
    assert_eq!((view.store.n_products, view.imports.len()), (0, 0));
    assert!(view.bundle.is_none());
}

#[test]
fn a_workspace_opens_with_its_pages_and_completes_to_the_whole_picture() {
    let shop = Shop::new();
    let opened = Desk::open(shop.desk.file(), || {}).unwrap().view;
    assert!(opened.is_partial && opened.bundle.is_some() && opened.prepared.is_some());
    assert!(opened.customers.is_none() && opened.audit.is_none());
    let completed = shop.desk.completed(opened.clone(), NOW, &Silent).unwrap();
    assert!(!completed.is_partial && completed.audit.is_some());
    let whole = shop.desk.view(NOW, &Silent).unwrap();
    assert_eq!(
        completed.bundle.as_ref().map(|bundle| bundle.info.clone()),
        whole.bundle.as_ref().map(|bundle| bundle.info.clone())
    );
    let groups = |view: &View| view.customers.as_ref().map(|customers| format!("{:?}", customers.groups));
    assert_eq!(groups(&completed), groups(&whole));
    assert_eq!(completed.audit, whole.audit);
    assert_eq!((completed.pulse, completed.search_terms), (whole.pulse, whole.search_terms));
}

#[test]
fn cancelling_while_training_leaves_the_workspace_as_it_was() {
    /// Cancelled once the files are read and their rows are gathered to learn from.
    #[derive(Default)]
    struct StopsAtTraining(std::sync::atomic::AtomicBool);
    impl Monitor for StopsAtTraining {
        fn progress(&self, _: u64, _: u64, phase: &str) {
            if phase == "Reading orders" {
                self.0.store(true, Ordering::Relaxed);
            }
        }

        fn checkpoint(&self) -> Result<(), Cancelled> {
            if self.0.load(Ordering::Relaxed) { Err(Cancelled) } else { Ok(()) }
        }
    }
    let shop = Shop::new();
    std::fs::write(shop.folder.path().join("new.csv"), PRODUCTS.replace("10.00", "12.00")).unwrap();
    let before = shop.desk.session().workspace().products(0, 10).unwrap();
    let request = Shop::request(&shop.folder, &["new.csv"]);
    let stopped = shop.desk.import(&request, NOW, &StopsAtTraining::default());
    assert!(matches!(stopped, Err(Error::Cancelled(_))));
    assert_eq!(shop.desk.session().workspace().products(0, 10).unwrap(), before);
    assert_eq!(shop.desk.session().workspace().imports().unwrap().len(), 1);
}

#[test]
fn an_export_is_noted_and_the_next_one_knows_what_changed() {
    use crate::app::export::{self, Exporter, Note, People};
    let shop = Shop::new();
    let mut session = shop.desk.session();
    let bundle = super::super::open::bundle(session.workspace()).unwrap().unwrap();
    let target = export::target("web").unwrap();
    let exporter = Exporter::gather(session.workspace(), NOW, false, Vec::new(), &Silent).unwrap();
    let note = Note {
        at: NOW,
        target,
        folder: Path::new("/shop"),
        n_files: 3,
        bundle_id: exporter.bundle_id(),
        document: &bundle.document,
    };
    export::note(session.workspace_mut(), &note).unwrap();
    let mut draft = (*bundle.document).clone();
    draft.search.ignored_words.push("the".to_owned());
    let plan = |document: Document| {
        let document = Arc::new(document);
        present::leaving::export_plan(&session, "web", People::None, &document, NOW, &Silent).unwrap()
    };
    assert!(plan((*bundle.document).clone()).parts.iter().all(|part| part.changed.is_none()));
    assert!(plan(draft.clone()).difference.is_some());
    let back = present::leaving::exported_document(&session, NOW).unwrap();
    let mut undone = draft;
    Edit::towards(&undone.clone(), &back, "back").apply(&mut undone).unwrap();
    assert_eq!(undone, *bundle.document);
}
