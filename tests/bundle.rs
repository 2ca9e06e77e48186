//! A bundle on disk is the bundle in memory, proves itself, and is answered alike by JavaScript.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod random;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use endcap::bundle::{self, Bundle, Error, Extras, disk, schema, web};
use endcap::decide::{self, Detail, PageRef, Prepared, Visit, golden};
use random::{AS_OF, bundle};

fn extras(bundle: &Bundle) -> Extras {
    Extras {
        created_at: AS_OF,
        files: golden::files(&Prepared::new(bundle), 7).unwrap(),
        ..Extras::default()
    }
}

fn written(folder: &Path, name: &str, bundle: &Bundle) -> PathBuf {
    let path = folder.join(name);
    bundle::write(bundle, &path, &extras(bundle)).unwrap();
    path
}

#[test]
fn what_is_written_is_read_again_and_decides_alike() {
    let folder = tempfile::tempdir().unwrap();
    for seed in 0..4 {
        let before = bundle(seed, 40, 12);
        for name in [format!("{seed}.bundle"), format!("{seed}.zip")] {
            let after = bundle::read(&written(folder.path(), &name, &before)).unwrap();
            assert_eq!(before.catalog, after.catalog);
            assert_eq!(before.document, after.document);
            assert_eq!(before.segments, after.segments);
            assert_eq!(before.signals.popularity, after.signals.popularity);
            assert_eq!(before.neighbors, after.neighbors);
            let (old, new) = (Prepared::new(&before), Prepared::new(&after));
            for case in golden::cases(&old, 30, seed) {
                assert_eq!(old.decide(&case.visit, Detail::Plain), new.decide(&case.visit, Detail::Plain));
            }
        }
    }
}

#[test]
fn the_same_bundle_gives_the_same_bytes() {
    let bundle = bundle(3, 40, 12);
    let first = disk::assemble(&bundle, &extras(&bundle)).unwrap();
    let second = disk::assemble(&bundle, &extras(&bundle)).unwrap();
    assert_eq!(first, second);
    assert_eq!(first.0.bundle_id, first.0.digest[..16]);
}

#[test]
fn a_bundle_verifies_and_every_file_follows_its_schema() {
    let bundle = bundle(5, 50, 14);
    let (_, files) = disk::assemble(&bundle, &extras(&bundle)).unwrap();
    let said = decide::verify(&files).unwrap();
    assert!(said.passed(), "{said:#?}");
    assert!(said.cases >= 200);
    for (path, bytes) in &files {
        let Some(name) = schema::schema_of(path) else {
            continue;
        };
        let schema = files
            .get(&format!("schema/{name}.schema.json"))
            .unwrap_or_else(|| panic!("no schema for {path}"));
        let validator = jsonschema::validator_for(&serde_json::from_slice(schema).unwrap()).unwrap();
        for line in
            bytes.split(|byte| *byte == b'\n' && path.ends_with(".jsonl")).filter(|line| !line.is_empty())
        {
            let value = serde_json::from_slice(line).unwrap();
            if let Err(error) = validator.validate(&value) {
                panic!("{path}: {error}");
            }
        }
    }
}

#[test]
fn a_broken_file_fails_its_schema_in_our_validator_too() {
    let bundle = bundle(5, 10, 3);
    let (_, mut files) = disk::assemble(&bundle, &extras(&bundle)).unwrap();
    assert_eq!(schema::problems(&files), Vec::<String>::new());
    files.insert("search.json".to_owned(), br#"{"synonyms":[{"words":[1]}],"extra":1}"#.to_vec());
    let problems = schema::problems(&files).join("\n").replace('"', "");
    for expected in ["lacks one_way", "is not string", "`extra` is unknown", "lacks redirects"] {
        assert!(problems.contains(expected), "{expected} not in {problems}");
    }
}

#[test]
fn a_changed_foreign_or_newer_bundle_is_refused() {
    let bundle = bundle(6, 20, 6);
    let (_, good) = disk::assemble(&bundle, &extras(&bundle)).unwrap();
    let refuse = |path: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut files = good.clone();
        change(files.entry(path.to_owned()).or_default());
        disk::check(&files).unwrap_err()
    };
    let replace = |from: &'static str, to: &'static str| {
        move |bytes: &mut Vec<u8>| {
            *bytes = String::from_utf8(bytes.clone()).unwrap().replace(from, to).into_bytes();
        }
    };
    assert!(matches!(refuse("catalog.json", &|bytes| bytes[5] ^= 1), Error::Digest(_)));
    assert!(matches!(refuse("stranger.json", &|bytes| bytes.push(b'1')), Error::Digest(_)));
    assert!(matches!(refuse("manifest.json", &replace("decide-1", "decide-2")), Error::Version(_)));
    assert!(matches!(refuse("manifest.json", &replace("\"1.0\"", "\"2.0\"")), Error::Version(_)));
    let mut files = good.clone();
    files.insert("rules.jsonl".to_owned(), br#"{"id":"r1","enabled":true,"action":{"do":"teleport"},"target":{"by":"products","of":[]},"created_at":0}"#.to_vec());
    assert!(matches!(bundle::files::read(&files), Err(Error::Content { .. })));
}

#[test]
fn a_bundle_is_never_overwritten_and_a_failed_one_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = bundle(6, 10, 2);
    let path = written(folder.path(), "a.bundle", &bundle);
    assert!(matches!(bundle::write(&bundle, &path, &extras(&bundle)), Err(Error::Exists(_))));
    let mut outside = extras(&bundle);
    outside.files.insert("../escape.json".to_owned(), b"{}".to_vec());
    assert!(matches!(bundle::write(&bundle, &folder.path().join("b.bundle"), &outside), Err(Error::Path(_))));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["a.bundle"]);
}

#[test]
fn no_member_of_any_file_could_hold_a_person() {
    let bundle = bundle(8, 30, 8);
    let (_, files) = disk::assemble(&bundle, &extras(&bundle)).unwrap();
    for (path, bytes) in files {
        let text = String::from_utf8(bytes).unwrap();
        for word in [
            "\"email\":",
            "\"phone\":",
            "\"customer_id\":",
            "\"customerId\":",
            "\"order_id\":",
            "\"first_name\":",
            "\"address\":",
        ] {
            assert!(!text.contains(word), "{path} has {word}");
        }
    }
}

#[test]
fn a_difference_is_said_in_words_with_the_people_who_see_it() {
    let before = bundle(21, 40, 0);
    let mut document = (*before.document).clone();
    let page = decide::decide(&before, &Visit::of(PageRef::Home, AS_OF));
    let block = page.blocks.iter().find(|block| block.slots.len() > 1).unwrap();
    let last = block.slots.last().unwrap();
    let id = before.catalog.products[last.product as usize].id.clone();
    document.rules.push(endcap::merch::Rule {
        id: "r1".to_owned(),
        name: None,
        enabled: true,
        action: endcap::merch::Action::Pin { position: 1, soft: false, keep_when_sold_out: true },
        target: endcap::merch::Target::Products(vec![id]),
        scope: endcap::merch::Scope { block: Some(block.id.clone()), ..Default::default() },
        schedule: Default::default(),
        created_at: AS_OF,
    });
    let after = before.with_document(document.into());
    let same = decide::diff(&before, &before, AS_OF);
    assert!(same.rows.is_empty() && same.rules.is_empty());
    let diff = decide::diff(&before, &after, AS_OF);
    assert_eq!(diff.rules.len(), 1);
    assert!(diff.rows.iter().any(|row| row.page == "home" && row.moved > 0), "{diff:#?}");
    assert!(diff.rows.iter().all(|row| row.sentence.contains("customers see it")));
}

/// 12 random bundles × 240 golden cases in Node. With `ENDCAP_GOLDEN` naming a folder they are left there for the
/// engines of `tests/engines`.
#[test]
fn javascript_answers_every_golden_case_as_the_library_does() {
    if Command::new("node").arg("--version").output().is_err() {
        println!("SKIPPED: node is missing, so endcap.js was not replayed");
        return;
    }
    let temporary = tempfile::tempdir().unwrap();
    let folder = std::env::var_os("ENDCAP_GOLDEN").map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    for (path, bytes) in web::files() {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    fs::write(folder.join("package.json"), r#"{"type":"module"}"#).unwrap();
    let bundles: Vec<PathBuf> = (100..112)
        .map(|seed| {
            let name = format!("{seed}.bundle");
            if folder.join(&name).exists() {
                fs::remove_dir_all(folder.join(&name)).unwrap();
            }
            written(&folder, &name, &bundle(seed, 60, 18))
        })
        .collect();
    let output = Command::new("node")
        .arg(folder.join("replay.mjs"))
        .arg(folder.join("endcap.js"))
        .args(&bundles)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("\"cases\":2880,\"wrong\":0"), "{said}");
}
