//! A product that sells out and comes back, as two counts of the stock show it, and who hears about it.

use std::path::Path;
use std::process::{Command, Output};

fn endcap(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_endcap")).args(arguments).output().unwrap()
}

fn answer(arguments: &[&str]) -> serde_json::Value {
    let output = endcap(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {said}"))
}

/// Three customers order often enough to be somebody; one of them looked at the lamp while it was sold out.
fn write_store(folder: &Path) {
    std::fs::write(
        folder.join("products.csv"),
        "product_id,title,price,sku,stock,type\nlamp,Lamp,20.00,LAMP,0,Lamps\nrug,Rug,90.00,RUG,4,Rugs\nvase,Vase,15.00,VASE,9,Vases\n",
    )
    .unwrap();
    let mut orders = "customer_id,order_id,created_at,product_id,quantity,unit_price\n".to_owned();
    for n in 0..90 {
        let product = ["rug", "vase", "lamp"][n % 3];
        orders.push_str(&format!(
            "c{},o{n},2025-{:02}-{:02},{product},1,10.00\n",
            n % 15,
            1 + n / 28,
            1 + n % 28
        ));
    }
    std::fs::write(folder.join("orders.csv"), orders).unwrap();
    let mut customers = "customer_id,email,accepts_email\n".to_owned();
    for n in 0..15 {
        customers.push_str(&format!("c{n},c{n}@example.org,yes\n"));
    }
    std::fs::write(folder.join("customers.csv"), customers).unwrap();
    std::fs::write(
        folder.join("events.csv"),
        "visitor_id,customer_id,at,event,product_id\nv1,c0,2025-04-05T10:00:00Z,view_product,lamp\n",
    )
    .unwrap();
    for (name, lamp) in [("monday.csv", 0), ("tuesday.csv", 6)] {
        std::fs::write(folder.join(name), format!("sku,stock\nLAMP,{lamp}\nRUG,4\nNEW,3\n")).unwrap();
    }
}

#[test]
fn what_came_back_between_two_stock_files_makes_the_back_in_stock_message_ready() {
    let folder = tempfile::tempdir().unwrap();
    write_store(folder.path());
    let store = folder.path().join("shop.endcap");
    let store = store.to_str().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let names = ["products.csv", "orders.csv", "customers.csv", "events.csv"].map(path);
    let mut arguments = vec!["import", store, "--json"];
    arguments.extend(names.iter().map(String::as_str));
    answer(&arguments);
    let counted = answer(&["import", store, "--json", &path("monday.csv")]);
    let issue = &counted["issues"][0];
    assert_eq!(issue["code"], "stock_unmatched", "{counted}");
    assert!(issue["message"].as_str().unwrap().contains("1 stock counts"), "{issue}");
    let trigger = || {
        let found = answer(&["campaign", store, "--json", "--trigger", "back_in_stock"]);
        found["triggers"][0].clone()
    };
    let trained = endcap(&["train", store]);
    assert!(trained.status.success(), "{}", String::from_utf8_lossy(&trained.stderr));
    let before = trigger();
    assert_eq!(before["ready"], false, "{before}");
    answer(&["import", store, "--json", &path("tuesday.csv")]);
    assert!(endcap(&["train", store]).status.success());
    let after = trigger();
    assert_eq!((&after["ready"], &after["people"]), (&true.into(), &1.into()), "{after}");
}
