//! The signature under a recalibration, which lies outside the database as a file: by the key of the
//! audit log, over words that keep it from passing as a row of the log, or a row as it.

use crate::{
    Store, StoreError,
    audit::{anchor, digits, signing, signing::Signing},
};
use std::path::Path;

const PURPOSE: &[u8] = b"spineboard recalibration 1\n";

impl Store {
    /// The public key of this installation, lower-case hexadecimal.
    pub fn public_key(&self) -> Result<String, StoreError> {
        Ok(digits(self.signing()?.public_key.as_bytes()))
    }

    /// The Ed25519 signature of a recalibration, lower-case hexadecimal.
    pub fn sign_recalibration(&self, content: &[u8]) -> Result<String, StoreError> {
        Ok(self.signing()?.sign_bytes(&message(content)))
    }

    fn signing(&self) -> Result<Signing, StoreError> {
        Signing::read(&self.connection, "main")?.ok_or(StoreError::Damaged)
    }
}

/// Whether the holder of this public key signed this content. Whose key it is, is another question:
/// [`Store::public_key`] or, while the database is closed, [`anchored_key`].
pub fn verifies_recalibration(public_key: &str, content: &[u8], signature: &str) -> bool {
    signing::key_of(public_key)
        .is_some_and(|key| signing::verifies_bytes(&key, &message(content), signature))
}

/// The public key that the anchor beside a database names. Whoever may write into the folder can
/// replace both it and what it vouches for; the key in the open database cannot be replaced without
/// the passphrase.
pub fn anchored_key(folder: &Path) -> Option<String> {
    let head = anchor::read(folder).ok().flatten()?;
    head.is_whole().then_some(head.public_key)
}

fn message(content: &[u8]) -> Vec<u8> {
    [PURPOSE, content].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_recalibration_is_signed_for_its_content_and_key_only() {
        let ((folder, store), (_other_folder, other)) =
            (crate::trial::store(), crate::trial::store());
        let key = store.public_key().unwrap();
        let signature = store.sign_recalibration(b"slope").unwrap();
        assert!(verifies_recalibration(&key, b"slope", &signature));
        assert!(!verifies_recalibration(&key, b"slopes", &signature));
        let other = other.public_key().unwrap();
        assert!(!verifies_recalibration(&other, b"slope", &signature));
        assert!(!verifies_recalibration("", b"slope", &signature));
        assert!(!verifies_recalibration(&key, b"slope", "ü"));
        assert_eq!(anchored_key(folder.path()), Some(key));
        assert_eq!(anchored_key(&folder.path().join("elsewhere")), None);
    }

    #[test]
    fn a_row_of_the_log_is_no_recalibration_and_the_other_way_round() {
        let (_folder, store) = crate::trial::store();
        let signing = store.signing().unwrap();
        let key = store.public_key().unwrap();
        assert!(!verifies_recalibration(
            &key,
            b"7\nab",
            &signing.sign(7, "ab")
        ));
        let signature = store.sign_recalibration(b"7\nab").unwrap();
        assert!(!signing::verifies(&signing.public_key, 7, "ab", &signature));
    }
}
