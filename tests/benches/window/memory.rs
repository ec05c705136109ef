//! How much memory the window's own process and its image workers hold, WebKit's processes left out.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// Kilobytes of all processes of one program together; pages that they share count once (proportional
/// set size; Linux only).
pub fn held(program: &Path) -> u64 {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .map(|process| process.path())
        .filter(|process| fs::read_link(process.join("exe")).is_ok_and(|path| path == program))
        .filter_map(|process| fs::read_to_string(process.join("smaps_rollup")).ok())
        .filter_map(|sizes| {
            let line = sizes.lines().find(|line| line.starts_with("Pss:"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        })
        .sum()
}

/// Looks every few milliseconds until it is asked what it saw.
pub struct Watched {
    over: Arc<AtomicBool>,
    peak: Arc<AtomicU64>,
    watcher: JoinHandle<()>,
}

impl Watched {
    pub fn start(program: PathBuf) -> Watched {
        let (over, peak) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let watcher = {
            let (over, peak) = (Arc::clone(&over), Arc::clone(&peak));
            thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    peak.fetch_max(held(&program), Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(5));
                }
            })
        };
        Watched {
            over,
            peak,
            watcher,
        }
    }

    /// The most megabytes at once.
    pub fn peak(self) -> f64 {
        self.over.store(true, Ordering::Relaxed);
        self.watcher.join().unwrap();
        self.peak.load(Ordering::Relaxed) as f64 * 1024.0 / 1e6
    }
}
