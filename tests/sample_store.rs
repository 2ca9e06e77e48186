//! The sample store that opens at once is the one the export files give.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use endcap::app::{Session, sample};
use endcap::shop::Silent;

/// With this variable set the prepared workspace is written anew instead of only compared.
const RENEW: &str = "ENDCAP_RENEW_SAMPLE";

#[test]
fn the_prepared_store_is_the_one_its_files_give() {
    let folder = tempfile::tempdir().unwrap();
    let files = sample::write_files(folder.path(), &Silent).unwrap();
    let built = folder.path().join("built.endcap");
    sample::build_workspace(&built, &files, &Silent).unwrap();
    if std::env::var_os(RENEW).is_some() {
        renew(&built);
    }
    let prepared = folder.path().join("prepared.endcap");
    sample::unpack_workspace(&prepared).unwrap();
    let (built, prepared) = (summary(&built), summary(&prepared));
    assert_eq!(
        built, prepared,
        "run `{RENEW}=1 cargo test --test sample_store` in a release build and commit assets/sample"
    );
}

/// What must agree: data and runs by digest, groups by name and size.
fn summary(file: &Path) -> BTreeMap<String, String> {
    let session = Session::open(file).unwrap();
    let workspace = session.workspace();
    let mut facts = BTreeMap::new();
    facts.insert("totals".to_owned(), format!("{:?}", workspace.totals().unwrap()));
    facts.insert("settings".to_owned(), format!("{:?}", workspace.settings().unwrap()));
    for run in workspace.runs().unwrap() {
        facts.insert(format!("run {}", run.kind), run.input_digest);
    }
    let bundle = endcap::app::open::bundle(workspace).unwrap().expect("a trained store has pages");
    for segment in &bundle.segments.segments {
        facts.insert(format!("segment {}", segment.id), format!("{} {}", segment.name, segment.customers));
    }
    facts
}

fn renew(built: &Path) {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample/larkfield.endcap.gz");
    let mut encoder = flate2::GzBuilder::new().write(Vec::new(), flate2::Compression::best());
    encoder.write_all(&fs::read(built).unwrap()).unwrap();
    fs::write(target, encoder.finish().unwrap()).unwrap();
}
