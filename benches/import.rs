//! Typed, checked, merged import against the bulk loads of the same CSV into SQLite that anybody could do, in one run.
//!
//! `cargo bench --bench import -- [ORDER_LINES…]`, by default 100,000 and 1,000,000; `events=20000000` imports so many
//! events instead, `random=10000000` so many order lines in random order, `cancel=1000000` stops an import of so many
//! lines at forty moments and says how long each took to give the workspace back. Each load starts from nothing. The ratio is to the faster of `sqlite3 .import` and DuckDB's SQLite
//! writer; where one of them is not installed, that is said. Inserting text rows from a program of one's own is shown
//! beside them. Peak memory is the process's own (`VmHWM`), so the largest size says what it needs. On a busy machine
//! compare the processor seconds (Linux only), which other programs do not stretch.

#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use endcap::app::{ImportRequest, NewStore, Session};
use endcap::shop::hash::splitmix64;
use endcap::shop::{Cancelled, Currency, Monitor, Silent, TimeZoneName};
use endcap::workspace::Totals;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).map(|argument| argument.replace('_', "")).collect();
    let mut sizes: Vec<u64> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    let named = |name: &str| -> Vec<u64> {
        let sizes = arguments.iter().filter_map(|argument| argument.strip_prefix(name)?.parse().ok());
        sizes.collect()
    };
    let (events, random, cancelled) = (named("events="), named("random="), named("cancel="));
    if sizes.is_empty() && events.is_empty() && random.is_empty() && cancelled.is_empty() {
        sizes = vec![100_000, 1_000_000];
    }
    println!(
        "{:>12}  {:<26} {:>9} {:>12} {:>7} {:>9} {:>9} {:>9}",
        "rows", "load", "seconds", "rows/s", "ratio", "cpu s", "cpu ratio", "peak MB"
    );
    let in_order = sizes.into_iter().map(|n_lines| (n_lines, 1));
    // A prime that divides none of the sizes visits every line once.
    let in_random_order = random.into_iter().map(|n_lines| (n_lines, 982_451_653));
    for (n_lines, step) in in_order.chain(in_random_order) {
        let folder = tempfile::tempdir()?;
        let csv = folder.path().join("orders.csv");
        write_orders(&csv, n_lines, step)?;
        compare(folder.path(), &csv, n_lines, |totals| totals.order_lines)?;
    }
    for n_lines in cancelled {
        let folder = tempfile::tempdir()?;
        let csv = folder.path().join("orders.csv");
        write_orders(&csv, n_lines, 1)?;
        cancel(folder.path(), &csv, n_lines)?;
    }
    for n_events in events {
        let folder = tempfile::tempdir()?;
        let csv = folder.path().join("events.csv");
        write_events(&csv, n_events)?;
        compare(folder.path(), &csv, n_events, |totals| totals.events)?;
    }
    Ok(())
}

fn compare(folder: &Path, csv: &Path, n_rows: u64, arrived: fn(Totals) -> u64) -> Result<(), Failure> {
    let mut measured: Vec<(&str, Cost)> = Vec::new();
    for (name, load) in [
        ("sqlite3 .import", sqlite_shell as fn(&Path, &Path) -> bool),
        ("DuckDB's SQLite writer", duckdb_writer as fn(&Path, &Path) -> bool),
    ] {
        let mut is_there = false;
        let cost = cost_of(|| {
            is_there = load(csv, &folder.join(format!("{}.db", measured.len())));
            Ok(())
        })?;
        if is_there {
            measured.push((name, cost));
        } else {
            println!("{n_rows:>12}  {name:<26} is not installed here, so it was left out");
        }
    }
    let n_bulk_loads = measured.len();
    // Another kind of file, and columns instead of rows: shown for orientation, no ratio is taken to it.
    let mut is_there = false;
    let own = cost_of(|| {
        is_there = duckdb_itself(csv, &folder.join("own.duckdb"));
        Ok(())
    })?;
    if is_there {
        measured.push(("DuckDB into its own file", own));
    }
    measured.push(("text rows from a program", cost_of(|| bare_insert(csv, &folder.join("bare.db")))?));
    measured.push(("endcap import", cost_of(|| endcap(csv, &folder.join("shop.endcap"), n_rows, arrived))?));
    let bare = if n_bulk_loads > 0 { &measured[..n_bulk_loads] } else { &measured[..1] };
    let least = |cost: fn(&Cost) -> f64| bare.iter().map(|(_, bare)| cost(bare)).fold(f64::MAX, f64::min);
    let (least_seconds, least_cpu) = (least(|cost| cost.seconds), least(|cost| cost.cpu_seconds));
    for (name, Cost { seconds, cpu_seconds }) in measured {
        println!(
            "{n_rows:>12}  {name:<26} {seconds:>9.2} {:>12.0} {:>7.2} {cpu_seconds:>9.2} {:>9.2} {:>9}",
            n_rows as f64 / seconds,
            seconds / least_seconds,
            cpu_seconds / least_cpu,
            peak_megabytes()
        );
    }
    Ok(())
}

struct Cost {
    seconds: f64,
    /// Of this process and the children it waited for.
    cpu_seconds: f64,
}

fn cost_of(work: impl FnOnce() -> Result<(), Failure>) -> Result<Cost, Failure> {
    let (cpu_before, started) = (cpu_seconds(), Instant::now());
    work()?;
    Ok(Cost { seconds: started.elapsed().as_secs_f64(), cpu_seconds: cpu_seconds() - cpu_before })
}

/// User and system time, from the kernel's hundredths of a second; 0 where there is no `/proc`.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}

/// A plain order table: three lines an order, 5,000 products, a customer for every four orders. Line n stands in row
/// n / `step`, modulo all.
fn write_orders(file: &Path, n_lines: u64, step: u64) -> Result<(), Failure> {
    let mut out = BufWriter::new(File::create(file)?);
    writeln!(out, "customer_id,order_id,created_at,product_id,quantity,unit_price,currency,title,email")?;
    let n_customers = (n_lines / 12).max(1);
    for row in 0..n_lines {
        let line = (u128::from(row) * u128::from(step) % u128::from(n_lines)) as u64;
        let order = line / 3;
        let customer = splitmix64(order) % n_customers;
        // Popular products are bought often: the square of a uniform number.
        let uniform = splitmix64(line ^ 0xabcd) % 1_000_000;
        let product = uniform * uniform / 1_000_000 * 5_000 / 1_000_000;
        let day = order * 700 / (n_lines / 3 + 1);
        let (year, month, day) = (2023 + day / 360, 1 + day % 360 / 30, 1 + day % 30 % 28);
        writeln!(
            out,
            "C{customer},#{},{year}-{month:02}-{day:02} {:02}:{:02}:00,P{product:05},{},{}.{:02},EUR,Product number {product},customer{customer}@example.org",
            1_000 + order,
            order % 24,
            order % 60,
            1 + line % 3,
            3 + product % 90,
            product % 100,
        )?;
    }
    out.flush()?;
    Ok(())
}

/// Five events a visit, twenty a visitor, one in five a search; a third of the visitors are known customers.
fn write_events(file: &Path, n_events: u64) -> Result<(), Failure> {
    let mut out = BufWriter::new(File::create(file)?);
    writeln!(out, "event_id,visitor_id,customer_id,at,event,product_id,query,session_id,page,device")?;
    let n_visitors = (n_events / 20).max(1);
    for event in 0..n_events {
        let visitor = splitmix64(event / 5) % n_visitors;
        let product = splitmix64(event ^ 0xabcd) % 5_000;
        let second = event * 86_400 * 60 / n_events;
        let (day, second) = (second / 86_400, second % 86_400);
        let kind = ["view_product", "view_list", "add_to_cart", "search", "view_product"]
            [(splitmix64(event ^ 7) % 5) as usize];
        let customer = if visitor % 3 == 0 { format!("C{}", visitor % 100_000) } else { String::new() };
        let (named, query) = match kind {
            "search" => (String::new(), format!("query {}", product % 700)),
            _ => (format!("P{product:05}"), String::new()),
        };
        writeln!(
            out,
            "e{:016x},v{visitor:x},{customer},2025-{:02}-{:02}T{:02}:{:02}:{:02}Z,{kind},{named},{query},s{:x},/products/p{product},{}",
            splitmix64(event),
            1 + day / 28,
            1 + day % 28,
            second / 3_600,
            second % 3_600 / 60,
            second % 60,
            event / 5,
            ["mobile", "desktop"][(visitor % 2) as usize],
        )?;
    }
    out.flush()?;
    Ok(())
}

fn endcap(csv: &Path, file: &Path, n_rows: u64, arrived: fn(Totals) -> u64) -> Result<(), Failure> {
    let store = NewStore { name: None, currency: Currency::new("EUR"), time_zone: TimeZoneName::default() };
    let mut session = Session::create(file, &store)?;
    let request = ImportRequest { paths: vec![csv.to_owned()], ..ImportRequest::default() };
    let n_arrived = arrived(session.import(&request, &Silent)?.summary.totals);
    if n_arrived == n_rows { Ok(()) } else { Err(format!("{n_arrived} of {n_rows} rows arrived").into()) }
}

/// Stops when the time has come, and remembers when work first heard of it.
struct StopAt {
    at: Instant,
    phase: Mutex<String>,
}

impl Monitor for StopAt {
    fn progress(&self, _done: u64, _total: u64, phase: &str) {
        if Instant::now() < self.at
            && let Ok(mut own) = self.phase.lock()
        {
            phase.clone_into(&mut own);
        }
    }

    fn checkpoint(&self) -> Result<(), Cancelled> {
        if Instant::now() < self.at { Ok(()) } else { Err(Cancelled) }
    }
}

/// Imports once to know how long it takes, then stops further ones at moments spread over that time.
fn cancel(folder: &Path, csv: &Path, n_lines: u64) -> Result<(), Failure> {
    const MOMENTS: u32 = 40;
    let whole = cost_of(|| endcap(csv, &folder.join("whole.endcap"), n_lines, |totals| totals.order_lines))?;
    println!("{n_lines:>12}  an import takes {:.2} s", whole.seconds);
    let store = NewStore { name: None, currency: Currency::new("EUR"), time_zone: TimeZoneName::default() };
    let mut session = Session::create(&folder.join("stopped.endcap"), &store)?;
    let request = ImportRequest { paths: vec![csv.to_owned()], ..ImportRequest::default() };
    let mut waits: Vec<(f64, String)> = Vec::new();
    for moment in 0..MOMENTS {
        let after = whole.seconds * (f64::from(moment) + 0.5) / f64::from(MOMENTS);
        let at = Instant::now() + Duration::from_secs_f64(after);
        let monitor = StopAt { at, phase: Mutex::default() };
        let outcome = session.import(&request, &monitor);
        let waited = at.elapsed().as_secs_f64();
        match outcome {
            Err(endcap::app::Error::Cancelled(_)) => {
                let phase = monitor.phase.into_inner().unwrap_or_default();
                waits.push((waited, phase.split(' ').next().unwrap_or_default().to_owned()));
            }
            // Over before its time.
            Ok(_) => break,
            Err(error) => return Err(error.into()),
        }
        if session.facts()?.totals.order_lines > 0 {
            return Err("a stopped import left something behind".into());
        }
    }
    waits.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at = |share: f64| waits.get((waits.len() as f64 * share) as usize).or(waits.last());
    for (name, share) in [("p50", 0.5), ("p95", 0.95), ("max", 1.0)] {
        if let Some((seconds, phase)) = at(share) {
            println!("{n_lines:>12}  cancel {name} {:>7.0} ms  ({phase})", seconds * 1_000.0);
        }
    }
    Ok(())
}

/// The least a program can do: every cell as text, one prepared statement, one transaction.
fn bare_insert(csv: &Path, file: &Path) -> Result<(), Failure> {
    let connection = rusqlite::Connection::open(file)?;
    let mut reader = csv::Reader::from_path(csv)?;
    let n_columns = reader.headers()?.len();
    let columns: Vec<String> = (0..n_columns).map(|n| format!("c{n}")).collect();
    connection.execute_batch(&format!("CREATE TABLE t({}); BEGIN", columns.join(", ")))?;
    let places = vec!["?"; n_columns].join(", ");
    let mut insert = connection.prepare(&format!("INSERT INTO t VALUES ({places})"))?;
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row)? {
        insert.execute(rusqlite::params_from_iter(row.iter()))?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

/// `false` where the shell is not installed.
fn sqlite_shell(csv: &Path, file: &Path) -> bool {
    let status = Command::new("sqlite3")
        .arg(file)
        .arg(".mode csv")
        .arg(format!(".import {} t", csv.display()))
        .stdout(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// `false` where Python, DuckDB or its SQLite extension is not installed. The extension may be one that DuckDB has
/// installed, or the file in the package `duckdb-extension-sqlite-scanner` of the same version.
fn duckdb_writer(csv: &Path, file: &Path) -> bool {
    let script = "import sys, glob, importlib.util, duckdb\n\
                  d = duckdb.connect()\n\
                  e = importlib.util.find_spec('duckdb_extension_sqlite_scanner')\n\
                  at = '/extensions/v' + duckdb.__version__ + '/*.duckdb_extension'\n\
                  files = glob.glob(e.submodule_search_locations[0] + at) if e else []\n\
                  d.execute(\"LOAD '\" + files[0] + \"'\" if files else 'LOAD sqlite')\n\
                  d.execute(\"ATTACH '\" + sys.argv[2] + \"' AS s (TYPE sqlite)\")\n\
                  d.execute(\"CREATE TABLE s.t AS SELECT * FROM read_csv('\" + sys.argv[1] + \"')\")";
    python(script, csv, file)
}

/// `false` where Python or DuckDB is not installed.
fn duckdb_itself(csv: &Path, file: &Path) -> bool {
    let script = "import sys, duckdb\n\
                  d = duckdb.connect(sys.argv[2])\n\
                  d.execute(\"CREATE TABLE t AS SELECT * FROM read_csv('\" + sys.argv[1] + \"')\")";
    python(script, csv, file)
}

/// The interpreter that `ENDCAP_PYTHON` names, else the usual one.
fn python(script: &str, csv: &Path, file: &Path) -> bool {
    let interpreter = std::env::var_os("ENDCAP_PYTHON").unwrap_or_else(|| "python3".into());
    let status = Command::new(interpreter)
        .args(["-c", script])
        .args([csv, file])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

fn peak_megabytes() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.map_or_else(|| "?".to_owned(), |kilobytes| (kilobytes / 1_024).to_string())
}
