#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::trial::{self, PASSPHRASE, minutes_later, noon};

fn input(name: &str, role: Role, secret: &str) -> PersonInput {
    PersonInput {
        name: name.to_owned(),
        specialty: Specialty::Nursing,
        role,
        secret: secret.to_owned().into(),
    }
}

fn secret(text: &str) -> Secret {
    text.to_owned().into()
}

fn as_is(person: &Person) -> PersonChange {
    PersonChange {
        name: person.name.clone(),
        specialty: person.specialty,
        role: person.role,
        active: person.active,
    }
}

#[test]
fn a_person_signs_in_with_their_own_secret_only_and_after_a_restart() {
    let (folder, mut store) = trial::store();
    let rossi = store.add_person("p1", &trial::rossi(), "", noon()).unwrap();
    store
        .add_person(
            "p2",
            &input("Dr Weiß", Role::Member, "quiet river"),
            "Dr Rossi",
            noon(),
        )
        .unwrap();
    store.close().unwrap();
    let mut store = Store::open(folder.path(), PASSPHRASE, noon()).unwrap();
    assert_eq!(store.people().unwrap().len(), 2);
    let mut check =
        |id: &str, text: &str| store.check_secret(id, &secret(text), Some("signed_in"), noon());
    assert_eq!(check("p1", "294817"), Ok(rossi));
    assert_eq!(check("p2", "294817"), Err(StoreError::WrongSecret));
    assert_eq!(check("p2", "Quiet river"), Err(StoreError::WrongSecret));
    assert_eq!(check("p2", "quiet river").unwrap().name, "Dr Weiß");
    assert_eq!(check("p3", "294817"), Err(StoreError::UnknownPerson));
    let rows = store.audit_rows().unwrap();
    let told: Vec<(&str, &str)> = rows[2..]
        .iter()
        .map(|row| (row.actor.as_str(), row.action.as_str()))
        .collect();
    let expected = [
        ("Dr Rossi", "person_added"),
        ("Dr Rossi", "person_added"),
        ("", "unlocked"),
        ("Dr Rossi", "signed_in"),
        ("Dr Weiß", "sign_in_failed"),
        ("Dr Weiß", "sign_in_failed"),
        ("Dr Weiß", "signed_in"),
    ];
    assert_eq!(told, expected);
    assert_eq!(store.audit_verify().unwrap().faults, []);
}

#[test]
fn the_fifth_wrong_secret_in_a_row_locks_also_across_restarts() {
    let (folder, mut store) = trial::store();
    store.add_person("p1", &trial::rossi(), "", noon()).unwrap();
    let wrong = secret("111222");
    for _ in 0..3 {
        assert_eq!(
            store.check_secret("p1", &wrong, None, noon()),
            Err(StoreError::WrongSecret)
        );
    }
    store.close().unwrap();
    let mut store = Store::open(folder.path(), PASSPHRASE, noon()).unwrap();
    assert_eq!(
        store.check_secret("p1", &wrong, None, noon()),
        Err(StoreError::WrongSecret)
    );
    assert_eq!(
        store.check_secret("p1", &wrong, None, noon()),
        Err(StoreError::TooManyAttempts)
    );
    // The right one counts anew.
    store
        .check_secret("p1", &secret("294817"), None, noon())
        .unwrap();
    assert_eq!(
        store.check_secret("p1", &wrong, None, noon()),
        Err(StoreError::WrongSecret)
    );
}

#[test]
fn someone_who_can_manage_is_always_left() {
    let (_folder, mut store) = trial::store();
    let member = input("Dr Weiß", Role::Member, "quiet river");
    assert_eq!(
        store.add_person("p1", &member, "", noon()),
        Err(StoreError::LastManager)
    );
    assert_eq!(store.people().unwrap(), []);
    let rossi = store.add_person("p1", &trial::rossi(), "", noon()).unwrap();
    for change in [
        PersonChange {
            role: Role::Member,
            ..as_is(&rossi)
        },
        PersonChange {
            active: false,
            ..as_is(&rossi)
        },
    ] {
        assert_eq!(
            store.change_person("p1", &change, "", noon()),
            Err(StoreError::LastManager)
        );
    }
    assert_eq!(store.person("p1").unwrap(), rossi);
    store
        .add_person(
            "p2",
            &input("Ms Kaya", Role::Coordinator, "904182"),
            "Dr Rossi",
            noon(),
        )
        .unwrap();
    let left = PersonChange {
        active: false,
        ..as_is(&rossi)
    };
    assert!(
        !store
            .change_person("p1", &left, "Ms Kaya", minutes_later(1))
            .unwrap()
            .active
    );
    let gone = store.check_secret("p1", &secret("294817"), None, noon());
    assert_eq!(gone, Err(StoreError::UnknownPerson));
}

#[test]
fn names_are_clean_and_used_once() {
    let (_folder, mut store) = trial::store();
    store.add_person("p1", &trial::rossi(), "", noon()).unwrap();
    let mut add =
        |name: &str| store.add_person("p2", &input(name, Role::Member, "quiet river"), "", noon());
    assert_eq!(add(" \t"), Err(StoreError::NameNeeded));
    assert_eq!(add("dr  ROSSI "), Err(StoreError::PersonExists));
    assert_eq!(add(" Łukasz\u{7}  Ñandú\n").unwrap().name, "Łukasz Ñandú");
}

#[test]
fn a_secret_is_replaced_and_weak_ones_are_refused() {
    let (_folder, mut store) = trial::store();
    store.add_person("p1", &trial::rossi(), "", noon()).unwrap();
    let weak = store.set_person_secret("p1", &secret("123456"), "", noon());
    assert_eq!(weak, Err(StoreError::SecretTooSimple));
    let short = store.add_person("p2", &input("B", Role::Member, "12345"), "", noon());
    assert_eq!(short, Err(StoreError::SecretTooShort { minimum: 6 }));
    store
        .set_person_secret("p1", &secret("quiet river"), "Dr Rossi", noon())
        .unwrap();
    let before = store.check_secret("p1", &secret("294817"), None, noon());
    assert_eq!(before, Err(StoreError::WrongSecret));
    store
        .check_secret("p1", &secret("quiet river"), None, noon())
        .unwrap();
}

#[test]
fn two_people_with_one_secret_do_not_look_alike_and_nobody_is_deleted() {
    let (_folder, mut store) = trial::store();
    store.add_person("p1", &trial::rossi(), "", noon()).unwrap();
    store
        .add_person("p2", &input("Dr Weiß", Role::Member, "294817"), "", noon())
        .unwrap();
    let different: i64 = store
        .connection
        .query_row("SELECT count(DISTINCT hardened) FROM people", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(different, 2);
    assert!(store.connection.execute("DELETE FROM people", []).is_err());
}
