//! Secrets in memory: random keys, and Argon2id, which makes a passphrase or PIN slow to guess.
//!
//! What this module hands out is wiped when it goes. Copies that it cannot reach, and that are
//! therefore not wiped: the text of a passphrase in the window and on its way through Tauri, and
//! whatever the system writes to its swap file.

use crate::StoreError;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde::Deserialize;
use ts_rs::TS;
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, Zeroizing};

/// A passphrase, PIN or recovery key on its way to the store; never printed, wiped when dropped.
#[derive(Clone, Deserialize, TS)]
#[serde(from = "String")]
#[ts(type = "string")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

impl From<String> for Secret {
    /// Composed (NFC), since one keyboard types an accent with its letter and another after it.
    fn from(text: String) -> Secret {
        let text = Zeroizing::new(text);
        // NFC lengthens no text more than threefold (Unicode Standard Annex 15), so that growing
        // leaves no copy behind.
        let mut composed = Zeroizing::new(String::with_capacity(3 * text.len()));
        composed.extend(text.nfc());
        Secret(composed)
    }
}

/// 256 bits of a key. They stay in one place on the heap, so that moving leaves no copy behind.
#[derive(Clone)]
pub(crate) struct Key(Box<Zeroizing<[u8; 32]>>);

impl Key {
    pub(crate) fn random() -> Result<Key, StoreError> {
        let mut key = Key::zeros();
        fill(&mut key.0[..])?;
        Ok(key)
    }

    /// None if these are not 32 bytes.
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Key> {
        bytes.try_into().ok().map(Key::of)
    }

    pub(crate) fn of(bytes: &[u8; 32]) -> Key {
        let mut key = Key::zeros();
        key.0.copy_from_slice(bytes);
        key
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Compares without ending early, so that the time says nothing about where they differ.
    pub(crate) fn same(&self, other: &Key) -> bool {
        let pairs = self.0.iter().zip(other.0.iter());
        pairs.fold(0, |differing, (one, other)| differing | (one ^ other)) == 0
    }

    fn zeros() -> Key {
        Key(Box::new(Zeroizing::new([0; 32])))
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Key(..)")
    }
}

/// Fills `bytes` from the operating system's source of randomness.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), StoreError> {
    getrandom::fill(bytes).map_err(|_| StoreError::NoRandomness)
}

pub(crate) fn random<const COUNT: usize>() -> Result<[u8; COUNT], StoreError> {
    let mut bytes = [0; COUNT];
    fill(&mut bytes)?;
    Ok(bytes)
}

/// What one guess costs, as Argon2id counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

impl Cost {
    /// RFC 9106, section 4, the second recommended option: 64 MiB, three passes, four lanes. The
    /// first asks for 2 GiB, which a clinic's laptop with an open study does not have to spare.
    pub(crate) const CHOSEN: Cost = Cost {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 4,
    };

    /// A cost as it stands in a file; none if a hostile file could take the memory or the
    /// afternoon. The upper end is four times the chosen memory and about three times its passes.
    pub(crate) fn read(memory_kib: u32, passes: u32, lanes: u32) -> Option<Cost> {
        let bounded = (8 * 1024..=256 * 1024).contains(&memory_kib)
            && (1..=10).contains(&passes)
            && (1..=16).contains(&lanes);
        bounded.then_some(Cost {
            memory_kib,
            passes,
            lanes,
        })
    }
}

/// Argon2id, version 1.3, of a secret with a salt of its own.
pub(crate) fn harden(secret: &str, salt: &[u8; 16], cost: Cost) -> Result<Key, StoreError> {
    let mut key = Key::zeros();
    let parameters = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .map_err(|_| StoreError::KeysDamaged)?;
    let mut memory: Vec<Block> = Vec::new();
    memory
        .try_reserve_exact(parameters.block_count())
        .map_err(|_| StoreError::NotEnoughMemory)?;
    memory.resize(parameters.block_count(), Block::new());
    let derived = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into_with_memory(secret.as_bytes(), salt, &mut key.0[..], &mut memory[..]);
    memory.zeroize();
    derived.map_err(|_| StoreError::KeysDamaged)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_cost_is_the_second_option_of_rfc_9106() {
        let cost = Cost::CHOSEN;
        assert_eq!((cost.memory_kib, cost.passes, cost.lanes), (65_536, 3, 4));
        assert_eq!(Cost::read(65_536, 3, 4), Some(cost));
    }

    #[test]
    fn a_hostile_cost_is_refused() {
        for (memory, passes, lanes) in [
            (u32::MAX, 3, 4),
            (65_536, u32::MAX, 4),
            (65_536, 3, u32::MAX),
            (0, 3, 4),
            (65_536, 0, 4),
            (65_536, 3, 0),
        ] {
            assert_eq!(Cost::read(memory, passes, lanes), None);
        }
    }

    #[test]
    fn hardens_as_another_implementation_does() {
        let cost = Cost {
            memory_kib: 8 * 1024,
            passes: 2,
            lanes: 4,
        };
        let key = harden(
            "four quiet words's rest",
            b"sixteen byte salt"[..16].try_into().unwrap(),
            cost,
        );
        let hexadecimal: String = key
            .unwrap()
            .bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        // Computed apart from this code with the reference library (argon2-cffi).
        assert_eq!(
            hexadecimal,
            "e70f83135cba474e3f0c1c61c84909b75da79aa52123bdba150d063f0a999a83"
        );
    }

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::from("four quiet words".to_owned());
        let key = Key::from_slice(&[7; 32]).unwrap();
        assert_eq!(format!("{secret:?} {key:?}"), "Secret(..) Key(..)");
        assert!(Key::from_slice(&[7; 31]).is_none());
    }

    #[test]
    fn an_accent_may_be_typed_with_its_letter_or_after_it() {
        let (with, after) = ("caf\u{e9} am See", "cafe\u{301} am See");
        let composed = Secret::from(after.to_owned());
        assert_eq!(composed.text(), with);
        assert_eq!(composed.text(), Secret::from(with.to_owned()).text());
    }

    #[test]
    fn random_keys_differ() {
        let (one, other) = (Key::random().unwrap(), Key::random().unwrap());
        assert!(!one.same(&other) && one.same(&one.clone()));
    }
}
