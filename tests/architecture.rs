//! What may know what. These rules keep the code a place one can live in; a failing line names the file and the rule.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the source tree should stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Layers from the bottom up. A room may use rooms of its own layer's row and below as listed, never above.
const ALLOWED: &[(&str, &[&str])] = &[
    ("shop", &[]),
    ("merch", &["shop"]),
    ("bundle", &["shop", "merch"]),
    ("decide", &["shop", "merch", "bundle"]),
    ("import", &["shop"]),
    ("fetch", &["shop"]),
    ("features", &["shop"]),
    ("segment", &["shop", "merch", "bundle", "features"]),
    ("forecast", &["shop", "features"]),
    ("recommend", &["shop", "features"]),
    ("search", &["shop", "merch", "bundle", "decide", "features"]),
    (
        "measure",
        &["shop", "merch", "bundle", "decide", "features", "segment", "forecast", "recommend", "search"],
    ),
    ("campaign", &["shop", "merch", "bundle", "decide", "features", "segment", "forecast", "recommend"]),
    ("workspace", &["shop", "merch", "import", "features"]),
    (
        "export",
        &[
            "shop",
            "merch",
            "bundle",
            "decide",
            "features",
            "segment",
            "forecast",
            "recommend",
            "measure",
            "campaign",
        ],
    ),
    ("serve", &["shop", "merch", "bundle", "decide"]),
    ("sample", &["shop"]),
    (
        "app",
        &[
            "shop",
            "merch",
            "bundle",
            "decide",
            "fetch",
            "import",
            "features",
            "segment",
            "forecast",
            "recommend",
            "search",
            "measure",
            "campaign",
            "workspace",
            "export",
            "serve",
            "sample",
        ],
    ),
    (
        "cli",
        &[
            "shop",
            "merch",
            "bundle",
            "decide",
            "import",
            "features",
            "segment",
            "forecast",
            "recommend",
            "search",
            "measure",
            "campaign",
            "export",
            "serve",
            "app",
            "sample",
            "workspace",
        ],
    ),
    (
        "ui",
        &[
            "shop",
            "merch",
            "bundle",
            "decide",
            "import",
            "features",
            "segment",
            "forecast",
            "recommend",
            "search",
            "measure",
            "campaign",
            "export",
            "app",
            "sample",
        ],
    ),
];

/// Crates that only the listed rooms may name.
const CRATES: &[(&str, &[&str])] = &[
    ("rusqlite", &["workspace"]),
    ("egui", &["ui"]),
    ("eframe", &["ui"]),
    ("egui_plot", &["ui"]),
    ("egui_extras", &["ui"]),
    ("rfd", &["ui"]),
    (
        "polars",
        &["import", "features", "workspace", "recommend", "forecast", "measure", "segment", "campaign"],
    ),
    ("linfa", &["segment"]),
    ("linfa_clustering", &["segment"]),
    ("axum", &["serve"]),
    ("tokio", &["serve", "cli", "fetch"]),
    ("reqwest", &["fetch"]),
    ("clap", &["cli"]),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every source file with its room (first folder below `src`) and its code without comments.
fn files() -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    rust_files(&source(), &mut found);
    found
        .into_iter()
        .map(|path| {
            let relative = path.strip_prefix(source()).unwrap().to_string_lossy().replace('\\', "/");
            let room = relative.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).unwrap();
            (relative, room, text)
        })
        .collect()
}

fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The part before the unit tests, which may reach further than the room itself.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text)
}

fn words_after(text: &str, prefix: &str) -> Vec<String> {
    text.match_indices(prefix)
        .filter(|(at, _)| {
            !text[..*at].chars().next_back().is_some_and(|before| before.is_alphanumeric() || before == '_')
        })
        .map(|(at, _)| {
            text[at + prefix.len()..]
                .chars()
                .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                .collect()
        })
        .collect()
}

#[test]
fn rooms_know_only_the_rooms_below_them() {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let mut broken = Vec::new();
    for (file, room, text) in files() {
        let Some(may_know) = allowed.get(room.as_str()) else {
            assert!(
                matches!(room.as_str(), "lib" | "main"),
                "src/{file}: room `{room}` is not in the layer table"
            );
            continue;
        };
        let code = without_comments(without_tests(&text));
        for known in words_after(&code, "crate::") {
            if allowed.contains_key(known.as_str()) && known != room && !may_know.contains(&known.as_str()) {
                broken.push(format!("src/{file}: `{room}` must not know `{known}`"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn heavy_crates_stay_in_their_rooms() {
    let mut broken = Vec::new();
    for (file, room, text) in files() {
        let code = without_comments(&text);
        for (name, rooms) in CRATES {
            let used = !words_after(&code, &format!("{name}::")).is_empty()
                || code.contains(&format!("use {name};"));
            if used && !rooms.contains(&room.as_str()) {
                broken.push(format!("src/{file}: `{name}` belongs to {rooms:?}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn nothing_below_app_reads_the_clock_or_the_environment() {
    let free = ["app", "cli", "ui", "main", "serve", "workspace"];
    let mut broken = Vec::new();
    for (file, room, text) in files() {
        if free.contains(&room.as_str()) || file.ends_with("/tests.rs") {
            continue;
        }
        let code = without_comments(without_tests(&text));
        for call in
            ["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now", "env::var", "thread_rng"]
        {
            if code.contains(call) {
                broken.push(format!("src/{file}: {call} must be a parameter"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn colours_live_in_the_theme() {
    let mut broken = Vec::new();
    for (file, room, text) in files() {
        if room != "ui" || file.starts_with("ui/theme") || file.starts_with("ui/kit/tile") {
            continue;
        }
        let code = without_comments(without_tests(&text));
        for call in ["Color32::from_rgb", "Color32::from_hex", "Color32::from_gray"] {
            if code.contains(call) {
                broken.push(format!("src/{file}: {call} outside ui/theme"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn files_stay_small_enough_to_read() {
    let mut broken = Vec::new();
    for (file, _, text) in files() {
        let lines = text.lines().count();
        if lines > 700 {
            broken.push(format!("src/{file}: {lines} lines; split it by meaning"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_unfinished_work_and_no_stringly_errors() {
    let mut broken = Vec::new();
    for (file, _, text) in files() {
        let code = without_comments(&text);
        for sign in ["todo!(", "unimplemented!(", "#[ignore"] {
            if code.contains(sign) {
                broken.push(format!("src/{file}: {sign}"));
            }
        }
        for line in code.lines() {
            // `Result<Map<String, String>, Error>` is fine: there the words are not the error.
            let is_error = line.split(", String>").skip(1).any(|rest| !rest.starts_with(','));
            if line.contains("-> Result<") && is_error {
                broken.push(format!("src/{file}: {}", line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
