//! The real binary in a temporary folder: stdout, stderr, exit code.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

struct Dir(tempfile::TempDir);

impl Dir {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn endcap(&self, arguments: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_endcap"))
            .args(arguments.split_whitespace())
            .current_dir(self.path())
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .output()
            .unwrap()
    }

    fn json(&self, arguments: &str) -> Value {
        let output = self.endcap(arguments);
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const ORDERS: &str = "customer_id,order_id,created_at,product_id,quantity,unit_price,currency,title,email
c1,1001,2025-01-05 10:00:00,lamp,1,49.00,EUR,Reading lamp,mara@example.org
c1,1001,2025-01-05 10:00:00,bulb,2,4.50,EUR,Bulb,mara@example.org
c2,1002,2025-03-09 12:30:00,lamp,1,49.00,EUR,Reading lamp,jo@example.org
";

#[test]
fn help_stands_everywhere_and_a_typing_error_is_the_persons_to_fix() {
    let dir = Dir::new();
    assert_eq!(code(&dir.endcap("--help")), 0);
    for command in ["import", "audit", "segment", "train", "page", "rule", "compile", "serve", "forget"] {
        let output = dir.endcap(&format!("{command} --help"));
        assert_eq!(code(&output), 0);
        assert!(String::from_utf8_lossy(&output.stdout).contains("Example: endcap"), "{command}");
    }
    assert_eq!(code(&dir.endcap("imprt a.endcap")), 1);
    assert_eq!(code(&dir.endcap("import")), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_display_the_window_names_the_command_that_needs_none() {
    let output = Dir::new().endcap("sample");
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("endcap sample --out"), "{}", stderr(&output));
}

#[test]
fn an_import_counts_every_row_and_doing_it_again_changes_nothing() {
    let dir = Dir::new();
    dir.write("orders.csv", ORDERS);
    let first = dir.json("import shop.endcap orders.csv --json");
    let file = &first["files"][0];
    assert_eq!((file["rows_read"].as_u64(), file["rows_taken"].as_u64()), (Some(3), Some(3)));
    assert_eq!(file["rows_set_aside"], 0);
    assert_eq!(file["platform"], "plain");
    let totals = &first["totals"];
    assert_eq!((totals["orders"].as_u64(), totals["order_lines"].as_u64()), (Some(2), Some(3)));
    assert_eq!((totals["products"].as_u64(), totals["customers"].as_u64()), (Some(2), Some(2)));
    assert!(first["seconds"].is_number());
    let second = dir.json("import shop.endcap orders.csv --json");
    assert_eq!(second["totals"], first["totals"]);
    assert_eq!(second["files"][0]["unchanged"], true);
}

#[test]
fn a_dry_run_writes_nothing() {
    let dir = Dir::new();
    dir.write("orders.csv", ORDERS);
    let report = dir.json("import shop.endcap orders.csv --dry-run --json");
    assert_eq!(report["totals"]["orders"], 2);
    assert!(!dir.path().join("shop.endcap").exists());
}

#[test]
fn a_file_that_fits_nothing_is_explained_and_exits_1() {
    let dir = Dir::new();
    dir.write("notes.csv", "alpha,beta\n1,2\n");
    let output = dir.endcap("import shop.endcap notes.csv");
    assert_eq!(code(&output), 1);
    assert!(String::from_utf8_lossy(&output.stdout).contains("--mapping"));
    assert!(!dir.path().join("shop.endcap").exists(), "no workspace was there before, none is after");
}

#[test]
fn problems_with_the_workspace_say_what_to_do() {
    let dir = Dir::new();
    let missing = dir.endcap("audit nowhere.endcap");
    assert_eq!(code(&missing), 1);
    assert!(stderr(&missing).contains("endcap new"));
    dir.write(
        "table.endcap",
        "this is no workspace, but it is long enough to look like a file that holds something",
    );
    assert_eq!(code(&dir.endcap("audit table.endcap")), 1);
    assert_eq!(code(&dir.endcap("new table.endcap")), 1);
    assert_eq!(code(&dir.endcap("new no/such/folder/a.endcap")), 2);
    assert_eq!(code(&dir.endcap("new a.endcap --time-zone Mars/Base")), 1);
}

#[test]
fn the_audit_tells_readiness_problems_and_what_the_data_unlocks() {
    let dir = Dir::new();
    dir.write("orders.csv", ORDERS);
    dir.json("import shop.endcap orders.csv --json");
    let audit = dir.json("audit shop.endcap --json");
    assert!(audit["readiness"]["orders"].is_number());
    assert!(audit["readiness"]["events"].is_null());
    let messages: Vec<&str> = audit["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["message"].as_str().unwrap())
        .collect();
    assert!(messages.contains(&"Your orders cover only 64 days"), "{messages:?}");
    assert!(messages.contains(&"2 products have no picture"), "{messages:?}");
    let segments = &audit["unlocks"].as_array().unwrap()[0];
    assert_eq!(
        (segments["feature"].as_str(), segments["ready"].as_bool()),
        (Some("Groups of customers"), Some(false))
    );
    assert_eq!(audit["first_order"], "2025-01-05T10:00:00Z");
}

#[test]
fn a_person_is_shown_and_then_forgotten() {
    let dir = Dir::new();
    dir.write("orders.csv", ORDERS);
    dir.json("import shop.endcap orders.csv --json");
    let person = dir.json("person shop.endcap --email MARA@example.org");
    assert_eq!(person["accounts"][0]["orders"][0]["lines"].as_array().unwrap().len(), 2);
    assert_eq!(dir.json("forget shop.endcap --email mara@example.org --json")["customers"], 1);
    assert_eq!(code(&dir.endcap("person shop.endcap --customer c1")), 1);
    assert_eq!(code(&dir.endcap("person shop.endcap")), 1, "whom is required");
}

#[test]
fn rows_set_aside_can_be_saved_as_they_were_with_the_reason() {
    let dir = Dir::new();
    dir.write(
        "orders.csv",
        &format!("{ORDERS}c3,1003,not a date,lamp,1,49.00,EUR,Reading lamp,lu@example.org\n"),
    );
    let report = dir.json("import shop.endcap orders.csv --json");
    let file = &report["files"][0];
    assert_eq!((file["rows_read"].as_u64(), file["rows_set_aside"].as_u64()), (Some(4), Some(1)));
    dir.json("audit shop.endcap --rows-set-aside aside.csv --json");
    let saved = fs::read_to_string(dir.path().join("aside.csv")).unwrap();
    assert!(saved.contains("c3,1003,not a date,lamp"), "{saved}");
    assert!(saved.contains("orders.csv,5,"), "{saved}");
}

#[test]
fn an_order_dated_in_the_future_does_not_move_what_is_held_out() {
    let dir = Dir::new();
    let mut orders =
        String::from("customer_id,order_id,created_at,product_id,quantity,unit_price,currency\n");
    for n in 0..200 {
        let (month, day) = (1 + n / 28 % 12, 1 + n % 28);
        orders.push_str(&format!("c{},{n},2025-{month:02}-{day:02},p{},1,9.00,EUR\n", n % 40, n % 13));
    }
    orders.push_str("c1,9999,2199-01-01,p1,1,9.00,EUR\n");
    dir.write("orders.csv", &orders);
    dir.json("import shop.endcap orders.csv --json");
    let report = dir.json("evaluate shop.endcap --task next-window --json");
    assert_eq!(
        (report["until"].as_str(), report["split"].as_str()),
        (Some("2025-08-05"), Some("2025-07-08"))
    );
    // Six whole months of 28 orders, and seven days of July.
    assert_eq!(report["orders_before"], 6 * 28 + 7);
}

const RETAIL: &str = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country
489434,85048,GLASS BALL,12,2009-12-01 07:45:00,6.95,13085.0,United Kingdom
C489449,22087,BUNTING,-12,2009-12-01 10:33:00,2.95,16321.0,Australia
";

#[test]
fn an_unknown_table_is_read_as_guessed_only_when_asked_and_known_from_then_on() {
    let dir = Dir::new();
    dir.write("retail.csv", RETAIL);
    let refused = dir.endcap("import shop.endcap retail.csv");
    assert_eq!(code(&refused), 1);
    let said = String::from_utf8_lossy(&refused.stdout).into_owned();
    assert!(
        said.contains("It looks like order lines: Invoice = Order number") && said.contains("--guess"),
        "{said}"
    );
    let saved = dir.endcap("import shop.endcap retail.csv --save-mapping guess.toml");
    assert_eq!(code(&saved), 0, "{}", stderr(&saved));
    assert!(!dir.path().join("shop.endcap").exists(), "saving a mapping imports nothing");
    let mapping = std::fs::read_to_string(dir.path().join("guess.toml")).unwrap();
    assert!(
        mapping.contains("kind = \"order_lines\"") && mapping.contains("Invoice = \"order_id\""),
        "{mapping}"
    );
    let by_mapping = dir.json("import other.endcap retail.csv --mapping guess.toml --json");
    let guessed = dir.json("import shop.endcap retail.csv --guess --json");
    assert_eq!(guessed["totals"], by_mapping["totals"]);
    assert_eq!(
        (&guessed["totals"]["order_lines"], &guessed["guessed"][0]["used"]),
        (&2.into(), &true.into())
    );
    dir.write("more.csv", &RETAIL.replace("489434", "500000").replace("489449", "500001"));
    let again = dir.json("import shop.endcap more.csv --json");
    assert_eq!(again["totals"]["orders"], 4, "{again}");
}

#[test]
fn how_a_file_is_written_can_be_said_per_file_and_is_remembered_for_the_next() {
    let dir = Dir::new();
    let head = "customer_id,order_id,created_at,product_id,quantity,unit_price\n";
    dir.write("a.csv", &format!("{head}c1,1,03/04/2025,p1,1,2.00\n"));
    dir.write("b.csv", "order_id;created_at;sku;quantity;unit_price\n9;2025-01-02;x;1;1.234\n");
    let said = dir.endcap("import shop.endcap a.csv b.csv --dates a.csv=month-first --decimal b.csv=comma");
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert_eq!(code(&said), 0, "{}", stderr(&said));
    assert!(text.contains("a.csv: plain order lines, read 1 rows, took 1 (month first)"), "{text}");
    assert!(text.contains("(semicolons, decimal comma)"), "{text}");
    dir.write("a2.csv", &format!("{head}c1,2,05/04/2025,p1,1,2.00\n"));
    let next = dir.json("import shop.endcap a2.csv --json");
    assert_eq!(next["files"][0]["date_order"], "month_first", "{next}");
    assert!(next["issues"].as_array().unwrap().iter().all(|issue| issue["code"] != "dates_ambiguous"));
    assert_eq!(code(&dir.endcap("import shop.endcap a2.csv --encoding klingon")), 1);
    assert_eq!(code(&dir.endcap("import shop.endcap a2.csv --dates sometimes")), 1);
}
