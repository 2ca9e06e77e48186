use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::example::{CANARIES, NOW, ODD_IDS, bundle, subject};
use super::*;
use crate::decide::{Detail, PageRef, Prepared, Visit};

fn projection(target: Target) -> Projection {
    let prepared = Prepared::new(&bundle());
    project(target, &subject(&prepared))
}

fn text(projection: &Projection, path: &str) -> String {
    let file = projection.files.iter().find(|file| file.path == path);
    let file = file.unwrap_or_else(|| panic!("{path} is not among {:?}", paths(projection)));
    String::from_utf8(file.bytes.clone()).unwrap()
}

fn json(projection: &Projection, path: &str) -> Value {
    serde_json::from_str(&text(projection, path)).unwrap()
}

fn lines(projection: &Projection, path: &str) -> Vec<Value> {
    text(projection, path).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn table(projection: &Projection, path: &str) -> Vec<BTreeMap<String, String>> {
    let text = text(projection, path);
    csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes())
        .deserialize()
        .map(Result::unwrap)
        .collect()
}

fn paths(projection: &Projection) -> Vec<&str> {
    projection.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn every_target_writes_a_guide_a_report_and_something_to_load() {
    for target in Target::ALL {
        let projection = projection(target);
        assert!(projection.files.len() > 2, "{target} writes {:?}", paths(&projection));
        assert!(text(&projection, "HOW-TO-LOAD.md").starts_with("# How to"));
        assert!(text(&projection, "FIDELITY.md").contains("exact"));
        assert_eq!(Target::from_name(target.name()), Some(target));
        let unique: BTreeSet<&str> = paths(&projection).into_iter().collect();
        assert_eq!(unique.len(), projection.files.len(), "{target} writes a path twice");
        for path in unique {
            let safe = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
            assert!(safe && !path.contains(".."), "{target} writes {path}");
        }
    }
}

#[test]
fn the_same_subject_gives_the_same_bytes() {
    for target in Target::ALL {
        assert_eq!(projection(target).files, projection(target).files, "{target}");
    }
}

#[test]
fn nobody_is_named_in_files_that_are_not_for_customers() {
    for target in Target::ALL.into_iter().filter(|target| !target.names_customers()) {
        for file in projection(target).files {
            let text = String::from_utf8_lossy(&file.bytes).to_lowercase();
            for canary in CANARIES {
                assert!(!text.contains(&canary.to_lowercase()), "{canary} stands in {target}/{}", file.path);
            }
        }
    }
}

#[test]
fn every_rule_and_row_has_a_verdict() {
    let prepared = Prepared::new(&bundle());
    for target in Target::ALL {
        let report = project(target, &subject(&prepared)).fidelity;
        for about in [
            "groups",
            "rule r1",
            "rule r2",
            "rule r3",
            "rule r4",
            "rule r5",
            "row home/picked",
            "row home/best",
        ] {
            assert!(
                report.verdicts.iter().any(|verdict| verdict.about == about),
                "{target} says nothing about {about}"
            );
        }
    }
}

#[test]
fn groups_of_fewer_than_ten_are_written_as_everyone() {
    for target in Target::ALL.into_iter().filter(|target| *target != Target::Web) {
        for file in projection(target).files.into_iter().filter(|file| file.path != "HOW-TO-LOAD.md") {
            let text = String::from_utf8_lossy(&file.bytes).into_owned();
            assert!(!text.contains("The few"), "{target}/{} names the tiny group", file.path);
            assert!(!text.contains("seg:s3"), "{target}/{} tags the tiny group", file.path);
        }
    }
}

#[test]
fn lists_are_the_pages_the_preview_shows() {
    let prepared = Prepared::new(&bundle());
    let subject = subject(&prepared);
    let lists = Lists::decide(&subject);
    assert_eq!(lists.windows.len(), 3);
    for slice in &lists.slices {
        let mut visit = Visit::of(slice.page.parse::<PageRef>().unwrap(), lists.windows[slice.window].from);
        visit.segment = Some(slice.segment.clone());
        let page = prepared.decide(&visit, Detail::Full);
        let block = page.blocks.iter().find(|block| block.id == slice.block).unwrap();
        let shown: Vec<u32> = block.slots.iter().map(|slot| slot.product).collect();
        assert_eq!(slice.products, shown);
    }
}

#[test]
fn a_scheduled_pin_is_a_period_of_its_own_for_flags() {
    let flags = json(&projection(Target::Flagd), "flags.flagd.json");
    let flag = &flags["flags"]["row.home.picked"];
    let first = |variant: &str| flag["variants"][variant]["products"][0].as_str().map(str::to_owned);
    assert_ne!(first("w0.all").as_deref(), Some("😀 mug"));
    assert_eq!(first("w1.all").as_deref(), Some("😀 mug"));
    assert_eq!(first("w2.all"), first("w0.all"));
    let targeting = flag["targeting"].to_string();
    assert!(targeting.contains(&(NOW + 1_000).to_string()) && targeting.contains(&(NOW + 2_000).to_string()));
    let branches = flag["targeting"]["if"].as_array().unwrap();
    for pair in branches.chunks(2).filter(|pair| pair.len() == 2) {
        assert!(flag["variants"].get(pair[1].as_str().unwrap()).is_some(), "{pair:?} names no variant");
    }
}

#[test]
fn odd_ids_survive_every_list() {
    let related = table(&projection(Target::Csv), "related.csv");
    let ids: BTreeSet<&str> = related.iter().map(|row| row["product_id"].as_str()).collect();
    let wanted: BTreeSet<&str> =
        ODD_IDS.into_iter().map(|id| if id.starts_with('=') { "'=HYPERLINK(\"x\")" } else { id }).collect();
    assert_eq!(ids, wanted);
    let records = lines(&projection(Target::OpenSearch), "products-001.ndjson");
    let ids: BTreeSet<&str> = records.iter().filter_map(|record| record["id"].as_str()).collect();
    assert_eq!(ids, ODD_IDS.into_iter().collect());
}

#[test]
fn no_cell_of_any_table_runs_as_a_formula() {
    for target in Target::ALL {
        let projection = projection(target);
        for path in paths(&projection).into_iter().filter(|path| path.ends_with(".csv")) {
            for cell in table(&projection, path).iter().flat_map(BTreeMap::values) {
                let runs = cell.starts_with(['=', '+', '@', '\t', '\r']);
                assert!(!runs, "{target}/{path} has the cell {cell}");
            }
        }
    }
}

#[test]
fn the_report_escapes_what_the_store_wrote() {
    let html = text(&projection(Target::Report), "report.html");
    assert!(html.contains("Tom&#39;s &lt;Lamps&gt; &amp; Rugs") && !html.contains("<Lamps>"));
    assert!(html.contains("Watch &lt;stock&gt;."));
    assert!(!html.contains("<script") && !html.contains("http://") && !html.contains("src="));
    assert!(html.contains("data:image/webp;base64,"));
}

#[test]
fn algolia_rules_keep_their_limits() {
    let projection = projection(Target::Algolia);
    for path in paths(&projection).into_iter().filter(|path| path.starts_with("rules-")) {
        for rule in json(&projection, path).as_array().unwrap() {
            let consequence = &rule["consequence"];
            assert!(consequence["promote"].as_array().is_none_or(|all| all.len() <= algolia::MOST_PROMOTED));
            assert!(consequence["hide"].as_array().is_none_or(|all| all.len() <= algolia::MOST_HIDDEN));
            assert!(consequence.to_string().len() <= 100 * 1024);
            assert!(consequence["userData"].to_string().len() <= 1_000);
            assert!(rule["conditions"].as_array().unwrap().len() <= 25);
            for condition in rule["conditions"].as_array().unwrap() {
                let context = condition["context"].as_str().unwrap();
                assert!(
                    context.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
                    "{context}"
                );
            }
        }
    }
    let rules = json(&projection, "rules-001.json");
    let search =
        rules.as_array().unwrap().iter().find(|rule| rule["objectID"] == "endcap.search.r4.0").unwrap();
    assert_eq!(search["conditions"][0]["pattern"], "lamp");
    assert_eq!(search["consequence"]["promote"][0]["position"], 0);
}

#[test]
fn magento_positions_start_at_one_and_match_the_links() {
    let rows = table(&projection(Target::Magento), "product-links.csv");
    assert!(!rows.is_empty());
    for row in rows {
        for kind in ["related", "crosssell", "upsell"] {
            let skus = row[&format!("{kind}_skus")].split(',').filter(|sku| !sku.is_empty()).count();
            let positions: Vec<usize> = row[&format!("{kind}_position")]
                .split(',')
                .filter_map(|position| position.parse().ok())
                .collect();
            assert_eq!(positions, (1..=skus).collect::<Vec<_>>());
        }
    }
}

#[test]
fn woocommerce_links_only_skus_of_the_catalogue_and_nothing_hidden() {
    let rows = table(&projection(Target::WooCommerce), "products-links-and-order.csv");
    let known: BTreeSet<&str> = rows.iter().map(|row| row["SKU"].as_str()).collect();
    for row in &rows {
        for sku in
            row["Upsells"].split(", ").chain(row["Cross-sells"].split(", ")).filter(|sku| !sku.is_empty())
        {
            assert!(known.contains(sku) || sku.starts_with('='), "{sku} would become a placeholder product");
            assert_ne!(sku, "basin", "a hidden product is linked");
        }
    }
}

#[test]
fn mail_goes_only_to_people_who_agreed() {
    let klaviyo = text(&projection(Target::Klaviyo), "profiles-001.json");
    assert!(klaviyo.contains("zebedee.quillfeather@example.com") && !klaviyo.contains("nobody@example.org"));
    let mailchimp = json(&projection(Target::Mailchimp), "members-001.json");
    assert_eq!(mailchimp["members"].as_array().unwrap().len(), 2);
    assert_eq!(mailchimp["sync_tags"], false);
    let pick = &mailchimp["members"][0]["merge_fields"]["PICK1"];
    assert!(ODD_IDS.contains(&pick.as_str().unwrap()));
}

#[test]
fn jobs_split_at_their_limits() {
    let values: Vec<Value> = (0..25).map(|nth| Value::from(format!("{nth:0>100}"))).collect();
    let by_count = mail::split(values.clone(), 10, usize::MAX);
    assert_eq!(by_count.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 5]);
    let by_size = mail::split(values.clone(), 1_000, 103 * 4);
    assert!(by_size.iter().all(|chunk| chunk.len() == 4 || chunk.len() == 1), "{by_size:?}");
    assert_eq!(by_size.concat(), values);
    assert_eq!((mail::PROFILES_A_JOB, mail::MEMBERS_A_BATCH, shopify::MOVES_A_CALL), (10_000, 500, 250));
}

#[test]
fn gorse_ids_have_no_slash() {
    let items = json(&projection(Target::Gorse), "items-001.json");
    let ids: BTreeSet<&str> =
        items.as_array().unwrap().iter().map(|item| item["ItemId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), ODD_IDS.len());
    assert!(ids.iter().all(|id| !id.contains('/')) && ids.contains("a%2Fb"));
    let hidden = items.as_array().unwrap().iter().find(|item| item["ItemId"] == "basin").unwrap();
    assert_eq!(hidden["IsHidden"], true);
}

#[test]
fn bulk_files_alternate_action_and_document_and_queries_sort_exactly() {
    for (target, attributes) in [(Target::OpenSearch, "flat_object"), (Target::Elasticsearch, "flattened")] {
        let projection = projection(target);
        let documents = lines(&projection, "products-001.ndjson");
        assert_eq!(documents.len(), 2 * ODD_IDS.len());
        assert!(documents.chunks(2).all(|pair| pair[0]["index"]["_id"] == pair[1]["id"]));
        assert_eq!(
            json(&projection, "index.json")["mappings"]["properties"]["attributes"]["type"],
            attributes
        );
        let query = json(&projection, "queries/home__picked__s1.json");
        assert_eq!(query["sort"][0]["s_home__picked__s1"]["order"], "desc");
        assert_eq!(query["sort"][1]["id"], "asc");
    }
}

#[test]
fn elasticsearch_rules_carry_scope_and_schedule() {
    let rules = json(&projection(Target::Elasticsearch), "query_rules/endcap-1.json");
    let rule = rules["rules"].as_array().unwrap().iter().find(|rule| rule["rule_id"] == "r2-0").unwrap();
    assert_eq!(rule["type"], "pinned");
    assert_eq!(
        rule["criteria"][0],
        serde_json::json!({ "type": "gte", "metadata": "now", "values": [NOW + 1_000] })
    );
    let hide = rules["rules"].as_array().unwrap().iter().find(|rule| rule["rule_id"] == "r1-0").unwrap();
    assert_eq!(
        (&hide["type"], &hide["criteria"][0]["type"]),
        (&Value::from("exclude"), &Value::from("always"))
    );
}

#[test]
fn shopify_tags_keep_what_a_customer_has_and_can_be_taken_back() {
    let projection = projection(Target::Shopify);
    let add = lines(&projection, "customers/tags-add.jsonl");
    assert_eq!(add[0]["id"], "gid://shopify/Customer/99000000000001");
    assert_eq!(add[0]["tags"], serde_json::json!(["seg:s1"]));
    let csv = table(&projection, "customers/customers-tags.csv");
    assert_eq!(csv[0]["Tags"], "vip, seg:s1");
    let undo = table(&projection, "undo/customers/customers-tags.csv");
    assert_eq!(undo[0]["Tags"], "vip, seg:old");
    let slices = lines(&projection, "metaobjects/slices.jsonl");
    assert!(slices.iter().any(|slice| slice["handle"]["handle"] == "home--picked--s1"));
}

#[test]
fn pmml_is_well_formed_and_names_every_group() {
    let xml = text(&projection(Target::Pmml), "groups.pmml");
    let (mut open, mut closed) = (0, 0);
    for tag in xml.split('<').skip(1) {
        if tag.starts_with('/') {
            closed += 1;
        } else if !tag.starts_with('?') && !tag.split('>').next().is_some_and(|inside| inside.ends_with('/'))
        {
            open += 1;
        }
    }
    assert_eq!(open, closed);
    assert!(xml.contains("category_lean:Lighting &amp; &lt;x&gt;") && xml.contains("numberOfClusters=\"3\""));
}

#[test]
fn the_spark_sample_is_what_its_own_files_say() {
    let projection = projection(Target::Spark);
    let expected = json(&projection, "sample/expected.json");
    assert!(expected["pairs"].as_array().unwrap().len() > 20);
    assert_eq!(expected["groups"].as_object().unwrap().len(), 500);
    let groups: BTreeSet<&str> =
        expected["groups"].as_object().unwrap().values().map(|group| group.as_str().unwrap()).collect();
    assert!(groups.len() >= 3, "{groups:?}");
    assert_eq!(table(&projection, "sample/facts.csv").len(), 500);
}

/// With `ENDCAP_EXPORTS` naming a folder, every projection of the odd store is left there for `tests/engines`.
#[test]
fn every_projection_can_be_left_for_other_peoples_validators() {
    let Some(out) = std::env::var_os("ENDCAP_EXPORTS").map(std::path::PathBuf::from) else {
        return;
    };
    for target in Target::ALL {
        for file in projection(target).files {
            let path = out.join(target.name()).join(&file.path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &file.bytes).unwrap();
        }
    }
}

/// Columns as the systems document them for import; any other would be ignored or refused there.
#[test]
fn every_table_for_a_shop_has_only_columns_that_the_shop_documents() {
    const SHOPIFY_CUSTOMERS: &[&str] = &[
        "First Name",
        "Last Name",
        "Email",
        "Accepts Email Marketing",
        "Company",
        "Address1",
        "Address2",
        "City",
        "Province",
        "Province Code",
        "Country",
        "Country Code",
        "Zip",
        "Phone",
        "Accepts SMS Marketing",
        "Tags",
        "Note",
        "Tax Exempt",
    ];
    const SHOPIFY_PRODUCTS: &[&str] = &[
        "Handle",
        "Title",
        "Related products (product.metafields.shopify--discovery--product_recommendation.related_products)",
        "Complementary products (product.metafields.shopify--discovery--product_recommendation.complementary_products)",
    ];
    const WOOCOMMERCE: &[&str] = &["ID", "SKU", "Name", "Upsells", "Cross-sells", "Position"];
    const MAGENTO: &[&str] = &[
        "sku",
        "related_skus",
        "related_position",
        "crosssell_skus",
        "crosssell_position",
        "upsell_skus",
        "upsell_position",
    ];
    let documented: &[(Target, &str, &[&str])] = &[
        (Target::Shopify, "customers/customers-tags.csv", SHOPIFY_CUSTOMERS),
        (Target::Shopify, "products/recommendations.csv", SHOPIFY_PRODUCTS),
        (Target::WooCommerce, "products-links-and-order.csv", WOOCOMMERCE),
        (Target::Magento, "product-links.csv", MAGENTO),
    ];
    for (target, path, columns) in documented {
        let projection = projection(*target);
        for path in [(*path).to_owned(), format!("undo/{path}")] {
            let text = text(&projection, &path);
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            for column in reader.headers().unwrap() {
                assert!(columns.contains(&column), "{target}/{path} has the column {column}");
            }
        }
    }
}

#[test]
fn profiles_and_members_split_exactly_at_the_limit() {
    for (n, most, files) in
        [(499, mail::MEMBERS_A_BATCH, 1), (500, 500, 1), (501, 500, 2), (10_001, mail::PROFILES_A_JOB, 2)]
    {
        let values: Vec<Value> = (0..n).map(Value::from).collect();
        let chunks = mail::split(values, most, mail::BYTES_A_JOB);
        assert_eq!(chunks.len(), files, "{n} in chunks of {most}");
        assert!(chunks.iter().all(|chunk| chunk.len() <= most));
    }
    let wide: Vec<Value> = (0..6).map(|_| Value::from("x".repeat(999_997))).collect();
    let chunks = mail::split(wide, 10_000, mail::BYTES_A_JOB);
    assert!(chunks.iter().all(|chunk| serde_json::to_string(chunk).unwrap().len() <= mail::BYTES_A_JOB + 1));
    assert_eq!(chunks.iter().map(Vec::len).collect::<Vec<_>>(), [5, 1]);
}

#[test]
fn a_message_reaches_the_mail_tool_and_yesterdays_does_not_stay() {
    let prepared = Prepared::new(&bundle());
    let mut subject = subject(&prepared);
    subject.members[0].message = Some(Message {
        trigger: "restock_due".to_owned(),
        product: Some(4),
        due: Some("2026-11-25".to_owned()),
    });
    subject.members[0].offer_percent = 10;
    let klaviyo = json(&project(Target::Klaviyo, &subject), "profiles-001.json");
    let of = |nth: usize| &klaviyo["data"]["attributes"]["profiles"]["data"][nth]["attributes"]["properties"];
    assert_eq!(of(0)["endcap_trigger"], "restock_due");
    assert_eq!(of(0)["endcap_trigger_due"], "2026-11-25");
    assert_eq!(of(1)["endcap_trigger"], "");
    let about = of(0)["endcap_trigger_product"].as_str().unwrap();
    assert!((1..=6).all(|nth| of(0)[format!("endcap_pick_{nth}")] != about), "the product is picked twice");
    let mailchimp = json(&project(Target::Mailchimp, &subject), "members-001.json");
    assert_eq!(mailchimp["members"][0]["merge_fields"]["TRIGGER"], "restock_due");
    assert_eq!(mailchimp["members"][0]["merge_fields"]["OFFER"], "10");
}
