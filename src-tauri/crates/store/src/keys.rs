//! The keys file: how one random data key, which encrypts the database, is kept under several
//! locks, so that a passphrase can be changed and a forgotten one survived.
//!
//! Each slot holds the data key, wrapped by XChaCha20-Poly1305 under a wrapping key that comes
//! from the passphrase (Argon2id), from the recovery key (160 random bits) or from the system's
//! keychain (256 random bits). The slot's head and the file's are the associated data, so that a
//! changed cost, salt or owner opens nothing. The SHA-256 at the end tells damage from a wrong
//! passphrase; it is no defence, since whoever changes the file can recompute it. Taking a slot
//! away is not noticed: whoever can do that can also delete the file.
//!
//! Layout, numbers least significant byte first: `SpineBoard keys\n`, version (2), id of the store
//! (16), 1 while an older database is being taken over (1), number of slots (1); per slot kind
//! (1), generation of the data key (4), memory in KiB (4), passes (4), lanes (4), salt (16), nonce
//! (24), wrapped key with tag (48); SHA-256 of all before (32).

use crate::{
    StoreError, files,
    hardening::{self, Cost, Key, harden},
};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};
use zeroize::Zeroizing;

/// The wrapped data key, beside the database.
pub const KEYS_FILE: &str = "spineboard.keys";

const MAGIC: &[u8; 16] = b"SpineBoard keys\n";
const KNOWN_VERSION: u16 = 1;
const HEAD_BYTES: usize = 16 + 2 + 16 + 1 + 1;
const SLOT_BYTES: usize = 1 + 4 * 4 + 16 + 24 + 48;
const CHECK_BYTES: usize = 32;

/// Two generations of three slots; more is no file of ours.
const MOST_SLOTS: usize = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SlotKind {
    Passphrase = 1,
    Recovery = 2,
    Keychain = 3,
}

/// The data key under one lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) kind: SlotKind,
    /// Which data key: it is counted up at each change of keys.
    pub(crate) generation: u32,
    /// None where the wrapping key is random and needs no hardening.
    cost: Option<Cost>,
    salt: [u8; 16],
    nonce: [u8; 24],
    wrapped: [u8; 48],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeysFile {
    /// Random; names this store in the system's keychain.
    pub(crate) store_id: [u8; 16],
    /// True until the database, encrypted by the passphrase itself before there were keys files,
    /// is encrypted by the data key.
    pub(crate) takes_over: bool,
    pub(crate) slots: Vec<Slot>,
}

/// A data key that a slot gave, with its generation.
pub(crate) type Unwrapped = (u32, Key);

impl KeysFile {
    /// A file without slots for a new store.
    pub(crate) fn new() -> Result<KeysFile, StoreError> {
        Ok(KeysFile {
            store_id: hardening::random()?,
            takes_over: false,
            slots: Vec::new(),
        })
    }

    /// Puts the data key behind a passphrase.
    pub(crate) fn add_passphrase(
        &mut self,
        passphrase: &str,
        generation: u32,
        data_key: &Key,
    ) -> Result<(), StoreError> {
        let salt = hardening::random()?;
        let wrapping = harden(passphrase, &salt, Cost::CHOSEN)?;
        let kind = SlotKind::Passphrase;
        self.add(
            kind,
            generation,
            Some(Cost::CHOSEN),
            salt,
            &wrapping,
            data_key,
        )
    }

    /// Puts the data key under a random wrapping key, in place of an earlier one of that kind and
    /// generation.
    pub(crate) fn put_random(
        &mut self,
        kind: SlotKind,
        generation: u32,
        wrapping: &Key,
        data_key: &Key,
    ) -> Result<(), StoreError> {
        self.slots
            .retain(|slot| slot.kind != kind || slot.generation != generation);
        self.add(kind, generation, None, [0; 16], wrapping, data_key)
    }

    fn add(
        &mut self,
        kind: SlotKind,
        generation: u32,
        cost: Option<Cost>,
        salt: [u8; 16],
        wrapping: &Key,
        data_key: &Key,
    ) -> Result<(), StoreError> {
        let mut slot = Slot {
            kind,
            generation,
            cost,
            salt,
            nonce: hardening::random()?,
            wrapped: [0; 48],
        };
        let head = self.head_of(&slot);
        let payload = Payload {
            msg: data_key.bytes(),
            aad: &head,
        };
        let wrapped = cipher(wrapping)
            .encrypt(&XNonce::from(slot.nonce), payload)
            .map_err(|_| StoreError::KeysDamaged)?;
        slot.wrapped = wrapped.try_into().map_err(|_| StoreError::KeysDamaged)?;
        self.slots.push(slot);
        Ok(())
    }

    /// The data keys that this passphrase opens; none if it is wrong.
    pub(crate) fn by_passphrase(&self, passphrase: &str) -> Result<Vec<Unwrapped>, StoreError> {
        let mut opened = Vec::new();
        for slot in self.of_kind(SlotKind::Passphrase) {
            let cost = slot.cost.ok_or(StoreError::KeysDamaged)?;
            let wrapping = harden(passphrase, &slot.salt, cost)?;
            opened.extend(self.unwrap(slot, &wrapping));
        }
        Ok(opened)
    }

    /// The data keys that a random wrapping key opens.
    pub(crate) fn by_random(&self, kind: SlotKind, wrapping: &Key) -> Vec<Unwrapped> {
        self.of_kind(kind)
            .filter_map(|slot| self.unwrap(slot, wrapping))
            .collect()
    }

    /// The name under which the keychain keeps this store's wrapping key.
    pub(crate) fn name(&self) -> String {
        self.store_id
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    pub(crate) fn has(&self, kind: SlotKind) -> bool {
        self.of_kind(kind).next().is_some()
    }

    /// True while a change of keys is not finished.
    pub(crate) fn is_between(&self) -> bool {
        let first = self.slots.first().map(|slot| slot.generation);
        self.slots.iter().any(|slot| Some(slot.generation) != first)
    }

    fn of_kind(&self, kind: SlotKind) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(move |slot| slot.kind == kind)
    }

    fn unwrap(&self, slot: &Slot, wrapping: &Key) -> Option<Unwrapped> {
        let head = self.head_of(slot);
        let payload = Payload {
            msg: &slot.wrapped,
            aad: &head,
        };
        let opened = cipher(wrapping).decrypt(&XNonce::from(slot.nonce), payload);
        let opened = Zeroizing::new(opened.ok()?);
        Some((slot.generation, Key::from_slice(&opened)?))
    }

    /// What is authenticated with a wrapped key: whose it is and how its wrapping key is made.
    fn head_of(&self, slot: &Slot) -> Vec<u8> {
        let mut head = MAGIC.to_vec();
        head.extend(KNOWN_VERSION.to_le_bytes());
        head.extend(self.store_id);
        put_slot_head(&mut head, slot);
        head
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(KNOWN_VERSION.to_le_bytes());
        bytes.extend(self.store_id);
        bytes.push(u8::from(self.takes_over));
        bytes.push(self.slots.len() as u8);
        for slot in &self.slots {
            put_slot_head(&mut bytes, slot);
            bytes.extend(slot.nonce);
            bytes.extend(slot.wrapped);
        }
        let check = Sha256::digest(&bytes);
        bytes.extend(check);
        bytes
    }

    /// Reads what [`KeysFile::to_bytes`] wrote. Nothing in it is believed before it is bounded.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<KeysFile, StoreError> {
        let (body, check) = bytes
            .split_last_chunk::<CHECK_BYTES>()
            .ok_or(StoreError::KeysDamaged)?;
        if !body.starts_with(MAGIC) || Sha256::digest(body)[..] != check[..] {
            return Err(StoreError::KeysDamaged);
        }
        let mut reader = Reader(&body[MAGIC.len()..]);
        match u16::from_le_bytes(reader.take()?) {
            KNOWN_VERSION => {}
            found if found > KNOWN_VERSION => {
                let known = i64::from(KNOWN_VERSION);
                let found = i64::from(found);
                return Err(StoreError::NewerKeys { found, known });
            }
            _ => return Err(StoreError::KeysDamaged),
        }
        let store_id = reader.take()?;
        let [takes_over, count] = reader.take()?;
        let count = usize::from(count);
        let fits = body.len() == HEAD_BYTES + count * SLOT_BYTES;
        if takes_over > 1 || count > MOST_SLOTS || !fits {
            return Err(StoreError::KeysDamaged);
        }
        let slots: Vec<Slot> = (0..count)
            .map(|_| read_slot(&mut reader))
            .collect::<Result<_, _>>()?;
        let file = KeysFile {
            store_id,
            takes_over: takes_over == 1,
            slots,
        };
        let twice = file.slots.iter().enumerate().any(|(index, slot)| {
            let earlier = &file.slots[..index];
            let same =
                |other: &Slot| other.kind == slot.kind && other.generation == slot.generation;
            earlier.iter().any(same)
        });
        match twice || !file.has(SlotKind::Passphrase) {
            true => Err(StoreError::KeysDamaged),
            false => Ok(file),
        }
    }

    /// The keys of a data folder.
    pub(crate) fn read(folder: &Path) -> Result<KeysFile, StoreError> {
        let file = match File::open(folder.join(KEYS_FILE)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::KeysMissing);
            }
            Err(error) => return Err(error.into()),
        };
        let longest = HEAD_BYTES + MOST_SLOTS * SLOT_BYTES + CHECK_BYTES;
        let mut bytes = Vec::new();
        file.take(longest as u64 + 1).read_to_end(&mut bytes)?;
        KeysFile::from_bytes(&bytes)
    }

    /// Puts the file in place whole: after a crash it is the old or the new one.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), StoreError> {
        Ok(files::replace_private(
            &folder.join(KEYS_FILE),
            &self.to_bytes(),
        )?)
    }
}

fn cipher(wrapping: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(wrapping.bytes().into())
}

fn put_slot_head(bytes: &mut Vec<u8>, slot: &Slot) {
    bytes.push(slot.kind as u8);
    bytes.extend(slot.generation.to_le_bytes());
    let cost = slot
        .cost
        .map_or([0; 3], |cost| [cost.memory_kib, cost.passes, cost.lanes]);
    for part in cost {
        bytes.extend(part.to_le_bytes());
    }
    bytes.extend(slot.salt);
}

fn read_slot(reader: &mut Reader<'_>) -> Result<Slot, StoreError> {
    let kind = match reader.take()? {
        [1] => SlotKind::Passphrase,
        [2] => SlotKind::Recovery,
        [3] => SlotKind::Keychain,
        _ => return Err(StoreError::KeysDamaged),
    };
    let mut number = || reader.take().map(u32::from_le_bytes);
    let generation = number()?;
    let (memory, passes, lanes) = (number()?, number()?, number()?);
    let cost = match kind {
        SlotKind::Passphrase => {
            Some(Cost::read(memory, passes, lanes).ok_or(StoreError::KeysDamaged)?)
        }
        _ if (memory, passes, lanes) == (0, 0, 0) => None,
        _ => return Err(StoreError::KeysDamaged),
    };
    Ok(Slot {
        kind,
        generation,
        cost,
        salt: reader.take()?,
        nonce: reader.take()?,
        wrapped: reader.take()?,
    })
}

struct Reader<'bytes>(&'bytes [u8]);

impl Reader<'_> {
    fn take<const COUNT: usize>(&mut self) -> Result<[u8; COUNT], StoreError> {
        let (taken, rest) = self
            .0
            .split_first_chunk::<COUNT>()
            .ok_or(StoreError::KeysDamaged)?;
        self.0 = rest;
        Ok(*taken)
    }
}

#[cfg(test)]
mod tests;
