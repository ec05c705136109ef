//! What is left behind when something goes wrong that nobody foresaw: a small report without the
//! message of the panic, which may quote a value, and no image of the memory.

use crate::APP_VERSION;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Serialize;
use std::{
    backtrace::Backtrace,
    fmt::Write,
    fs,
    panic::{self, Location},
    path::{Path, PathBuf},
};
use ts_rs::TS;

/// Older reports are removed.
const KEPT: usize = 10;
/// Functions named in a report, from the place outwards.
const FUNCTIONS: usize = 40;
const PREFIX: &str = "crash-";
/// Marks a report that a person was told about.
const SHOWN: &str = ".shown.txt";
const FRESH: &str = ".txt";
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// A report of an earlier run, to be told once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct CrashReport {
    pub at: DateTime<Utc>,
    pub path: String,
}

/// From here on a panic anywhere in this process leaves one line on the terminal and, where there is
/// a folder, a report in it; neither holds its message.
pub fn report_crashes(
    folder: Option<PathBuf>,
    program: &'static str,
    clock: fn() -> DateTime<Utc>,
) {
    panic::set_hook(Box::new(move |panic| {
        let at = clock();
        let place = panic.location().map(place).unwrap_or_default();
        let Some(folder) = &folder else {
            eprintln!("{program}: an unforeseen error at {place}");
            return;
        };
        let text = report(program, &place, at, &Backtrace::force_capture().to_string());
        let path = folder.join(format!("{PREFIX}{}{FRESH}", at.format(TIME)));
        // Nothing can be done about a report that cannot be written.
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
        let path = path.display();
        match written {
            Ok(()) => eprintln!("{program}: an unforeseen error at {place}; report: {path}"),
            Err(_) => eprintln!("{program}: an unforeseen error at {place}"),
        }
        remove_old(folder);
    }));
}

/// Asks the system not to write the memory of this process to the disk when it is ended by a fault.
/// A limit of one byte is below the size of any image, and tells Linux not to pipe one to a
/// collector either (`fs/coredump.c`).
pub fn without_memory_image() {
    #[cfg(unix)]
    {
        let limit = rustix::process::Rlimit {
            current: Some(1),
            maximum: Some(1),
        };
        // Where the system refuses, the limit is lower already.
        let _ = rustix::process::setrlimit(rustix::process::Resource::Core, limit);
    }
}

/// The newest report that nobody was told about yet; it counts as told from here on.
pub(crate) fn untold(folder: &Path) -> Option<CrashReport> {
    let mut newest = None;
    for path in reports(folder) {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let stem = name
            .strip_prefix(PREFIX)
            .and_then(|name| name.strip_suffix(FRESH));
        let Some(at) = stem.and_then(|stem| NaiveDateTime::parse_from_str(stem, TIME).ok()) else {
            continue;
        };
        let shown = path.with_file_name(name.replace(FRESH, SHOWN));
        let path = fs::rename(&path, &shown).map_or(path, |()| shown);
        newest = Some(CrashReport {
            at: at.and_utc(),
            path: path.display().to_string(),
        });
    }
    newest
}

/// All reports, the oldest first.
fn reports(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut reports: Vec<PathBuf> = entries
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with(PREFIX) && name.ends_with(FRESH)
        })
        .map(|entry| entry.path())
        .collect();
    reports.sort();
    reports
}

fn remove_old(folder: &Path) {
    let reports = reports(folder);
    for path in &reports[..reports.len().saturating_sub(KEPT)] {
        // The next report tries again.
        let _ = fs::remove_file(path);
    }
}

/// File and line as the compiler wrote them, without the folders of the machine that built it.
fn place(location: &Location<'_>) -> String {
    let file = location.file().replace('\\', "/");
    let inside = ["/registry/src/", "/library/", "src-tauri/"]
        .iter()
        .find_map(|start| file.find(start).map(|at| &file[at..]))
        .unwrap_or_else(|| file.rsplit('/').next().unwrap_or_default());
    format!("{inside}:{}", location.line())
}

fn report(program: &str, place: &str, at: DateTime<Utc>, backtrace: &str) -> String {
    let mut text = format!(
        "SpineBoard met an error that nobody foresaw. Nothing that was saved is lost.\n\
         This report holds no data of patients and was sent to nobody.\n\n\
         program  {program} {APP_VERSION}\n\
         system   {} {}\n\
         time     {}\n\
         place    {place}\n\n",
        std::env::consts::OS,
        std::env::consts::ARCH,
        at.format("%Y-%m-%d %H:%M:%S UTC"),
    );
    // Names of functions are fixed when the program is built; the lines between are paths of files.
    let functions = backtrace.lines().map(str::trim_start);
    for function in functions
        .filter(|line| !line.starts_with("at "))
        .take(FUNCTIONS)
    {
        let _ = writeln!(text, "{function}");
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn at(second: u32) -> DateTime<Utc> {
        DateTime::from_timestamp(1_772_366_400 + i64::from(second), 0).unwrap()
    }

    fn written(folder: &Path, second: u32) {
        let name = format!("{PREFIX}{}{FRESH}", at(second).format(TIME));
        fs::write(folder.join(name), "").unwrap();
    }

    #[test]
    fn a_report_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(untold(folder.path()), None);
        written(folder.path(), 1);
        written(folder.path(), 2);
        fs::write(folder.path().join("crash-course.txt"), "not a report").unwrap();
        let told = untold(folder.path()).unwrap();
        assert_eq!(told.at, at(2));
        assert!(fs::exists(&told.path).unwrap());
        assert_eq!(untold(folder.path()), None);
        assert!(folder.path().join("crash-course.txt").exists());
    }

    #[test]
    fn the_last_ten_reports_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        for second in 0..25 {
            written(folder.path(), second);
        }
        untold(folder.path());
        written(folder.path(), 30);
        remove_old(folder.path());
        let kept = reports(folder.path());
        assert_eq!(kept.len(), KEPT);
        assert!(
            kept.last()
                .unwrap()
                .to_string_lossy()
                .contains("120030Z.txt"),
            "{kept:?}"
        );
    }

    #[test]
    fn paths_of_the_building_machine_stay_out() {
        let backtrace =
            "   0: board::crash::report\n             at /home/someone/crash.rs:3\n   1: main\n";
        let text = report("test", "src-tauri/x.rs:1", at(0), backtrace);
        assert!(
            text.contains("0: board::crash::report\n1: main\n"),
            "{text}"
        );
        assert!(!text.contains("someone"), "{text}");
        assert!(!place(Location::caller()).starts_with('/'));
    }
}
