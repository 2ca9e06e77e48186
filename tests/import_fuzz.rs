//! Mutated exports through every reader: no panic, no hang, no lost row.
//!
//! A short run in `cargo test`; `ENDCAP_FUZZ_INPUTS=1000000 cargo test --release --test import_fuzz -- --nocapture` for a
//! long one. Seeds are the committed fixtures and, where they are there, the real samples beside the project.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use endcap::import::{self, Issue, Options, Origin, Record, Sink, SourceFile};
use endcap::shop::Silent;
use endcap::shop::hash::splitmix64;

/// Seeds are cut to this, so that many inputs fit into a second.
const SEED_BYTES: usize = 6_000;
const SLOWEST: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Counting {
    set_aside: u64,
}

impl Sink for Counting {
    type Error = std::convert::Infallible;

    fn record(&mut self, _record: Record, _origin: Origin) -> Result<(), Self::Error> {
        Ok(())
    }

    fn set_aside(&mut self, _raw: &str, _origin: Origin, issue: Issue) -> Result<(), Self::Error> {
        assert!(!issue.message.is_empty() && !issue.advice.is_empty());
        self.set_aside += 1;
        Ok(())
    }

    fn issue(&mut self, issue: Issue) -> Result<(), Self::Error> {
        assert!(!issue.code.is_empty() && !issue.message.is_empty() && !issue.advice.is_empty());
        Ok(())
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        splitmix64(self.0)
    }

    fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { (self.next() % n as u64) as usize }
    }
}

#[test]
fn mutated_exports_never_panic_hang_or_lose_a_row() {
    let n_inputs: u64 =
        std::env::var("ENDCAP_FUZZ_INPUTS").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000);
    let first: u64 = std::env::var("ENDCAP_FUZZ_FIRST").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let seeds = seeds();
    assert!(seeds.len() > 10, "the fixtures are missing");
    let (mut slowest, mut started) = (Duration::ZERO, Instant::now());
    for n in first..first + n_inputs {
        let bytes = mutate(&seeds, n);
        let before = Instant::now();
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| run(&bytes)));
        let mut took = before.elapsed();
        if outcome.is_ok() && took > SLOWEST {
            // A busy machine stalls anything once; an input that is slow is slow again.
            let again = Instant::now();
            run(&bytes);
            took = took.min(again.elapsed());
        }
        slowest = slowest.max(took);
        if outcome.is_err() || took > SLOWEST {
            let path = std::env::temp_dir().join(format!("endcap-fuzz-{n}.bin"));
            std::fs::write(&path, &bytes).unwrap();
            panic!("input {n} failed or took {took:?}; it is kept in {}", path.display());
        }
        if (n + 1) % 50_000 == 0 {
            println!(
                "{} inputs, {:?} for the last 50,000, slowest {slowest:?}, peak memory {}",
                n + 1,
                started.elapsed(),
                peak_memory()
            );
            started = Instant::now();
        }
    }
    println!(
        "{n_inputs} inputs over {} seeds, slowest {slowest:?}, peak memory {}",
        seeds.len(),
        peak_memory()
    );
}

fn run(bytes: &[u8]) {
    let files = SourceFile::from_memory("fuzz", bytes);
    let head = files.first().and_then(|file| file.head(import::HEAD_BYTES).ok()).unwrap_or_default();
    let detection = import::detect(&head, "fuzz");
    let headers: Vec<String> = detection.columns.iter().map(|column| column.header.clone()).collect();
    let mut options = Options::default();
    // Every other unknown table is read by what is guessed of it.
    let guessed = import::suggest(&headers, &detection.sample).mapping();
    if detection.platform == import::Platform::Unknown
        && bytes.len().is_multiple_of(2)
        && guessed.check().is_ok()
    {
        options.mappings.push(guessed);
    }
    let mut sink = Counting::default();
    let reports = import::read(&files, &options, &mut sink, &Silent).unwrap();
    let set_aside: u64 = reports.iter().map(|report| report.rows_set_aside).sum();
    assert_eq!(set_aside, sink.set_aside);
    assert!(reports.iter().all(|report| report.rows_read == report.rows_taken + report.rows_set_aside));
}

fn mutate(seeds: &[Vec<u8>], n: u64) -> Vec<u8> {
    const TOKENS: &[&[u8]] = &[
        b"\"",
        b"\"\"",
        b",",
        b";",
        b"\t",
        b"\n",
        b"\r\n",
        b"\r",
        b"\0",
        b"'",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"-",
        b"+",
        b"=",
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b"\\",
        b"<",
        b">",
        b"&amp;",
        b"&#x110000;",
        b"</item>",
        b"<item>",
        b"<![CDATA[",
        b"999999999999999999999",
        b"-9223372036854775808",
        b"1e308",
        b"NaN",
        b"0000-00-00",
        b"31/02/2025",
        b"2025-02-30 25:61:61",
        b"9999-12-31",
        b"1e-400",
        b"gid://shopify/Order/1",
        b"null",
        b"true",
        b"__parentId",
        b"\xc3\xa9",
        b"\xe2\x82",
        b"1.234",
        b"1,234",
        b"id:1",
        b"sku:",
        b"|",
        b"=",
        b" > ",
        b"Type=",
        b"Product ID:",
        b"Variant",
        b"#",
    ];
    let mut random = Random(splitmix64(n));
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len() + 1);
        let to = (at + random.below(64)).min(bytes.len());
        match random.below(9) {
            0 if at < bytes.len() => bytes[at] = random.next() as u8,
            1 => {
                let token = TOKENS[random.below(TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
            2 => {
                bytes.drain(at..to);
            }
            3 => {
                let copy = bytes[at..to].to_vec();
                for _ in 0..=random.below(20) {
                    bytes.splice(at..at, copy.iter().copied());
                }
            }
            4 => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len());
                let end = (from + random.below(400)).min(other.len());
                bytes.splice(at..to, other[from..end].iter().copied());
            }
            5 => bytes.truncate(at),
            6 => {
                // Cells of another row.
                let token = TOKENS[random.below(TOKENS.len())];
                let to = (at + 8).min(bytes.len());
                bytes.splice(at..to, token.iter().copied());
            }
            7 if random.below(8) == 0 => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                bytes = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            }
            8 if random.below(16) == 0 => bytes = gzip(&bytes),
            _ => {}
        }
    }
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn seeds() -> Vec<Vec<u8>> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("ENDCAP_SHARED").map_or_else(|| project.join("../shared"), PathBuf::from);
    let mut paths = vec![project.join("tests/fixtures/import")];
    if shared.is_dir() {
        paths.extend(
            ["samples", "headers", "data/snowplow-ecommerce-events"].map(|folder| shared.join(folder)),
        );
    } else {
        println!("SKIPPED: ../shared is missing, so only the committed fixtures are mutated");
    }
    import::sources(&paths)
        .iter()
        .filter_map(|file| file.head(SEED_BYTES).ok())
        .filter(|head| !head.is_empty())
        .collect()
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("unknown");
    line.trim_start_matches("VmHWM:").trim().to_owned()
}
