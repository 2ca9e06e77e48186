//! Pictures from the web, against a server of the test's own: what comes, what does not and why, and what is never asked.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use endcap::app::pictures::{self, Fetch, Limits, Reason, Status};
use endcap::app::{ImportRequest, NewStore, Session};
use endcap::shop::{Cancelled, Currency, Monitor, Silent, TimeZoneName};

/// Answers by path, and remembers what it was sent.
struct Server {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
    most_at_once: Arc<AtomicUsize>,
}

impl Server {
    fn start(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let most_at_once = Arc::new(AtomicUsize::new(0));
        let (seen, most, now) =
            (Arc::clone(&requests), Arc::clone(&most_at_once), Arc::new(AtomicUsize::new(0)));
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, most, now) = (Arc::clone(&seen), Arc::clone(&most), Arc::clone(&now));
                let answer = Arc::clone(&answer);
                std::thread::spawn(move || {
                    let mut stream = stream;
                    let head = head_of(&mut stream);
                    if head.is_empty() {
                        return;
                    }
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let path = head.split(' ').nth(1).unwrap_or("/").to_owned();
                    seen.lock().unwrap().push(head);
                    answer(&path, &mut stream);
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, requests, most_at_once }
    }

    fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn n_requests(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

fn head_of(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

fn send(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    let head =
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    drop(stream.write_all(head.as_bytes()));
    drop(stream.write_all(body));
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_pixel(width, height, image::Rgb([120, 60, 20]));
    let mut out = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

/// A store whose products `p0`, `p1` … have these pictures.
fn store(folder: &Path, addresses: &[String]) -> (PathBuf, Session) {
    let mut csv = String::from("product_id,title,price,image_url\n");
    for (at, address) in addresses.iter().enumerate() {
        csv.push_str(&format!("p{at},Product {at},1.00,{address}\n"));
    }
    let products = folder.join("products.csv");
    std::fs::write(&products, csv).unwrap();
    let file = folder.join("a.endcap");
    let new = NewStore { name: None, currency: Currency::new("EUR"), time_zone: TimeZoneName::default() };
    let mut session = Session::create(&file, &new).unwrap();
    let request = ImportRequest { paths: vec![products], ..ImportRequest::default() };
    session.import(&request, &Silent).unwrap();
    (file, session)
}

fn agree(session: &mut Session) {
    let hosts: Vec<String> =
        pictures::status(session).unwrap().hosts.into_iter().map(|host| host.host).collect();
    pictures::agree(session, &hosts).unwrap();
}

fn fetch(session: &mut Session, again: bool) -> Fetch {
    let limits = Limits { whole: Duration::from_secs(6), ..Limits::default() };
    pictures::fetch(session, again, &limits, &Silent).unwrap()
}

fn reasons(status: &Status) -> BTreeMap<String, Reason> {
    let last = |address: &str| address.rsplit('/').next().unwrap_or_default().to_owned();
    status.missed.iter().map(|missed| (last(&missed.address), missed.reason.clone())).collect()
}

#[test]
fn pictures_come_small_and_every_failure_has_its_reason() {
    let server = Server::start(|path, stream| match path {
        "/good.png" => send(stream, "200 OK", "Set-Cookie: id=7\r\n", &png(900, 1200)),
        "/moved.png" => send(stream, "302 Found", "Location: /good.png\r\n", b""),
        "/round.png" => send(stream, "302 Found", "Location: /round.png\r\n", b""),
        "/away.png" => send(stream, "302 Found", "Location: http://elsewhere.example/x.png\r\n", b""),
        "/file.png" => send(stream, "302 Found", "Location: file:///etc/passwd\r\n", b""),
        "/page.png" => send(stream, "200 OK", "Content-Type: image/png\r\n", b"<html>Sorry</html>"),
        "/huge.png" => send(stream, "200 OK", "", &vec![0; 11 << 20]),
        "/endless.png" => {
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"));
            let part = vec![0; 1 << 20];
            for _ in 0..40 {
                if stream.write_all(&part).is_err() {
                    return;
                }
            }
        }
        "/slow.png" => std::thread::sleep(Duration::from_secs(15)),
        _ => send(stream, "404 Not Found", "", b"no"),
    });
    let names = ["good", "moved", "round", "away", "file", "page", "huge", "endless", "slow", "gone"];
    let addresses: Vec<String> = names.iter().map(|name| server.at(&format!("/{name}.png"))).collect();
    let folder = tempfile::tempdir().unwrap();
    let (file, mut session) = store(folder.path(), &addresses);
    agree(&mut session);
    let done = fetch(&mut session, false);
    let status = pictures::status(&session).unwrap();
    assert_eq!((done.fetched, done.missed, done.left), (2, 8, 0), "{:?}", status.missed);
    assert_eq!((status.named, status.fetched, status.waiting), (10, 2, 0));
    let found = reasons(&status);
    let elsewhere = |host: &str| Reason::LeadsElsewhere { host: host.to_owned() };
    let expected = [
        ("away.png", elsewhere("elsewhere.example")),
        ("endless.png", Reason::TooLarge),
        // What is no web address is not even looked at.
        ("file.png", Reason::Status { status: 302 }),
        ("gone.png", Reason::Status { status: 404 }),
        ("huge.png", Reason::TooLarge),
        ("page.png", Reason::NotAPicture),
        ("round.png", Reason::TooManyRedirects),
        ("slow.png", Reason::TooSlow),
    ];
    for (name, reason) in expected {
        assert_eq!(found.get(name), Some(&reason), "{name}");
    }
    let kept = pictures::Kept::open(&file).unwrap();
    let bytes = kept.picture(&addresses[0]).unwrap().unwrap();
    let picture = image::load_from_memory(&bytes).unwrap();
    assert_eq!((picture.width(), picture.height()), (448, 597));
    assert_eq!(kept.picture(&addresses[5]).unwrap(), None);
}

#[test]
fn a_question_says_nothing_about_the_person_and_few_are_asked_at_once() {
    let server = Server::start(|_, stream| {
        std::thread::sleep(Duration::from_millis(30));
        send(stream, "200 OK", "Set-Cookie: who=you\r\n", &png(8, 8));
    });
    let addresses: Vec<String> = (0..20).map(|n| server.at(&format!("/{n}.png"))).collect();
    let folder = tempfile::tempdir().unwrap();
    let (_, mut session) = store(folder.path(), &addresses);
    agree(&mut session);
    assert_eq!(fetch(&mut session, false).fetched, 20);
    assert!(server.most_at_once.load(Ordering::SeqCst) <= Limits::default().n_per_host);
    for request in server.requests.lock().unwrap().iter() {
        let lower = request.to_lowercase();
        let names: Vec<&str> =
            lower.lines().skip(1).filter_map(|line| line.split_once(':')).map(|(name, _)| name).collect();
        assert!(names.iter().all(|name| ["host", "accept", "user-agent"].contains(name)), "{request}");
        assert!(lower.contains("user-agent: endcap\r\n"), "{request}");
    }
}

#[test]
fn what_is_here_is_not_fetched_again_and_failures_only_on_demand() {
    let is_up = Arc::new(AtomicBool::new(false));
    let up = Arc::clone(&is_up);
    let server = Server::start(move |path, stream| {
        if path == "/late.png" && !up.load(Ordering::SeqCst) {
            send(stream, "404 Not Found", "", b"");
        } else {
            send(stream, "200 OK", "", &png(8, 8));
        }
    });
    let addresses = vec![server.at("/a.png"), server.at("/late.png")];
    let folder = tempfile::tempdir().unwrap();
    let (_, mut session) = store(folder.path(), &addresses);
    agree(&mut session);
    assert_eq!(fetch(&mut session, false).fetched, 1);
    is_up.store(true, Ordering::SeqCst);
    assert_eq!(fetch(&mut session, false), Fetch::default());
    assert_eq!(server.n_requests(), 2);
    assert_eq!(fetch(&mut session, true).fetched, 1);
    assert_eq!(server.n_requests(), 3);
    assert!(pictures::status(&session).unwrap().missed.is_empty());
    assert_eq!(pictures::remove(&mut session).unwrap(), 2);
    let status = pictures::status(&session).unwrap();
    assert_eq!((status.fetched, status.waiting, status.fetched_bytes), (0, 2, 0));
}

#[test]
fn nothing_is_asked_before_the_owner_agrees_nor_after_it_is_taken_back() {
    let server = Server::start(|_, stream| send(stream, "200 OK", "", &png(8, 8)));
    let folder = tempfile::tempdir().unwrap();
    let (_, mut session) = store(folder.path(), &[server.at("/a.png")]);
    let refused =
        |session: &mut Session| pictures::fetch(session, true, &Limits::default(), &Silent).is_err();
    assert!(pictures::status(&session).unwrap().must_ask());
    assert!(refused(&mut session));
    // Agreeing to one server is not agreeing to another.
    pictures::agree(&mut session, &["cdn.example".to_owned()]).unwrap();
    assert!(refused(&mut session));
    agree(&mut session);
    pictures::forbid(&mut session).unwrap();
    assert!(refused(&mut session));
    assert_eq!(server.n_requests(), 0);
}

#[test]
fn a_redirect_never_leads_into_another_service_of_a_private_network() {
    let inner = Server::start(|_, stream| send(stream, "200 OK", "", &png(8, 8)));
    let secret = inner.at("/admin/reboot");
    let outer = Server::start(move |_, stream| {
        send(stream, "302 Found", &format!("Location: {secret}\r\n"), b"");
    });
    let folder = tempfile::tempdir().unwrap();
    let (_, mut session) = store(folder.path(), &[outer.at("/a.png")]);
    agree(&mut session);
    assert_eq!(fetch(&mut session, false).missed, 1);
    let status = pictures::status(&session).unwrap();
    assert_eq!(status.missed[0].reason, Reason::PrivateNetwork);
    assert!(status.hosts[0].own_network);
    assert_eq!(inner.n_requests(), 0);
}

#[test]
fn a_server_that_is_down_is_left_alone_after_a_while() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let addresses: Vec<String> = (0..60).map(|n| format!("http://{gone}/{n}.png")).collect();
    let folder = tempfile::tempdir().unwrap();
    let (_, mut session) = store(folder.path(), &addresses);
    agree(&mut session);
    let done = fetch(&mut session, false);
    let limits = Limits::default();
    assert!((limits.n_failures..limits.n_failures + limits.n_per_host).contains(&done.missed), "{done:?}");
    assert_eq!(done.missed + done.left, 60);
    assert_eq!(pictures::status(&session).unwrap().waiting, done.left);
}

/// Stops after so many progress reports, and remembers when.
struct StopsAt(u64, Mutex<Option<Instant>>);

impl Monitor for StopsAt {
    fn progress(&self, done: u64, _total: u64, _phase: &str) {
        if self.0 <= done {
            self.1.lock().unwrap().get_or_insert_with(Instant::now);
        }
    }

    fn checkpoint(&self) -> Result<(), Cancelled> {
        if self.1.lock().unwrap().is_some() { Err(Cancelled) } else { Ok(()) }
    }
}

#[test]
fn cancel_ends_within_200_ms_and_keeps_what_came() {
    let server = Server::start(|path, stream| {
        if path.starts_with("/a") {
            send(stream, "200 OK", "", &png(8, 8));
        } else {
            std::thread::sleep(Duration::from_secs(20));
        }
    });
    // Ten that come, then many that hang.
    let kind = |n: u32| if n < 10 { "a" } else { "z" };
    let addresses: Vec<String> = (0..60).map(|n| server.at(&format!("/{}{n}.png", kind(n)))).collect();
    let folder = tempfile::tempdir().unwrap();
    let (_, mut session) = store(folder.path(), &addresses);
    agree(&mut session);
    let monitor = StopsAt(4, Mutex::new(None));
    let done = pictures::fetch(&mut session, false, &Limits::default(), &monitor).unwrap();
    let took = monitor.1.lock().unwrap().unwrap().elapsed();
    assert!(done.stopped && 4 <= done.fetched, "{done:?}");
    assert!(took < Duration::from_millis(200), "{took:?}");
    assert_eq!(pictures::status(&session).unwrap().fetched, done.fetched);
}

#[test]
fn pictures_of_products_that_are_gone_make_room() {
    let server = Server::start(|_, stream| send(stream, "200 OK", "", &png(8, 8)));
    let folder = tempfile::tempdir().unwrap();
    let (_, mut session) = store(folder.path(), &[server.at("/a.png"), server.at("/b.png")]);
    agree(&mut session);
    assert_eq!(fetch(&mut session, false).fetched, 2);
    session
        .fix(
            "Corrected p1",
            vec![endcap::workspace::Fix::SetPicture {
                product: "p1".to_owned(),
                image_url: server.at("/c.png"),
            }],
        )
        .unwrap();
    assert_eq!(fetch(&mut session, false).fetched, 1);
    assert_eq!(session.workspace().picture_totals().unwrap().n, 2);
}
