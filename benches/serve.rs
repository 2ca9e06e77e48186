//! A shop's traffic on `endcap serve`, from a second process over loopback: 10 000 products, 8 segments, 200 rules.
//!
//! `cargo bench --bench serve -- [--rate 2000] [--seconds 20] [--connections 64] [--products 10000]`
//!
//! A request is one whole page: one visit in, every block of its page out. No two visits are the same unless two shoppers
//! without a history look at one page. Requests leave at fixed moments over connections that stay open, whatever the
//! answers do, and each is timed from the moment it was due, so that waiting counts (no coordinated omission). The first
//! rows ask for `/healthz`: what this client, the loopback and HTTP cost without a decision.
//!
//! `-- --write X.bundle` only writes the bundle, golden cases included, for `benches/web.mjs`.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod shop;

use std::error::Error;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use endcap::bundle::disk;
use endcap::decide::{Prepared, golden};

type Answer<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Kernel clock ticks of `/proc/PID/stat`.
const TICKS_PER_SECOND: f64 = 100.0;
const WARM_UP_SECONDS: u64 = 3;

struct Plan {
    rate: u64,
    seconds: u64,
    connections: u64,
}

fn main() -> Answer<()> {
    let given: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let number = |name: &str| -> Option<u64> {
        let at = given.iter().position(|word| word == name)?;
        given.get(at + 1)?.parse().ok()
    };
    let products = number("--products").unwrap_or(10_000) as usize;
    let seconds = number("--seconds").unwrap_or(20);
    let connections = number("--connections").unwrap_or(64);
    let rates = number("--rate").map_or_else(|| vec![500, 1_000, 2_000], |rate| vec![rate]);

    let bundle = shop::bundle(products);
    if let Some(at) = given.iter().position(|word| word == "--write") {
        let path = given.get(at + 1).ok_or("--write needs a path")?;
        let files = golden::files(&Prepared::new(&bundle), 5)?;
        disk::write(&bundle, path.as_ref(), &disk::Extras { files, ..disk::Extras::default() })?;
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("shop.bundle");
    disk::write(&bundle, &path, &disk::Extras::default())?;
    let most = rates.iter().max().copied().unwrap_or(0) * (seconds + WARM_UP_SECONDS);
    let pages = requests(&Prepared::new(&bundle), most as usize)?;
    let nothing = vec![b"GET /healthz HTTP/1.1\r\nhost: shop\r\n\r\n".to_vec()];

    let server = Server::start(&path)?;
    println!("load of the machine before: {}", load());
    println!(
        "{:>9} {:>7} {:>9} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}  {:>14} {:>12} {:>12}",
        "asked",
        "a s",
        "answered",
        "failed",
        "p50 ms",
        "p95",
        "p99",
        "p99.9",
        "worst",
        "decide mean ms",
        "server cores",
        "client cores"
    );
    for (name, requests) in [("healthz", Arc::new(nothing)), ("page", Arc::new(pages))] {
        for rate in &rates {
            let warm = Plan { rate: *rate, seconds: WARM_UP_SECONDS, connections };
            run(server.address, &requests, &warm, 0)?;
            let before = (server.decided()?, cores(server.child.id()), cores(std::process::id()));
            let started = Instant::now();
            let plan = Plan { rate: *rate, seconds, connections };
            let mut took = run(server.address, &requests, &plan, (rate * WARM_UP_SECONDS) as usize)?;
            let wall = started.elapsed().as_secs_f64();
            let after = (server.decided()?, cores(server.child.id()), cores(std::process::id()));
            took.sort_unstable();
            let (decided, spent) = (after.0.0 - before.0.0, after.0.1 - before.0.1);
            let at = |permille: usize| {
                took.get(took.len().saturating_sub(1) * permille / 1_000)
                    .map_or(0.0, |time| time.as_secs_f64() * 1e3)
            };
            println!(
                "{name:>9} {:>7.0} {:>9} {:>7} {:>7.2} {:>7.2} {:>7.2} {:>7.2} {:>7.2}  {:>14.3} {:>12.2} {:>12.2}",
                took.len() as f64 / wall,
                took.len(),
                plan.rate * plan.seconds - took.len() as u64,
                at(500),
                at(950),
                at(990),
                at(999),
                at(1_000),
                if decided > 0.0 { spent / decided * 1e3 } else { 0.0 },
                (after.1 - before.1) / wall,
                (after.2 - before.2) / wall,
            );
        }
    }
    println!("load of the machine after: {}", load());
    Ok(())
}

/// Visits of all pages, ready to be sent.
fn requests(prepared: &Prepared, count: usize) -> Answer<Vec<Vec<u8>>> {
    let as_of = prepared.bundle().info.as_of;
    golden::visits(prepared, count, 9)
        .into_iter()
        .enumerate()
        .map(|(at, mut visit)| {
            // A shop's clock: a hundred visits a second.
            visit.now = as_of + at as i64 / 100;
            let body = serde_json::to_vec(&visit)?;
            let head = format!(
                "POST /v1/page HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            Ok([head.as_bytes(), &body].concat())
        })
        .collect()
}

/// How long every answered request took, from when it was due.
fn run(
    address: SocketAddr,
    requests: &Arc<Vec<Vec<u8>>>,
    plan: &Plan,
    first: usize,
) -> Answer<Vec<Duration>> {
    let begin = Instant::now() + Duration::from_millis(50);
    let total = plan.rate * plan.seconds;
    let threads: Vec<_> = (0..plan.connections)
        .map(|own| {
            let (requests, rate, step) = (Arc::clone(requests), plan.rate, plan.connections);
            thread::spawn(move || -> Answer<Vec<Duration>> {
                let mut connection = Connection::open(address)?;
                let mut took = Vec::new();
                for nth in (own..total).step_by(step as usize) {
                    let due = begin + Duration::from_nanos(nth * 1_000_000_000 / rate);
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                    if connection.ask(&requests[(first + nth as usize) % requests.len()])? == 200 {
                        took.push(due.elapsed());
                    }
                }
                Ok(took)
            })
        })
        .collect();
    let mut all = Vec::new();
    for thread in threads {
        all.append(&mut thread.join().map_err(|_| "a client thread panicked")??);
    }
    Ok(all)
}

/// One connection that stays open.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    fn open(address: SocketAddr) -> Answer<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 256 * 1024] })
    }

    /// Status of the whole answer.
    fn ask(&mut self, request: &[u8]) -> Answer<u16> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..])?;
            if read == 0 {
                return Err("the server hung up".into());
            }
            filled += read;
            let Some(end) = self.buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let head = std::str::from_utf8(&self.buffer[..end])?;
            let length: usize = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .ok_or("an answer without a length")?
                .parse()?;
            let status = head.get(9..12).ok_or("an answer without a status")?.parse()?;
            if end + 4 + length > self.buffer.len() {
                self.buffer.resize(end + 4 + length, 0);
            }
            self.stream.read_exact(&mut self.buffer[filled.min(end + 4 + length)..end + 4 + length])?;
            return Ok(status);
        }
    }
}

struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(bundle: &std::path::Path) -> Answer<Self> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_endcap"))
            .arg("serve")
            .arg(bundle)
            .args(["--listen", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()?;
        let mut said = String::new();
        if let Some(stderr) = child.stderr.take() {
            BufReader::new(stderr).read_line(&mut said)?;
        }
        let address = said
            .split_once("http://")
            .and_then(|(_, rest)| rest.split_once(". "))
            .ok_or_else(|| format!("the server said: {said}"))?
            .0
            .parse()?;
        Ok(Self { child, address })
    }

    /// Pages decided, and the seconds that took.
    fn decided(&self) -> Answer<(f64, f64)> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let value = |name: &str| -> f64 {
            text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap_or_default()
        };
        Ok((value("endcap_decide_seconds_count"), value("endcap_decide_seconds_sum")))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Processor seconds a process has used, where the system tells.
fn cores(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks: f64 = after_name.split(' ').skip(11).take(2).filter_map(|word| word.parse::<f64>().ok()).sum();
    ticks / TICKS_PER_SECOND
}

fn load() -> String {
    std::fs::read_to_string("/proc/loadavg")
        .map_or_else(|_| "not known".to_owned(), |text| text.trim().to_owned())
}
