//! The server over a real socket: the same answers as the library, and polite refusals.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod random;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use endcap::bundle::{self, Extras};
use endcap::decide::{Detail, Prepared, golden, json};
use endcap::serve::{self, Settings};
use random::{AS_OF, bundle};
use serde_json::Value;

fn write(folder: &Path, name: &str, seed: u64) -> Prepared {
    let bundle = bundle(seed, 40, 12);
    let prepared = Prepared::new(&bundle);
    let extras =
        Extras { created_at: AS_OF, files: golden::files(&prepared, 1).unwrap(), ..Extras::default() };
    bundle::write(&bundle, &folder.join(name), &extras).unwrap();
    prepared
}

/// A server in a thread that lives as long as the test program.
fn serving(path: &Path, token: Option<&str>) -> SocketAddr {
    let settings = Settings {
        bundle: path.to_owned(),
        listen: "127.0.0.1:0".parse().unwrap(),
        token: token.map(str::to_owned),
    };
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || serve::run(&settings, |address| tell.send(address).unwrap(), |_| {}));
    told.recv_timeout(Duration::from_secs(20)).unwrap()
}

/// Status and body.
fn ask(address: SocketAddr, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

#[test]
fn every_golden_case_is_answered_as_the_library_does() {
    let folder = tempfile::tempdir().unwrap();
    let prepared = write(folder.path(), "a.bundle", 31);
    let address = serving(&folder.path().join("a.bundle"), None);
    let cases = golden::cases(&prepared, 150, 9);
    let visits: Vec<_> = cases.iter().map(|case| &case.visit).collect();
    let (status, body) = ask(address, "POST", "/v1/pages", "", &serde_json::to_string(&visits).unwrap());
    assert_eq!(status, 200, "{body}");
    let pages: Vec<Value> = serde_json::from_str(&body).unwrap();
    for (case, page) in cases.iter().zip(pages) {
        let decided = prepared.decide(&case.visit, Detail::Plain);
        let expected = serde_json::to_value(json::page(&prepared, &decided, false)).unwrap();
        assert_eq!(page, expected);
    }
    let one = r#"{"page":"home","now":1760000000,"explain":true}"#;
    let (status, body) = ask(address, "POST", "/v1/page", "", one);
    assert_eq!(status, 200);
    assert!(body.contains("\"sentence\""));
    let (_, metrics) = ask(address, "GET", "/metrics", "", "");
    assert!(metrics.contains("endcap_pages_total 151"), "{metrics}");
    assert_eq!(ask(address, "GET", "/healthz", "", "").0, 200);
    assert_eq!(ask(address, "GET", "/v1/segments", "", "").0, 200);
}

#[test]
fn what_is_no_visit_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.bundle", 32);
    let address = serving(&folder.path().join("a.bundle"), None);
    for (path, body, expected) in [
        ("/v1/page", "not json", 400),
        ("/v1/page", r#"{"page":"nowhere:","now":1}"#, 422),
        ("/v1/page", r#"{"page":"home"}"#, 422),
        ("/v1/pages", "{}", 422),
        ("/v1/nothing", "{}", 404),
    ] {
        let (status, said) = ask(address, "POST", path, "", body);
        assert_eq!(status, expected, "{path} {body}: {said}");
    }
    let visit = r#"{"page":"home","now":1}"#;
    let batch = format!("[{}]", vec![visit; serve::MOST_VISITS + 1].join(","));
    assert_eq!(ask(address, "POST", "/v1/pages", "", &batch).0, 413);
    assert_eq!(ask(address, "POST", "/v1/page", "", &"x".repeat(serve::MOST_BODY_BYTES + 1)).0, 413);
}

#[test]
fn a_token_is_asked_for_and_needed_off_this_computer() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.bundle", 33);
    let path = folder.path().join("a.bundle");
    let address = serving(&path, Some("secret"));
    let visit = r#"{"page":"home","now":1}"#;
    for (headers, expected) in [
        ("", 401),
        ("authorization: Bearer secre\r\n", 401),
        ("authorization: Bearer secret1\r\n", 401),
        ("authorization: Bearer secret\r\n", 200),
    ] {
        assert_eq!(ask(address, "POST", "/v1/page", headers, visit).0, expected, "{headers}");
    }
    assert_eq!(ask(address, "GET", "/healthz", "", "").0, 200);
    let open = Settings { bundle: path, listen: "0.0.0.0:0".parse().unwrap(), token: None };
    assert!(matches!(serve::run(&open, |_| {}, |_| {}), Err(serve::Error::TokenNeeded(_))));
}

#[cfg(unix)]
#[test]
fn a_moved_link_is_taken_up_and_a_broken_bundle_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let live = folder.path().join("live");
    write(folder.path(), "a.bundle", 34);
    write(folder.path(), "b.bundle", 35);
    write(folder.path(), "c.bundle", 36);
    std::fs::write(folder.path().join("c.bundle/rules.jsonl"), "").unwrap();
    let point = |name: &str| {
        let next = folder.path().join("next");
        std::os::unix::fs::symlink(folder.path().join(name), &next).unwrap();
        std::fs::rename(next, &live).unwrap();
    };
    let id = |name: &str| {
        let all = bundle::disk::load(&folder.path().join(name)).unwrap();
        bundle::disk::manifest(&all).unwrap().bundle_id
    };
    point("a.bundle");
    let address = serving(&live, None);
    let served = || ask(address, "GET", "/healthz", "", "").1;
    assert!(served().contains(&id("a.bundle")));
    point("b.bundle");
    let started = Instant::now();
    while !served().contains(&id("b.bundle")) {
        assert!(started.elapsed() < Duration::from_secs(30), "the new bundle was not taken up");
        std::thread::sleep(Duration::from_millis(100));
    }
    point("c.bundle");
    let refused = || ask(address, "GET", "/metrics", "", "").1.contains("endcap_refused_bundles_total 1");
    while !refused() {
        assert!(started.elapsed() < Duration::from_secs(60), "the broken bundle was not noticed");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(served().contains(&id("b.bundle")));
}
