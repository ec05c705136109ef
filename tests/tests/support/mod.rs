//! What several journeys need: the shared open data, programs, ports, and waiting for something.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

pub mod centre;
pub mod cohort;
pub mod imported;
pub mod marks;
pub mod trace;
pub mod year;

use board::{
    Board, BoardOptions, PersonInput, ReportChoices, Role, Secret, Specialty, StoreStatus,
};
use std::{
    future::Future,
    net::TcpListener,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// A report without identity.
pub const MASKED: ReportChoices = ReportChoices {
    mask_identity: true,
    without_model: false,
    charts: false,
};

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("a parent")
        .to_owned()
}

/// The model packs of the repository.
pub fn packs() -> Vec<PathBuf> {
    vec![repository().join("models/packs")]
}

/// How the journeys' image workers are started.
pub fn image_worker() -> board::WorkerCommand {
    board::WorkerCommand::of(env!("CARGO_BIN_EXE_journey-worker"))
}

/// A folder of the shared open data, or none with a loud remark.
pub fn shared(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SPINEBOARD_SHARED")
        .map_or_else(|| repository().join("../shared"), PathBuf::from);
    let folder = root.join(part);
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("SKIPPED: this test needs ../shared/{part}");
    None
}

pub const PASSPHRASE: &str = "correct horse battery staple";

/// The secret of [`chair`].
pub const PIN: &str = "294817";

pub fn secret(text: &str) -> Secret {
    text.to_owned().into()
}

/// A made-up person who looks after the others.
pub fn chair() -> PersonInput {
    PersonInput {
        name: "Dr Rossi".to_owned(),
        specialty: Specialty::SpineSurgery,
        role: Role::Chair,
        secret: secret(PIN),
    }
}

/// A board over a data folder that may be new, with nothing opened.
pub fn start(data: &Path) -> Board {
    Board::start(BoardOptions {
        data: data.to_owned(),
        packs: packs(),
        image_worker: image_worker(),
        ..BoardOptions::default()
    })
}

/// Opens the store, made where it is not there yet, and signs the chair in.
pub fn enter(board: &Board) {
    let status = match board.status().store {
        StoreStatus::Absent => board.create_store(secret(PASSPHRASE)),
        _ => board.unlock(secret(PASSPHRASE)),
    };
    let entered = match status.expect("the store opens").people.first() {
        None => board.add_person(chair()),
        Some(person) => board.sign_in(&person.id, secret(PIN)),
    };
    assert!(entered.expect("somebody is signed in").person.is_some());
}

/// A board with its store open and the chair signed in.
pub fn opened(data: &Path) -> Board {
    let board = start(data);
    enter(&board);
    board
}

/// A port that nobody listens on at this moment.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port()
}

/// Asks again until there is an answer or the patience ends.
pub async fn until<T, Answer: Future<Output = Option<T>>>(
    patience: Duration,
    mut ask: impl FnMut() -> Answer,
) -> Option<T> {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return Some(answer);
        }
        if started.elapsed() > patience {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Programs that `./check` builds or installs and names in the environment.
pub mod programs {
    use std::path::PathBuf;

    /// The built desktop shell.
    pub fn window() -> Option<PathBuf> {
        named("SPINEBOARD_WINDOW")
    }

    /// The built command line, which lies beside the folder of the tests.
    pub fn command_line() -> Option<PathBuf> {
        let tests = std::env::current_exe().ok()?;
        let path = tests.parent()?.parent()?.join("spineboard");
        if path.exists() {
            return Some(path);
        }
        eprintln!(
            "SKIPPED: this test needs {}, which ./check builds",
            path.display()
        );
        None
    }

    /// strace, which watches what a program asks of the system (Linux only).
    pub fn strace() -> Option<PathBuf> {
        let path = PathBuf::from("/usr/bin/strace");
        if path.exists() {
            return Some(path);
        }
        eprintln!("SKIPPED: this test needs strace, which ./check installs");
        None
    }

    /// A bus and a Secret Service for it.
    pub fn secret_service() -> Option<()> {
        for program in ["dbus-run-session", "gnome-keyring-daemon"] {
            if !PathBuf::from("/usr/bin").join(program).exists() {
                eprintln!("SKIPPED: this test needs {program}, which ./check installs");
                return None;
            }
        }
        Some(())
    }

    pub fn tauri_driver() -> Option<PathBuf> {
        named("TAURI_DRIVER")
    }

    fn named(variable: &str) -> Option<PathBuf> {
        let path = std::env::var_os(variable).map(PathBuf::from);
        if path.is_none() {
            eprintln!("SKIPPED: this test needs {variable}, which ./check sets");
        }
        path
    }
}
