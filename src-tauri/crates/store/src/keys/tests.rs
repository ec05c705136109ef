#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::trial::PASSPHRASE;
use proptest::prelude::*;
use std::sync::LazyLock;

/// A file with one slot of each kind, its data key and the two random wrapping keys. Hardening
/// takes a moment, so it is made once.
static MADE: LazyLock<(KeysFile, Key, Key, Key)> = LazyLock::new(|| {
    let [data, recovery, keychain] = [1, 2, 3].map(|_| Key::random().unwrap());
    let mut file = KeysFile::new().unwrap();
    file.add_passphrase(PASSPHRASE, 1, &data).unwrap();
    file.put_random(SlotKind::Recovery, 1, &recovery, &data)
        .unwrap();
    file.put_random(SlotKind::Keychain, 1, &keychain, &data)
        .unwrap();
    (file, data, recovery, keychain)
});

fn checked(mut body: Vec<u8>) -> Vec<u8> {
    let check = Sha256::digest(&body);
    body.extend(check);
    body
}

fn body() -> Vec<u8> {
    let mut bytes = MADE.0.to_bytes();
    bytes.truncate(bytes.len() - CHECK_BYTES);
    bytes
}

#[test]
fn each_lock_gives_the_same_data_key() {
    let (file, data, recovery, keychain) = &*MADE;
    let read = KeysFile::from_bytes(&file.to_bytes()).unwrap();
    assert_eq!(&read, file);
    let opened = [
        read.by_passphrase(PASSPHRASE).unwrap(),
        read.by_random(SlotKind::Recovery, recovery),
        read.by_random(SlotKind::Keychain, keychain),
    ];
    for found in opened {
        assert_eq!(found.len(), 1);
        assert!(found[0].0 == 1 && found[0].1.same(data));
    }
    assert!(
        read.by_passphrase("four quiet words's Rest")
            .unwrap()
            .is_empty()
    );
    assert!(read.by_random(SlotKind::Recovery, keychain).is_empty());
    assert!(read.by_random(SlotKind::Keychain, recovery).is_empty());
}

#[test]
fn the_key_itself_is_not_in_the_file() {
    let bytes = MADE.0.to_bytes();
    let data = MADE.1.bytes();
    assert!(
        !bytes
            .windows(8)
            .any(|part| data.windows(8).any(|key| key == part))
    );
    assert_eq!(bytes.len(), 36 + 3 * 105 + 32);
}

#[test]
fn any_changed_byte_or_length_is_refused_as_damage() {
    let whole = MADE.0.to_bytes();
    for place in 0..whole.len() {
        for bit in [1, 0x80] {
            let mut changed = whole.clone();
            changed[place] ^= bit;
            assert_eq!(
                KeysFile::from_bytes(&changed),
                Err(StoreError::KeysDamaged),
                "byte {place}"
            );
        }
        assert_eq!(
            KeysFile::from_bytes(&whole[..place]),
            Err(StoreError::KeysDamaged)
        );
    }
    let longer = [whole.as_slice(), &[0]].concat();
    assert_eq!(KeysFile::from_bytes(&longer), Err(StoreError::KeysDamaged));
}

#[test]
fn a_changed_byte_with_a_new_check_sum_opens_nothing_or_the_same_key() {
    let (file, data, recovery, _) = &*MADE;
    let recovery_slot = HEAD_BYTES + SLOT_BYTES..HEAD_BYTES + 2 * SLOT_BYTES;
    let whole = body();
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 0x40;
        let Ok(read) = KeysFile::from_bytes(&checked(changed)) else {
            continue;
        };
        let opened = read.by_random(SlotKind::Recovery, recovery);
        let in_own_slot = recovery_slot.contains(&place) || (18..34).contains(&place);
        assert_eq!(opened.is_empty(), in_own_slot, "byte {place}");
        assert!(opened.iter().all(|(_, key)| key.same(data)));
        assert_ne!(&read, file);
    }
}

#[test]
fn a_newer_version_is_said() {
    let mut newer = body();
    newer[16] = 9;
    newer.extend([0; 40]);
    let refused = KeysFile::from_bytes(&checked(newer)).unwrap_err();
    assert_eq!(refused, StoreError::NewerKeys { found: 9, known: 1 });
}

#[test]
fn a_hostile_cost_or_a_slot_twice_is_refused() {
    let place = HEAD_BYTES + 1 + 4;
    let mut greedy = body();
    greedy[place..place + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut twice = body();
    let first = twice[HEAD_BYTES..HEAD_BYTES + SLOT_BYTES].to_vec();
    twice.extend(first);
    twice[35] = 4;
    let mut none = body();
    none.truncate(HEAD_BYTES);
    none[35] = 0;
    for hostile in [greedy, twice, none] {
        let refused = KeysFile::from_bytes(&checked(hostile));
        assert_eq!(refused, Err(StoreError::KeysDamaged));
    }
}

#[test]
fn a_missing_file_is_said_and_a_written_one_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let missing = KeysFile::read(folder.path()).unwrap_err();
    assert_eq!(missing, StoreError::KeysMissing);
    MADE.0.write(folder.path()).unwrap();
    assert_eq!(&KeysFile::read(folder.path()).unwrap(), &MADE.0);
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, [KEYS_FILE]);
    std::fs::write(folder.path().join(KEYS_FILE), vec![0; 1 << 20]).unwrap();
    assert_eq!(
        KeysFile::read(folder.path()).unwrap_err(),
        StoreError::KeysDamaged
    );
}

proptest! {
    #[test]
    fn any_key_comes_back_through_any_wrapping_key(data: [u8; 32], wrapping: [u8; 32], generation: u32) {
        let (data, wrapping) = (Key::from_slice(&data).unwrap(), Key::from_slice(&wrapping).unwrap());
        let mut file = MADE.0.clone();
        file.put_random(SlotKind::Recovery, generation, &wrapping, &data).unwrap();
        let read = KeysFile::from_bytes(&file.to_bytes()).unwrap();
        let found = read.by_random(SlotKind::Recovery, &wrapping);
        prop_assert!(found.iter().any(|(of, key)| *of == generation && key.same(&data)));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..800)) {
        prop_assert!(KeysFile::from_bytes(&bytes).is_err());
        let framed = [MAGIC.as_slice(), &[1, 0], &bytes].concat();
        let _ = KeysFile::from_bytes(&checked(framed));
    }
}
