//! The program is killed at random moments, hundreds of times on the same store, in the middle of
//! changes, imports, marks and exports. After each kill everything that it had reported as done must
//! be there and whole, the log must verify, and nothing half-written may stand under its name.
//!
//! The program is this test binary itself, started again with a data folder in the environment. It
//! first checks what the one before it left, then works and reports each step through a pipe.
//! A kill is not a power failure: what the operating system holds still reaches the disk.
//!
//! `SPINEBOARD_KILLS` (40) says how often, `SPINEBOARD_KILL_SEED` repeats a run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{
    Board, BoardOptions, Identity, KeyImageInput, ObservationInput, ReportChoices, StoreStatus,
    Workers,
};
use clinical::case::{Case, Entry, Subject, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant, SystemTime},
};
use support::{enter, image_worker};

const FOLDER: &str = "SPINEBOARD_KILL_FOLDER";

/// Revisions after which a case is left for a new one, so that records stay of one size.
const REVISIONS_PER_CASE: u32 = 40;

/// Longer than any opening and check on a busy machine; only a hang takes this long.
const PATIENCE: Duration = Duration::from_secs(240);

/// What the program had reported as done when it was killed.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
struct Done {
    seed: u64,
    /// Last reported revision of each case, and the hash of its content.
    cases: BTreeMap<String, (u32, String)>,
    /// Cases with a report since the last check. The log holds the hash of every revision of the
    /// others, and looking at each of them each time would fill it.
    recent: BTreeSet<String>,
    /// Last reported text of each open field, by case.
    drafts: BTreeMap<String, String>,
    files: Vec<String>,
    /// What was in progress.
    step: String,
}

/// A line from the program to the test.
#[derive(Debug, Serialize, Deserialize)]
enum Report {
    /// The state before was checked; so many entries and files.
    Checked(u64, usize),
    Begins(String),
    Revision(String, u32, String),
    Draft(String, String),
    File(String),
}

fn tell(report: &Report) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n@{}", serde_json::to_string(report).unwrap()).unwrap();
    out.flush().unwrap();
}

fn start(folder: &Path) -> Board {
    Board::start(BoardOptions {
        data: folder.join("data"),
        image_worker: image_worker(),
        ..BoardOptions::default()
    })
}

fn hash(case: &Case) -> String {
    let text = serde_json::to_vec(case).unwrap();
    let hash = Sha256::digest(text);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Small and repeatable; the quality of the numbers does not matter here.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }
}

/// The program. Does nothing as an ordinary test.
#[test]
fn works_until_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let done: Done = serde_json::from_str(&text).unwrap();
    let board = start(&folder);
    enter(&board);
    let entries = check(&board, &folder, &done);
    tell(&Report::Checked(entries, done.files.len()));
    work(&board, &folder, &mut Chance(done.seed | 1));
}

/// Holds what is there against what was reported before the kill.
fn check(board: &Board, folder: &Path, done: &Done) -> u64 {
    let audit = board.audit_verify().unwrap();
    assert_eq!(audit.faults, [], "after {}", done.step);
    for (id, (revision, content)) in done
        .cases
        .iter()
        .filter(|(id, _)| done.recent.contains(*id))
    {
        let view = board.open_case(id).unwrap();
        let ahead = view.revision.checked_sub(*revision);
        // One step was in progress: its revision may have come in just before the report.
        assert!(matches!(ahead, Some(0 | 1)), "{id}: {revision}, {view:?}");
        if ahead == Some(0) {
            assert_eq!(&hash(&view.case), content, "{id}");
        }
    }
    for (id, text) in &done.drafts {
        let kept = board.drafts(id).unwrap();
        let kept = kept.get("question").map_or("", String::as_str);
        if kept != text {
            // Saved just before the report; from here on it counts as reported.
            let in_progress = done.step.strip_prefix("draft ");
            assert_eq!(Some(kept), in_progress, "{id}, reported: {text:?}");
            tell(&Report::Draft(id.clone(), kept.to_owned()));
        }
    }
    let out = folder.join("out");
    for name in names(&out) {
        assert_whole(board, &out.join(name));
    }
    for file in &done.files {
        assert!(Path::new(file).is_file(), "{file}");
    }
    let expected = [
        "reports",
        "spineboard.anchor",
        "spineboard.db",
        "spineboard.db-shm",
        "spineboard.db-wal",
        "spineboard.keys",
        "spineboard.lock",
    ];
    for name in names(&folder.join("data")) {
        assert!(expected.contains(&name.as_str()), "{name} was left over");
    }
    audit.entries
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

/// Everything under its own name is whole, whether it was reported or not.
fn assert_whole(board: &Board, path: &Path) {
    let content = fs::read(path).unwrap();
    match path.extension().unwrap().to_str().unwrap() {
        "pdf" => {
            assert!(content.starts_with(b"%PDF-"), "{}", path.display());
            let end = content.trim_ascii_end();
            assert!(end.ends_with(b"%%EOF"), "{}", path.display());
        }
        "jsonl" => assert_eq!(board.audit_against(path).unwrap().fault, None),
        "backup" => {
            assert_eq!(board.audit_against(path).unwrap().fault, None);
            let (content, stated) = content.split_last_chunk::<32>().unwrap();
            assert_eq!(Sha256::digest(content).as_slice(), stated);
        }
        _ => panic!("{} was left over", path.display()),
    }
}

fn work(board: &Board, folder: &Path, chance: &mut Chance) -> ! {
    let images = folder.join("images");
    loop {
        let identity = Identity {
            patient_id: "4711".to_owned(),
            family_name: "Nobody".to_owned(),
            given_name: "Case".to_owned(),
            alphabetic_name: None,
            birth_date: None,
        };
        begins("create");
        let mut view = board.create_case(identity, "?").unwrap();
        let id = view.case.id.clone();
        saved(&view);
        while view.revision < REVISIONS_PER_CASE {
            let out = |name: &str, chance: &mut Chance| {
                folder
                    .join("out")
                    .join(format!("{}.{name}", chance.below(3)))
            };
            view = match chance.below(16) {
                0..6 => {
                    begins("change");
                    let fact = ObservationInput {
                        feature: "haemoglobin".to_owned(),
                        subject: Subject::Patient,
                        entry: Entry::Known {
                            value: Value::Number(7.0 + chance.below(80) as f64 / 10.0),
                            unit: Some("g/dL".to_owned()),
                        },
                        observed_on: None,
                        source: None,
                        note: None,
                    };
                    board.record_observation(&id, fact).unwrap()
                }
                6..8 => {
                    let text = format!("{}", chance.below(1 << 40));
                    begins(&format!("draft {text}"));
                    board.save_draft(&id, "question", &text).unwrap();
                    tell(&Report::Draft(id.clone(), text));
                    continue;
                }
                8 => {
                    begins("undo");
                    board.undo(&id).unwrap_or(view)
                }
                9 => {
                    begins("import");
                    let library = board
                        .open_images(std::slice::from_ref(&images), &mut |_| ())
                        .unwrap();
                    let study = &library.library.studies[0].uid;
                    board.link_study(&id, study, true).unwrap()
                }
                10..12 => {
                    begins("mark");
                    let library = board
                        .open_images(std::slice::from_ref(&images), &mut |_| ())
                        .unwrap();
                    let (_, _, stack) = library.library.stacks().next().unwrap();
                    let mark = KeyImageInput {
                        stack_id: stack.id.clone(),
                        image_index: chance.below(stack.images.len() as u64) as u32,
                        window_center: 300.0,
                        window_width: 1500.0,
                        level: None,
                        note: String::new(),
                    };
                    board.mark_key_image(&id, mark).unwrap()
                }
                12 => {
                    begins("report");
                    let path = out("pdf", chance);
                    board
                        .export_pdf(&id, Some(&path), ReportChoices::default())
                        .unwrap();
                    written(&path);
                    continue;
                }
                13 => {
                    begins("audit export");
                    let path = out("jsonl", chance);
                    board.export_audit(Some(&path)).unwrap();
                    written(&path);
                    continue;
                }
                _ => {
                    begins("backup");
                    let path = out("backup", chance);
                    board.write_backup(Some(&path)).unwrap();
                    written(&path);
                    continue;
                }
            };
            saved(&view);
        }
    }
}

fn begins(step: &str) {
    tell(&Report::Begins(step.to_owned()));
}

fn saved(view: &board::CaseView) {
    let content = hash(&view.case);
    tell(&Report::Revision(
        view.case.id.clone(),
        view.revision,
        content,
    ));
}

fn written(path: &Path) {
    tell(&Report::File(path.display().to_string()));
}

/// A running program with what it says.
struct Program {
    child: Child,
    said: Receiver<Report>,
}

impl Program {
    fn start(folder: &Path, done: &Done) -> Program {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "works_until_killed",
                "--exact",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let text = serde_json::to_vec(done).unwrap();
        child.stdin.take().unwrap().write_all(&text).unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (tell, said) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // The line that the kill cut in two was not reported.
                let report = line.strip_prefix('@').map(serde_json::from_str);
                if let Some(Ok(report)) = report {
                    let _ = tell.send(report);
                }
            }
        });
        Program { child, said }
    }

    fn kill(mut self, done: &mut Done) -> bool {
        self.child.kill().unwrap();
        let ended = self.child.wait().unwrap();
        let mut checked = false;
        while let Ok(report) = self.said.recv() {
            checked |= take(report, done);
        }
        assert_eq!(ended.code(), None, "the program ended by itself");
        checked
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Where a check failed, the program may still run.
        let _ = self.child.kill();
    }
}

/// Keeps a report; true if it says that the state before was found whole.
fn take(report: Report, done: &mut Done) -> bool {
    match report {
        Report::Checked(..) => {
            done.recent.clear();
            return true;
        }
        Report::Begins(step) => done.step = step,
        Report::Revision(id, revision, content) => {
            done.recent.insert(id.clone());
            done.cases.insert(id, (revision, content));
        }
        Report::Draft(id, text) => {
            done.drafts.insert(id, text);
        }
        Report::File(path) => {
            if !done.files.contains(&path) {
                done.files.push(path);
            }
        }
    }
    false
}

fn number(name: &str, otherwise: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.map_or(otherwise, |value| value.parse().unwrap())
}

#[test]
fn nothing_that_was_saved_is_lost_when_the_program_is_killed() {
    let kills = number("SPINEBOARD_KILLS", 40);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seed = number("SPINEBOARD_KILL_SEED", now.unwrap().as_millis() as u64);
    println!("SPINEBOARD_KILL_SEED={seed}");
    let mut chance = Chance(seed | 1);
    let folder = tempfile::tempdir().unwrap();
    let board = start(folder.path());
    assert_eq!(board.status().store, StoreStatus::Absent);
    enter(&board);
    drop(board);
    fs::create_dir(folder.path().join("out")).unwrap();
    let demo = board::write_demo(
        &folder.path().join("demo"),
        &Workers::new(image_worker()),
        chrono::Utc::now(),
    )
    .unwrap();
    few_images(&demo.images, &folder.path().join("images"));

    let mut done = Done::default();
    let mut during: BTreeMap<String, u64> = BTreeMap::new();
    for kill in 0..kills {
        done.seed = chance.below(1 << 50);
        let program = Program::start(folder.path(), &done);
        let while_opening = chance.below(10) == 0;
        if while_opening {
            // What was in progress before stays so until the state is found whole.
            std::thread::sleep(Duration::from_millis(chance.below(1500)));
        } else {
            let started = Instant::now();
            let hear = |done: &mut Done| {
                let left = PATIENCE.saturating_sub(started.elapsed());
                match program.said.recv_timeout(left) {
                    Ok(report) => take(report, done),
                    Err(_) => panic!("kill {kill}: not whole, or stuck, after '{}'", done.step),
                }
            };
            while !hear(&mut done) {}
            for _ in 0..chance.below(24) {
                hear(&mut done);
            }
            std::thread::sleep(Duration::from_millis(chance.below(200)));
        }
        let checked = program.kill(&mut done);
        let step = match while_opening && !checked {
            true => "opening",
            false => done.step.split(' ').next().unwrap_or_default(),
        };
        *during.entry(step.to_owned()).or_default() += 1;
        if (kill + 1) % 50 == 0 {
            println!("{} kills, in progress: {during:?}", kill + 1);
        }
    }
    // The last state is checked too, and every case once more.
    done.recent = done.cases.keys().cloned().collect();
    let board = start(folder.path());
    enter(&board);
    let entries = check(&board, folder.path(), &done);
    let revisions: u64 = done.cases.values().map(|(last, _)| u64::from(*last)).sum();
    println!("all after {kills} kills, in progress: {during:?}");
    println!(
        "{revisions} revisions of {} cases, {entries} log entries",
        done.cases.len()
    );
}

/// The images of one small series, so that an import is short and happens often.
fn few_images(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    let mut folders = vec![from.to_owned()];
    let mut copied = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if copied < 6 {
                fs::copy(&path, to.join(format!("{copied}.dcm"))).unwrap();
                copied += 1;
            }
        }
    }
    assert_eq!(copied, 6);
}
