//! Typed, checked, merged import against the bare bulk load of the same CSV, in one run.
//!
//! `cargo bench --bench import -- [ORDER_LINES…]`, by default 100,000 and 1,000,000. Each load starts from nothing.
//! Peak memory is the process's own (`VmHWM`), so the largest size says what it needs. On a busy machine compare the
//! processor seconds (Linux only), which other programs do not stretch.

#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use endcap::app::{ImportRequest, NewStore, Session};
use endcap::shop::hash::splitmix64;
use endcap::shop::{Currency, Silent, TimeZoneName};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let sizes: Vec<u64> =
        std::env::args().skip(1).filter_map(|argument| argument.replace('_', "").parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![100_000, 1_000_000] } else { sizes };
    println!(
        "{:>12}  {:<26} {:>9} {:>12} {:>7} {:>9} {:>9} {:>9}",
        "order lines", "load", "seconds", "lines/s", "ratio", "cpu s", "cpu ratio", "peak MB"
    );
    for n_lines in sizes {
        let folder = tempfile::tempdir()?;
        let csv = folder.path().join("orders.csv");
        write_orders(&csv, n_lines)?;
        let mut measured: Vec<(&str, Cost)> = Vec::new();
        let mut has_shell = false;
        let shell = cost_of(|| {
            has_shell = sqlite_shell(&csv, &folder.path().join("shell.db"));
            Ok(())
        })?;
        if has_shell {
            measured.push(("sqlite3 .import", shell));
        }
        measured.push((
            "bare insert of text rows",
            cost_of(|| bare_insert(&csv, &folder.path().join("bare.db")))?,
        ));
        measured
            .push(("endcap import", cost_of(|| endcap(&csv, &folder.path().join("shop.endcap"), n_lines))?));
        let bare = &measured[..measured.len() - 1];
        let least = |cost: fn(&Cost) -> f64| bare.iter().map(|(_, bare)| cost(bare)).fold(f64::MAX, f64::min);
        let (least_seconds, least_cpu) = (least(|cost| cost.seconds), least(|cost| cost.cpu_seconds));
        for (name, Cost { seconds, cpu_seconds }) in measured {
            println!(
                "{n_lines:>12}  {name:<26} {seconds:>9.2} {:>12.0} {:>7.2} {cpu_seconds:>9.2} {:>9.2} {:>9}",
                n_lines as f64 / seconds,
                seconds / least_seconds,
                cpu_seconds / least_cpu,
                peak_megabytes()
            );
        }
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

/// A plain order table: three lines an order, 5,000 products, a customer for every four orders.
fn write_orders(file: &Path, n_lines: u64) -> Result<(), Failure> {
    let mut out = BufWriter::new(File::create(file)?);
    writeln!(out, "customer_id,order_id,created_at,product_id,quantity,unit_price,currency,title,email")?;
    let n_customers = (n_lines / 12).max(1);
    for line in 0..n_lines {
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

fn endcap(csv: &Path, file: &Path, n_lines: u64) -> Result<(), Failure> {
    let store = NewStore { name: None, currency: Currency::new("EUR"), time_zone: TimeZoneName::default() };
    let mut session = Session::create(file, &store)?;
    let request = ImportRequest { paths: vec![csv.to_owned()], ..ImportRequest::default() };
    let report = session.import(&request, &Silent)?;
    let totals = report.summary.totals;
    if totals.order_lines != n_lines {
        return Err(format!("{} of {n_lines} lines arrived", totals.order_lines).into());
    }
    Ok(())
}

/// The least a program can do: every cell as text, one prepared statement, one transaction.
fn bare_insert(csv: &Path, file: &Path) -> Result<(), Failure> {
    let connection = rusqlite::Connection::open(file)?;
    connection.execute_batch("CREATE TABLE t(a, b, c, d, e, f, g, h, i); BEGIN")?;
    let mut insert = connection.prepare("INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
    let mut reader = csv::Reader::from_path(csv)?;
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

fn peak_megabytes() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.map_or_else(|| "?".to_owned(), |kilobytes| (kilobytes / 1_024).to_string())
}
