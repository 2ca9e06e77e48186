//! What the world does to a workspace: kills, full and read-only disks, other programs, files that change or never end.
//! Everything committed stays, and what is said tells what to do.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use endcap::app::{ImportRequest, NewStore, Session};
use endcap::shop::hash::splitmix64;
use endcap::shop::{Cancelled, Currency, Monitor, Silent, TimeZoneName};
use endcap::workspace::{Error, Workspace};

fn new_store() -> NewStore {
    NewStore { name: None, currency: Currency::new("EUR"), time_zone: TimeZoneName::default() }
}

fn csv(file: &Path, n_orders: u32) -> PathBuf {
    let mut text = String::from("customer_id,order_id,created_at,product_id,quantity,unit_price,email\n");
    for n in 0..n_orders {
        for line in 0..3 {
            text.push_str(&format!(
                "c{},o{n},2025-0{}-11 10:00:00,p{},1,{}.50,c{}@example.org\n",
                n % 997,
                1 + n % 9,
                (n * 7 + line * 13) % 500,
                5 + line,
                n % 997
            ));
        }
    }
    fs::write(file, text).unwrap();
    file.to_owned()
}

fn import(session: &mut Session, file: &Path) -> endcap::app::ImportReport {
    let request = ImportRequest { paths: vec![file.to_owned()], ..ImportRequest::default() };
    session.import(&request, &Silent).unwrap()
}

fn endcap(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_endcap"));
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn output(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_endcap")).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_edit_that_is_killed_is_there_whole_or_not_at_all_and_all_before_it_stays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.endcap");
    let mut session = Session::create(&file, &new_store()).unwrap();
    import(&mut session, &csv(&folder.path().join("orders.csv"), 300));
    drop(session);
    let name = file.to_str().unwrap();
    let started = Instant::now();
    assert!(endcap(&["fix", name, "product", "p1", "--price", "1.00"]).status().unwrap().success());
    let whole = started.elapsed();
    let (mut n_done, mut n_not) = (0, 0);
    let mut fixes = Workspace::open(&file).unwrap().fixes().unwrap().len();
    for round in 0..60_u64 {
        let product = format!("p{}", round % 400);
        // Every third edit takes one back.
        let undoes = round % 3 == 2 && fixes > 0;
        let arguments: &[&str] = if undoes {
            &["fix", name, "undo"]
        } else {
            &["fix", name, "product", &product, "--price", "2.00"]
        };
        let mut child = endcap(arguments).spawn().unwrap();
        // Spread over the whole life of the command, a little beyond its end.
        std::thread::sleep(whole.mul_f64((splitmix64(round) % 1_000) as f64 / 850.0));
        let finished = child.try_wait().unwrap();
        child.kill().unwrap_or_default();
        child.wait().unwrap();
        let workspace = Workspace::open(&file).unwrap();
        let now = workspace.fixes().unwrap().len();
        let after = if undoes { fixes - 1 } else { fixes + 1 };
        assert!(now == fixes || now == after, "round {round}: {fixes} fixes became {now}");
        if finished.is_some_and(|status| status.success()) {
            assert_eq!(now, after, "round {round}: what was reported as done is gone");
        }
        if now == after {
            n_done += 1
        } else {
            n_not += 1
        }
        fixes = now;
        assert_eq!(
            workspace
                .history()
                .unwrap()
                .edits
                .iter()
                .filter(|edit| edit.label.starts_with("Imported"))
                .count(),
            1
        );
        let totals = workspace.totals().unwrap();
        assert_eq!((totals.orders, totals.order_lines), (300, 900), "round {round}");
    }
    assert!(
        n_done > 0 && n_not > 0,
        "{n_done} edits were kept, {n_not} were not: the kills came at the wrong time"
    );
}

#[test]
fn a_rule_that_is_killed_while_it_is_added_is_there_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.endcap");
    let mut session = Session::create(&file, &new_store()).unwrap();
    import(&mut session, &csv(&folder.path().join("orders.csv"), 300));
    drop(session);
    let name = file.to_str().unwrap();
    assert!(endcap(&["train", name]).status().unwrap().success());
    let rules = || {
        let bundle = endcap::app::open::bundle(&Workspace::open(&file).unwrap()).unwrap().unwrap();
        bundle.document.rules.len()
    };
    let started = Instant::now();
    assert!(endcap(&["rule", name, "add", "boost", "p1"]).status().unwrap().success());
    let whole = started.elapsed();
    let (mut n_done, mut n_not) = (0, 0);
    let mut kept = rules();
    assert_eq!(kept, 1);
    for round in 0..40_u64 {
        let product = format!("p{}", 2 + round);
        let mut child = endcap(&["rule", name, "add", "boost", &product]).spawn().unwrap();
        // Spread over the whole life of the command, a little beyond its end.
        std::thread::sleep(whole.mul_f64((splitmix64(round) % 1_000) as f64 / 850.0));
        let finished = child.try_wait().unwrap();
        child.kill().unwrap_or_default();
        child.wait().unwrap();
        let now = rules();
        assert!(now == kept || now == kept + 1, "round {round}: {kept} rules became {now}");
        if finished.is_some_and(|status| status.success()) {
            assert_eq!(now, kept + 1, "round {round}: what was reported as done is gone");
        }
        if now == kept {
            n_not += 1
        } else {
            n_done += 1
        }
        kept = now;
    }
    assert!(n_done > 0 && n_not > 0, "{n_done} rules were kept, {n_not} were not: kills at the wrong time");
}

/// A file system of its own, gone when dropped. `None` where this process may not mount.
struct Mounted(PathBuf);

impl Mounted {
    fn new(folder: &Path, size: &str) -> Option<Self> {
        fs::create_dir_all(folder).unwrap();
        let status = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder)
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success()).then(|| Self(folder.to_owned()))
    }

    fn read_only(&self) {
        let status = Command::new("mount").args(["-o", "remount,ro"]).arg(&self.0).status().unwrap();
        assert!(status.success());
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.0).status().map(drop).unwrap_or_default();
    }
}

#[test]
fn a_disk_that_fills_up_costs_nothing_that_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Mounted::new(&folder.path().join("small"), "6m") else {
        println!(
            "SKIPPED: this user may not mount a small disk; `a_full_disk_changes_nothing_and_says_so` runs everywhere"
        );
        return;
    };
    let file = disk.0.join("shop.endcap");
    let mut session = Session::create(&file, &new_store()).unwrap();
    import(&mut session, &csv(&folder.path().join("first.csv"), 500));
    let before = session.facts().unwrap().totals;
    drop(session);
    let large = csv(&folder.path().join("large.csv"), 60_000);
    let refused = output(&["import", file.to_str().unwrap(), large.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(
        said(&refused).contains("Disk is full") && said(&refused).contains("make room"),
        "{}",
        said(&refused)
    );
    let mut session = Session::open(&file).unwrap();
    assert_eq!(session.facts().unwrap().totals, before);
    // There is room for small work still.
    import(&mut session, &csv(&folder.path().join("second.csv"), 501));
    assert_eq!(session.facts().unwrap().totals.orders, 501);
}

#[test]
fn an_erasure_without_room_to_write_the_file_anew_says_what_was_done_and_can_be_finished() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Mounted::new(&folder.path().join("small"), "12m") else {
        println!("SKIPPED: this user may not mount a small disk");
        return;
    };
    let file = disk.0.join("shop.endcap");
    let mut session = Session::create(&file, &new_store()).unwrap();
    import(&mut session, &csv(&folder.path().join("orders.csv"), 20_000));
    drop(session);
    // What is left is too little for a second copy of the file, and enough to erase somebody.
    let taken = fs::metadata(&file).unwrap().len();
    let filler = disk.0.join("filler");
    fs::write(&filler, vec![0_u8; (12 << 20) - taken as usize - (2 << 20)]).unwrap();
    let path = file.to_str().unwrap();
    let refused = output(&["forget", path, "--customer", "c7"]);
    let words = said(&refused);
    assert_eq!(refused.status.code(), Some(2), "{words}");
    assert!(words.contains("stays erased") && words.contains("--finish"), "{words}");
    assert_eq!(
        output(&["person", path, "--customer", "c7"]).status.code(),
        Some(1),
        "the person is gone already"
    );
    fs::remove_file(&filler).unwrap();
    let finished = output(&["forget", path, "--finish", "--json"]);
    assert!(String::from_utf8_lossy(&finished.stdout).contains("\"finished\": true"), "{}", said(&finished));
    let again = output(&["forget", path, "--finish", "--json"]);
    assert!(String::from_utf8_lossy(&again.stdout).contains("\"finished\": false"));
}

#[test]
fn a_protected_workspace_is_read_and_its_change_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Mounted::new(&folder.path().join("protected"), "40m");
    let inside = disk.as_ref().map_or_else(|| folder.path().join("protected"), |disk| disk.0.clone());
    let file = inside.join("shop.endcap");
    let orders = csv(&folder.path().join("orders.csv"), 50);
    let mut session = Session::create(&file, &new_store()).unwrap();
    import(&mut session, &orders);
    drop(session);
    if let Some(disk) = &disk {
        disk.read_only();
    } else {
        let mut permissions = fs::metadata(&inside).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&inside, permissions).unwrap();
    }
    let name = file.to_str().unwrap();
    let more = csv(&folder.path().join("more.csv"), 60);
    let refused = output(&["import", name, more.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("read-only"), "{}", said(&refused));
    let audited = output(&["audit", name, "--json"]);
    assert!(audited.status.success(), "{}", said(&audited));
    let new = output(&["new", inside.join("other.endcap").to_str().unwrap()]);
    assert_eq!(new.status.code(), Some(2), "{}", said(&new));
    assert!(!inside.join("other.endcap").exists());
    if disk.is_none() {
        let mut permissions = fs::metadata(&inside).unwrap().permissions();
        #[expect(clippy::permissions_set_readonly_false, reason = "so that the folder can be removed")]
        permissions.set_readonly(false);
        fs::set_permissions(&inside, permissions).unwrap();
    }
}

#[test]
fn while_one_program_imports_another_is_told_so_and_may_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.endcap");
    let name = file.to_str().unwrap();
    let mut session = Session::create(&file, &new_store()).unwrap();
    import(&mut session, &csv(&folder.path().join("first.csv"), 50));
    drop(session);
    let large = csv(&folder.path().join("large.csv"), 60_000);
    let mut first = endcap(&["import", name, large.to_str().unwrap()]).spawn().unwrap();
    let lock = folder.path().join("shop.endcap-lock");
    let started = Instant::now();
    while !lock.exists() && started.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let second = output(&["fix", name, "product", "p1", "--price", "1.00"]);
    let still_running = first.try_wait().unwrap().is_none();
    let reading = output(&["audit", name, "--json"]);
    if still_running {
        assert_eq!(second.status.code(), Some(1), "{}", said(&second));
        assert!(said(&second).contains("open in another window"), "{}", said(&second));
    }
    assert!(reading.status.success(), "{}", said(&reading));
    assert!(first.wait().unwrap().success());
    assert_eq!(Workspace::open(&file).unwrap().totals().unwrap().orders, 60_000);
    assert!(still_running, "the import was over before the second program began");
}

/// Writes to the file that is being read.
struct Meddling {
    file: PathBuf,
    done: AtomicBool,
}

impl Monitor for Meddling {
    fn progress(&self, _done: u64, _total: u64, phase: &str) {
        if phase.starts_with("Reading") && !self.done.swap(true, Ordering::SeqCst) {
            let mut file = fs::File::options().append(true).open(&self.file).unwrap();
            file.write_all(b"c1,late,2025-01-11 10:00:00,p1,1,5.50,c1@example.org\n").unwrap();
        }
    }

    fn checkpoint(&self) -> Result<(), Cancelled> {
        Ok(())
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_said_to_and_is_read_again_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let orders = csv(&folder.path().join("orders.csv"), 3_000);
    let mut session = Session::create(&folder.path().join("shop.endcap"), &new_store()).unwrap();
    let request = ImportRequest { paths: vec![orders.clone()], ..ImportRequest::default() };
    let meddling = Meddling { file: orders, done: AtomicBool::new(false) };
    let report = session.import(&request, &meddling).unwrap();
    assert!(
        report.summary.issues.iter().any(|issue| issue.code == "file_changed"),
        "{:?}",
        report.summary.issues
    );
    let file = &report.summary.files[0];
    assert_eq!(file.rows_read, file.rows_taken + file.rows_set_aside);
    let again = session.import(&request, &Silent).unwrap();
    assert!(again.known_files.is_empty());
    assert_eq!(again.summary.totals.orders, 3_001);
}

#[test]
fn a_file_with_a_hole_of_gigabytes_is_read_around_it() {
    let folder = tempfile::tempdir().unwrap();
    let orders = csv(&folder.path().join("orders.csv"), 300);
    // Sparse: takes no room on the disk.
    let hole: u64 = 300 << 20;
    let mut file = fs::File::options().append(true).open(&orders).unwrap();
    let end = file.metadata().unwrap().len();
    file.set_len(end + hole).unwrap();
    file.write_all(b"\nc1,o300,2025-01-11 10:00:00,p1,1,5.50,c1@example.org\n").unwrap();
    drop(file);
    let mut session = Session::create(&folder.path().join("shop.endcap"), &new_store()).unwrap();
    let report = import(&mut session, &orders);
    let file = &report.summary.files[0];
    assert_eq!((file.rows_read, file.rows_taken, file.rows_set_aside), (902, 901, 1));
    assert!(report.summary.issues.iter().any(|issue| issue.code == "row_endless"));
    assert!(fs::metadata(folder.path().join("shop.endcap")).unwrap().len() < 2 << 20);
}

/// Asks to stop at one moment and notes how long that took.
struct StopIn {
    phase: &'static str,
    asked: std::sync::Mutex<Option<Instant>>,
}

impl Monitor for StopIn {
    fn progress(&self, _done: u64, _total: u64, phase: &str) {
        if phase.starts_with(self.phase) {
            self.asked.lock().unwrap().get_or_insert_with(Instant::now);
        }
    }

    fn checkpoint(&self) -> Result<(), Cancelled> {
        if self.asked.lock().unwrap().is_some() { Err(Cancelled) } else { Ok(()) }
    }
}

#[test]
fn cancel_is_heeded_in_every_phase_of_an_import() {
    let folder = tempfile::tempdir().unwrap();
    let orders = csv(&folder.path().join("orders.csv"), 40_000);
    let more = csv(&folder.path().join("more.csv"), 41_000);
    for again in [false, true] {
        let file = folder.path().join(format!("shop{again}.endcap"));
        let mut session = Session::create(&file, &new_store()).unwrap();
        if again {
            import(&mut session, &orders);
        }
        let before = session.facts().unwrap().totals;
        for phase in ["Checking", "Reading", "Merging", "Building", "Matching"] {
            let monitor = StopIn { phase, asked: std::sync::Mutex::default() };
            let request = ImportRequest { paths: vec![more.clone()], ..ImportRequest::default() };
            let outcome = session.import(&request, &monitor);
            let asked = monitor.asked.lock().unwrap().take().expect("every phase is announced");
            let took = asked.elapsed();
            assert!(matches!(outcome, Err(endcap::app::Error::Cancelled(_))), "{phase} went on");
            // 200 ms on an idle machine; a test machine may be busy with other tests.
            assert!(took < Duration::from_secs(3), "{phase} took {took:?} to stop");
            assert_eq!(session.facts().unwrap().totals, before, "{phase} left something behind");
        }
    }
}

/// Stops when the time has come.
struct StopAt(Instant);

impl Monitor for StopAt {
    fn progress(&self, _done: u64, _total: u64, _phase: &str) {}

    fn checkpoint(&self) -> Result<(), Cancelled> {
        if Instant::now() < self.0 { Ok(()) } else { Err(Cancelled) }
    }
}

#[test]
fn an_import_that_is_stopped_at_any_moment_gives_the_workspace_back_soon_and_as_it_was() {
    const MOMENTS: u32 = 12;
    let folder = tempfile::tempdir().unwrap();
    let orders = csv(&folder.path().join("orders.csv"), 40_000);
    let mut whole = Session::create(&folder.path().join("whole.endcap"), &new_store()).unwrap();
    let started = Instant::now();
    import(&mut whole, &orders);
    let takes = started.elapsed();
    let file = folder.path().join("shop.endcap");
    let mut session = Session::create(&file, &new_store()).unwrap();
    import(&mut session, &csv(&folder.path().join("before.csv"), 50));
    let before = session.facts().unwrap().totals;
    let request = ImportRequest { paths: vec![orders], ..ImportRequest::default() };
    let mut longest = Duration::ZERO;
    for moment in 0..MOMENTS {
        let at = Instant::now() + takes * (2 * moment + 1) / (2 * MOMENTS);
        match session.import(&request, &StopAt(at)) {
            Err(endcap::app::Error::Cancelled(_)) => longest = longest.max(at.elapsed()),
            // Over before its time: what came in is there whole, and the rest of the moments would find it known.
            Ok(report) => {
                assert!(report.summary.totals.orders > before.orders);
                break;
            }
            Err(error) => panic!("{error}"),
        }
        assert_eq!(session.facts().unwrap().totals, before, "moment {moment} left something behind");
    }
    // An optimised build on a quiet machine takes a fifth of that at most (docs/performance.md).
    assert!(longest < Duration::from_secs(1), "one took {longest:?} to stop");
}

#[test]
fn a_folder_or_a_half_file_in_the_place_of_a_workspace_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Workspace::open(folder.path()), Err(Error::Foreign(_))));
    let refused = output(&["audit", folder.path().to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    let empty = folder.path().join("empty.endcap");
    fs::write(&empty, "").unwrap();
    assert!(matches!(Workspace::open(&empty), Err(Error::Foreign(_))));
}
