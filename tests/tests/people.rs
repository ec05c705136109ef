//! People without a window: signing in, roles, authors, locking by itself, changed and forgotten
//! passphrases, the keychain.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{
    AppStatus, Board, BoardOptions, ExplainedEndpoint, Identity, Keychain, KeychainFault,
    KeychainState, LockReason, NoKeychain, ObservationInput, PersonChange, PersonInput, Role,
    Specialty, StoreStatus, Workers,
};
use chrono::{DateTime, Duration as Span, TimeZone, Utc};
use clinical::case::{Entry, Subject, Value};
use std::{cell::Cell, collections::BTreeMap, path::Path, sync::Arc, sync::Mutex, time::Duration};
use support::{PASSPHRASE, PIN, chair, enter, image_worker, opened, packs, secret, start};

const NEW: &str = "seven other words, all new";

fn member() -> PersonInput {
    PersonInput {
        name: "Ms Kaya".to_owned(),
        specialty: Specialty::Nursing,
        role: Role::Member,
        secret: secret("quiet river"),
    }
}

fn id_of(status: &AppStatus, name: &str) -> String {
    let person = status.people.iter().find(|person| person.name == name);
    person.unwrap().id.clone()
}

fn code<T>(answer: Result<T, board::BoardError>) -> String {
    answer.err().map_or_else(String::new, |error| error.code)
}

fn ecog(value: f64) -> ObservationInput {
    ObservationInput {
        feature: "ecog".to_owned(),
        subject: Subject::Patient,
        entry: Entry::Known {
            value: Value::Number(value),
            unit: None,
        },
        observed_on: None,
        source: None,
        note: None,
    }
}

#[test]
fn nothing_of_a_case_is_read_or_written_before_somebody_signs_in() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let id = board.create_case(Identity::default(), "").unwrap().case.id;
    board.sign_out().unwrap();
    let refused = [
        code(board.list_cases("")),
        code(board.open_case(&id)),
        code(board.create_case(Identity::default(), "")),
        code(board.open_demo_case()),
        code(board.set_identity(&id, Identity::default())),
        code(board.record_observation(&id, ecog(1.0))),
        code(board.undo(&id)),
        code(board.save_draft(&id, "ecog", "1")),
        code(board.drafts(&id)),
        code(board.explain(&id, ExplainedEndpoint::Survival)),
        code(board.key_image_png(&id, "any")),
        code(board.export_pdf(&id, None, support::MASKED)),
        code(board.audit_rows(None, 1)),
        code(board.set_backup_schedule(None, 24, 7)),
        code(board.set_auto_lock(5)),
        code(board.make_recovery_key()),
        code(board.set_keychain(true)),
        code(board.change_passphrase(secret(PASSPHRASE), secret(NEW))),
        code(board.add_person(member())),
    ];
    assert!(
        refused.iter().all(|code| code == "sign_in_needed"),
        "{refused:?}"
    );
    assert!(!folder.path().join("demonstration").exists());
    enter(&board);
    assert_eq!(board.open_case(&id).unwrap().revision, 1);
}

#[test]
fn every_change_has_the_person_at_the_keyboard_as_its_author() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let status = board.add_person(member()).unwrap();
    let id = board.create_case(Identity::default(), "").unwrap().case.id;
    board.record_observation(&id, ecog(1.0)).unwrap();
    board.sign_out().unwrap();
    let status = board
        .sign_in(&id_of(&status, "Ms Kaya"), secret("quiet river"))
        .unwrap();
    assert_eq!(status.person.unwrap().name, "Ms Kaya");
    let view = board.record_observation(&id, ecog(2.0)).unwrap();
    let authors: Vec<&str> = view
        .case
        .observations
        .iter()
        .map(|one| one.author.as_str())
        .collect();
    assert_eq!(authors, ["Dr Rossi", "Ms Kaya"]);
}

#[test]
fn a_member_manages_nothing_and_the_last_manager_stays() {
    let folder = tempfile::tempdir().unwrap();
    let board = start(folder.path());
    board.create_store(secret(PASSPHRASE)).unwrap();
    assert_eq!(code(board.add_person(member())), "last_manager");
    board.add_person(chair()).unwrap();
    let status = board.add_person(member()).unwrap();
    let (rossi, kaya) = (id_of(&status, "Dr Rossi"), id_of(&status, "Ms Kaya"));
    let without = PersonChange {
        name: "Dr Rossi".to_owned(),
        specialty: Specialty::SpineSurgery,
        role: Role::Member,
        active: true,
    };
    assert_eq!(
        code(board.change_person(&rossi, without.clone())),
        "last_manager"
    );
    // Another's secret needs no current one for a chair; one's own does.
    board
        .set_person_secret(&kaya, None, secret("river bank"))
        .unwrap();
    assert_eq!(
        code(board.set_person_secret(&rossi, None, secret("481729"))),
        "wrong_secret"
    );
    board
        .set_person_secret(&rossi, Some(secret(PIN)), secret("481729"))
        .unwrap();

    board.sign_out().unwrap();
    board.sign_in(&kaya, secret("river bank")).unwrap();
    let refused = [
        board.add_person(chair()),
        board.change_person(&rossi, without),
        board.set_person_secret(&rossi, None, secret("904182")),
        board.set_auto_lock(5),
        board.set_backup_schedule(None, 24, 7),
        board.set_keychain(true),
        board.change_passphrase(secret(PASSPHRASE), secret(NEW)),
    ];
    for answer in refused {
        let error = answer.unwrap_err();
        assert_eq!(
            (error.code.as_str(), error.parameters["role"].as_str()),
            ("not_allowed", "member")
        );
    }
    assert_eq!(code(board.make_recovery_key()), "not_allowed");
    let own = board.set_person_secret(&kaya, Some(secret("river bank")), secret("quiet river"));
    own.unwrap();
}

#[test]
fn five_wrong_secrets_in_a_row_lock_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let rossi = board.status().people[0].id.clone();
    board.sign_out().unwrap();
    let tried: Vec<String> = (0..5)
        .map(|_| code(board.sign_in(&rossi, secret("111222"))))
        .collect();
    assert_eq!(tried[..4], ["wrong_secret"; 4]);
    assert_eq!(tried[4], "too_many_attempts");
    let status = board.status();
    assert_eq!(status.store, StoreStatus::Locked);
    assert!(status.people.is_empty() && status.person.is_none());
    assert_eq!(code(board.sign_in(&rossi, secret(PIN))), "store_locked");
    enter(&board);
}

thread_local! {
    static WALL: Cell<i64> = const { Cell::new(0) };
    static MONOTONIC: Cell<u64> = const { Cell::new(0) };
}

fn wall() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).unwrap() + Span::seconds(WALL.get())
}

fn monotonic() -> Duration {
    Duration::from_secs(MONOTONIC.get())
}

/// Seconds that pass while the window ticks.
fn pass(board: &Board, seconds: u64) -> Option<LockReason> {
    (0..seconds).find_map(|_| {
        WALL.set(WALL.get() + 1);
        MONOTONIC.set(MONOTONIC.get() + 1);
        board.tick()
    })
}

fn with_clocks(data: &Path) -> Board {
    let board = Board::start(BoardOptions {
        data: data.to_owned(),
        packs: packs(),
        image_worker: image_worker(),
        clock: wall,
        monotonic,
        ..BoardOptions::default()
    });
    enter(&board);
    board
}

#[test]
fn the_store_locks_itself_after_the_set_time_without_input() {
    let folder = tempfile::tempdir().unwrap();
    let board = with_clocks(folder.path());
    assert_eq!(board.status().auto_lock_minutes, 10);
    assert_eq!(pass(&board, 599), None);
    assert_eq!(pass(&board, 1), Some(LockReason::Idle));
    assert_eq!(board.status().store, StoreStatus::Locked);
    assert_eq!(pass(&board, 700), None, "it is locked already");

    enter(&board);
    assert_eq!(board.set_auto_lock(2).unwrap().auto_lock_minutes, 2);
    assert_eq!(pass(&board, 100), None);
    board.note_activity();
    assert_eq!(pass(&board, 119), None);
    assert_eq!(pass(&board, 1), Some(LockReason::Idle));
    enter(&board);
    assert_eq!(board.set_auto_lock(0).unwrap().auto_lock_minutes, 1);
    assert_eq!(board.set_auto_lock(500).unwrap().auto_lock_minutes, 60);
}

#[test]
fn the_store_is_locked_after_the_computer_slept() {
    let folder = tempfile::tempdir().unwrap();
    let board = with_clocks(folder.path());
    let images = folder.path().join("demo");
    let demo = board::write_demo(&images, &Workers::new(image_worker()), wall()).unwrap();
    let library = board
        .open_images(std::slice::from_ref(&demo.images), &mut |_| ())
        .unwrap();
    let stack = library.library.stacks().next().unwrap().2.id.clone();
    board.stack_geometry(&stack).unwrap();
    assert_eq!(pass(&board, 5), None);
    // The wall clock goes on while the computer sleeps, the other one stands still.
    WALL.set(WALL.get() + 3600);
    assert_eq!(pass(&board, 1), Some(LockReason::Suspend));
    assert_eq!(board.status().store, StoreStatus::Locked);
    assert_eq!(
        code(board.stack_geometry(&stack)),
        "unknown_stack",
        "images are closed as well"
    );
    // A clock that is set back locks nothing and lengthens nothing.
    enter(&board);
    WALL.set(WALL.get() - 7200);
    assert_eq!(pass(&board, 599), None);
    assert_eq!(pass(&board, 1), Some(LockReason::Idle));
}

#[test]
fn a_changed_passphrase_encrypts_anew_and_only_the_new_one_opens() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let id = board.create_case(Identity::default(), "").unwrap().case.id;
    let wrong = board.change_passphrase(secret("not the passphrase"), secret(NEW));
    assert_eq!(code(wrong), "wrong_passphrase");
    let short = board.change_passphrase(secret(PASSPHRASE), secret("short"));
    assert_eq!(short.unwrap_err().parameters["minimum"], "15");
    let status = board
        .change_passphrase(secret(PASSPHRASE), secret(NEW))
        .unwrap();
    assert_eq!(
        status.person.unwrap().name,
        "Dr Rossi",
        "nobody has to sign in again"
    );
    board.record_observation(&id, ecog(1.0)).unwrap();
    assert!(board.audit_verify().unwrap().faults.is_empty());
    board.lock();
    assert_eq!(code(board.unlock(secret(PASSPHRASE))), "wrong_passphrase");
    let status = board.unlock(secret(NEW)).unwrap();
    board.sign_in(&status.people[0].id, secret(PIN)).unwrap();
    assert_eq!(board.open_case(&id).unwrap().revision, 2);
}

#[test]
fn a_recovery_key_survives_a_lost_passphrase_and_a_lost_secret() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    assert_eq!(board.status().recovery_key_made_at, None);
    let made = board.make_recovery_key().unwrap();
    assert_eq!(board.status().recovery_key_made_at, Some(made.made_at));
    board.lock();
    let wrong = board.unlock_with_recovery_key(secret("0000"), secret(NEW));
    assert_eq!(wrong.unwrap_err().parameters["group"], "1");
    let status = board
        .unlock_with_recovery_key(secret(&made.key), secret(NEW))
        .unwrap();
    assert!(status.recovered && status.person.is_none());
    let rossi = status.people[0].id.clone();
    assert_eq!(code(board.list_cases("")), "sign_in_needed");
    board
        .set_person_secret(&rossi, None, secret("481729"))
        .unwrap();
    let status = board.sign_in(&rossi, secret("481729")).unwrap();
    assert!(!status.recovered);
    board.sign_out().unwrap();
    let late = board.set_person_secret(&rossi, None, secret("904182"));
    assert_eq!(
        code(late),
        "sign_in_needed",
        "only until somebody has signed in"
    );
    board.lock();
    board.unlock(secret(NEW)).unwrap();
    let without = board.set_person_secret(&rossi, None, secret("904182"));
    assert_eq!(code(without), "sign_in_needed", "not after the passphrase");
}

/// A keychain that is only there for the test.
#[derive(Default)]
struct InMemory(Mutex<BTreeMap<String, Vec<u8>>>);

impl Keychain for InMemory {
    fn available(&self) -> bool {
        true
    }

    fn put(&self, name: &str, secret: &[u8]) -> Result<(), KeychainFault> {
        self.0
            .lock()
            .unwrap()
            .insert(name.to_owned(), secret.to_vec());
        Ok(())
    }

    fn get(&self, name: &str) -> Result<board::Kept, KeychainFault> {
        let kept = self.0.lock().unwrap().get(name).cloned();
        kept.map(Into::into).ok_or(KeychainFault::Empty)
    }

    fn remove(&self, name: &str) -> Result<(), KeychainFault> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }
}

#[test]
fn the_keychain_opens_where_it_answers_and_is_hidden_where_not() {
    let folder = tempfile::tempdir().unwrap();
    let with = |keychain: Arc<dyn Keychain>| {
        Board::start(BoardOptions {
            data: folder.path().to_owned(),
            packs: packs(),
            keychain,
            ..BoardOptions::default()
        })
    };
    let keychain = Arc::new(InMemory::default());
    let board = with(keychain.clone());
    enter(&board);
    assert_eq!(board.status().keychain, KeychainState::Off);
    assert_eq!(code(board.unlock_with_keychain()), "", "it is open already");
    assert_eq!(
        board.set_keychain(true).unwrap().keychain,
        KeychainState::On
    );
    let status = board.lock();
    assert_eq!(
        (status.store, status.keychain),
        (StoreStatus::Locked, KeychainState::On)
    );
    let status = board.unlock_with_keychain().unwrap();
    assert_eq!(status.store, StoreStatus::Open);
    assert!(
        status.person.is_none(),
        "the keychain opens the store; a person signs in"
    );
    board.lock();

    let hidden = with(Arc::new(NoKeychain));
    assert_eq!(hidden.status().keychain, KeychainState::Unavailable);
    assert_eq!(code(hidden.unlock_with_keychain()), "keychain_unavailable");
    enter(&hidden);
    assert_eq!(code(hidden.set_keychain(true)), "keychain_unavailable");
    hidden.lock();

    keychain.0.lock().unwrap().clear();
    assert_eq!(code(board.unlock_with_keychain()), "keychain_empty");
    enter(&board);
    assert_eq!(
        board.set_keychain(false).unwrap().keychain,
        KeychainState::Off
    );
}

#[test]
fn a_lost_or_damaged_keys_file_is_said_and_a_copy_of_it_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let id = board.create_case(Identity::default(), "").unwrap().case.id;
    board.lock();
    let path = folder.path().join("spineboard.keys");
    let whole = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(code(board.unlock(secret(PASSPHRASE))), "keys_missing");
    let mut damaged = whole.clone();
    damaged[60] ^= 1;
    std::fs::write(&path, &damaged).unwrap();
    assert_eq!(code(board.unlock(secret(PASSPHRASE))), "keys_damaged");
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(code(board.unlock(secret(PASSPHRASE))), "keys_damaged");
    let other = tempfile::tempdir().unwrap();
    opened(other.path()).lock();
    std::fs::copy(other.path().join("spineboard.keys"), &path).unwrap();
    assert_eq!(code(board.unlock(secret(PASSPHRASE))), "keys_of_another");
    std::fs::write(&path, &whole).unwrap();
    enter(&board);
    assert_eq!(board.open_case(&id).unwrap().revision, 1);
}
