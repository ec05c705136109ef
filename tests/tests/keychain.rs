//! The keychain of the system for real: a Secret Service on a D-Bus of its own, and nothing of this
//! computer's.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

mod support;

use board::{BoardOptions, KeychainState, StoreStatus};
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
};
use support::{enter, programs, trace::Trace};

/// Set in the process that has the bus; the environment of a running process stays as it is.
const DATA: &str = "SPINEBOARD_KEYCHAIN_TEST_DATA";
const NAME: &str =
    "a_secret_service_keeps_the_key_until_it_is_forgotten_and_is_reached_without_a_network";

/// Makes a keyring that a password opens, then becomes the program under test.
const SESSION: &str = "printf password | gnome-keyring-daemon --unlock --components=secrets >&2 && exec \"$0\" \"$@\"";

#[test]
fn a_secret_service_keeps_the_key_until_it_is_forgotten_and_is_reached_without_a_network() {
    if let Some(data) = std::env::var_os(DATA) {
        return with_the_service(data.as_ref());
    }
    let home = tempfile::tempdir().unwrap();
    let (Some(()), Some(trace)) = (programs::secret_service(), Trace::into(home.path())) else {
        return;
    };
    let runtime = home.path().join("runtime");
    fs::create_dir(&runtime).unwrap();
    fs::set_permissions(&runtime, Permissions::from_mode(0o700)).unwrap();
    let under_watch = trace.script(&std::env::current_exe().unwrap());
    let output = Command::new("dbus-run-session")
        .args(["--", "sh", "-c", SESSION])
        .arg(under_watch)
        .args(["--exact", NAME, "--nocapture"])
        .env(DATA, home.path().join("data"))
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", &runtime)
        .env("XDG_DATA_HOME", home.path().join("share"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("1 passed"), "{said}\n{complained}");
    assert_eq!(trace.foreign(|_| false), Vec::<String>::new());
    let keyrings = home.path().join("share/keyrings");
    assert!(
        fs::read_dir(keyrings).unwrap().count() > 0,
        "a real keyring"
    );
}

fn with_the_service(data: &Path) {
    let start = || {
        board::Board::start(BoardOptions {
            data: data.to_owned(),
            ..BoardOptions::default()
        })
    };
    let board = start();
    enter(&board);
    assert_eq!(board.status().keychain, KeychainState::Off);
    let status = board.set_keychain(true).unwrap();
    assert_eq!(status.keychain, KeychainState::On);
    drop(board);

    let later = start();
    assert_eq!(later.status().store, StoreStatus::Locked);
    let status = later.unlock_with_keychain().unwrap();
    assert_eq!(status.store, StoreStatus::Open);
    assert!(status.person.is_none(), "a person still signs in");
    later.lock();

    enter(&later);
    let status = later.set_keychain(false).unwrap();
    assert_eq!(status.keychain, KeychainState::Off);
    later.lock();
    let refused = later.unlock_with_keychain().unwrap_err();
    assert_eq!(refused.code, "keychain_empty");
}
