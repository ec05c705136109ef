//! Doors for fuzzing: files that come from outside and end with a SHA-256, which no fuzzer finds by
//! trying. Nothing else uses them.

use crate::{StoreError, keys::KeysFile};
use sha2::{Digest, Sha256};

/// The bytes with their SHA-256 behind them, as keys files and backups have it.
pub fn with_check_sum(bytes: &[u8]) -> Vec<u8> {
    [bytes, &Sha256::digest(bytes)].concat()
}

/// Reads a keys file and writes it again.
pub fn keys_again(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    Ok(KeysFile::from_bytes(bytes)?.to_bytes())
}
