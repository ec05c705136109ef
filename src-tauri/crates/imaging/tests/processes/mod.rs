//! Looking at the worker processes from outside, through Linux' /proc.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Tests that look at this process's children take turns, so that all children are their own.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn children_of(parent: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{parent}/task"))
        .into_iter()
        .flatten();
    tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok())
        .flat_map(|list| {
            list.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .filter_map(|child| child.parse().ok())
        .collect()
}

pub(crate) fn children() -> Vec<u32> {
    children_of(std::process::id())
}

/// Asks until there is an answer.
pub(crate) fn until<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(since.elapsed() < Duration::from_secs(60), "it did not come");
        thread::sleep(Duration::from_millis(2));
    }
}

/// The child that waits for the other end of a named pipe (`wait_for_partner` of Linux' fs/pipe.c).
pub(crate) fn waiting_child_of(parent: u32) -> u32 {
    until(|| {
        children_of(parent).into_iter().find(|child| {
            fs::read_to_string(format!("/proc/{child}/wchan"))
                .is_ok_and(|place| place == "wait_for_partner")
        })
    })
}

/// Gone, or only waiting to be counted.
pub(crate) fn is_ended(process: u32) -> bool {
    match fs::read_to_string(format!("/proc/{process}/stat")) {
        Ok(text) => text
            .rsplit(')')
            .next()
            .is_some_and(|rest| rest.trim().starts_with('Z')),
        Err(_) => true,
    }
}

pub(crate) fn signal(process: u32, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

/// The most memory that any child of this process has had at once, in bytes.
fn peak_of_children() -> u64 {
    let peaks = children().into_iter().filter_map(|child| {
        let status = fs::read_to_string(format!("/proc/{child}/status")).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    });
    peaks.max().unwrap_or(0) << 10
}

/// Looks at the children's memory until it is asked what it saw.
pub(crate) struct Watched {
    over: Arc<AtomicBool>,
    watcher: Option<JoinHandle<()>>,
    peak: Arc<AtomicU64>,
}

impl Watched {
    pub(crate) fn start() -> Watched {
        let (over, peak) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let watcher = {
            let (over, peak): (_, Arc<AtomicU64>) = (Arc::clone(&over), Arc::clone(&peak));
            thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    peak.fetch_max(peak_of_children(), Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(1));
                }
            })
        };
        Watched {
            over,
            watcher: Some(watcher),
            peak,
        }
    }

    pub(crate) fn peak(mut self) -> u64 {
        self.over.store(true, Ordering::Relaxed);
        self.watcher.take().unwrap().join().unwrap();
        self.peak.load(Ordering::Relaxed)
    }
}

/// Puts a named pipe, which nobody writes into, in the place of a file.
pub(crate) fn pipe_at(path: &Path) {
    if path.exists() {
        fs::remove_file(path).unwrap();
    }
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}
