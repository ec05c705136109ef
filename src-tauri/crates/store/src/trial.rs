//! Made-up cases and a fixed hour for the tests of this crate.
#![allow(clippy::unwrap_used)]

use crate::{Change, Keychain, KeychainFault, PersonInput, Role, Specialty, Store};
use chrono::{DateTime, Duration, NaiveDate, TimeZone, Utc};
use clinical::{
    case::{BoardEpisode, Case, Entry, Identity, Observation, Source, Subject, Value},
    catalogue::FeatureId,
};
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
};
use tempfile::TempDir;
use zeroize::Zeroizing;

pub(crate) const PASSPHRASE: &str = "four quiet words's rest";

pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).unwrap()
}

pub(crate) fn minutes_later(minutes: i64) -> DateTime<Utc> {
    noon() + Duration::minutes(minutes)
}

/// The row that says a person is there who may manage.
pub(crate) fn rossi() -> PersonInput {
    PersonInput {
        name: "Dr Rossi".to_owned(),
        specialty: Specialty::SpineSurgery,
        role: Role::Chair,
        secret: "294817".to_owned().into(),
    }
}

/// A keychain in memory: what it keeps, or a fault that it answers with.
#[derive(Default)]
pub(crate) struct MemoryKeychain {
    pub(crate) kept: Mutex<BTreeMap<String, Vec<u8>>>,
    pub(crate) silent: AtomicBool,
}

impl MemoryKeychain {
    fn kept(&self) -> Result<MutexGuard<'_, BTreeMap<String, Vec<u8>>>, KeychainFault> {
        match self.silent.load(Ordering::Relaxed) {
            true => Err(KeychainFault::Unavailable),
            false => Ok(self.kept.lock().unwrap()),
        }
    }
}

impl Keychain for MemoryKeychain {
    fn available(&self) -> bool {
        self.kept().is_ok()
    }

    fn put(&self, name: &str, secret: &[u8]) -> Result<(), KeychainFault> {
        self.kept()?.insert(name.to_owned(), secret.to_vec());
        Ok(())
    }

    fn get(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, KeychainFault> {
        let secret = self.kept()?.get(name).cloned();
        secret.map(Zeroizing::new).ok_or(KeychainFault::Empty)
    }

    fn remove(&self, name: &str) -> Result<(), KeychainFault> {
        self.kept()?.remove(name);
        Ok(())
    }
}

/// A store in a folder of its own, to be kept as long as the store.
pub(crate) fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path(), PASSPHRASE, noon()).unwrap();
    (folder, store)
}

/// A made-up patient with one tumour and one laboratory value.
pub(crate) fn case(id: &str) -> Case {
    let identity = Identity {
        patient_id: "MRN-0042".to_owned(),
        family_name: "Ñandú-Öztürk".to_owned(),
        given_name: "Łukasz".to_owned(),
        alphabetic_name: None,
        birth_date: NaiveDate::from_ymd_opt(1961, 7, 30),
    };
    let mut case = Case::new(id.to_owned(), identity);
    case.synthetic = true;
    case.observations = vec![
        observation("primary_tumour", Value::Code("kidney".to_owned()), noon()),
        observation("haemoglobin", Value::Number(11.3), noon()),
    ];
    case.episodes = vec![BoardEpisode::new(
        "episode-1".to_owned(),
        noon().date_naive(),
        "Separation surgery or radiotherapy?".to_owned(),
    )];
    case
}

pub(crate) fn observation(feature: &str, value: Value, at: DateTime<Utc>) -> Observation {
    Observation {
        id: format!("{feature}-{}", at.timestamp()),
        feature: FeatureId::unchecked(feature),
        subject: Subject::Patient,
        entry: Entry::Known { value, unit: None },
        observed_on: Some(at.date_naive()),
        recorded_at: at,
        source: Source::Typed,
        author: "Dr Rossi".to_owned(),
        note: None,
    }
}

/// A store with the one case `case-1` at revision 1.
pub(crate) fn store_with_case() -> (TempDir, Store) {
    let (folder, mut store) = store();
    let change = Change::new("Dr Rossi", "case_created", 0);
    store.put_case(&case("case-1"), &change, noon()).unwrap();
    (folder, store)
}
