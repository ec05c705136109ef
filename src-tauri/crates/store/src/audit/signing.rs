//! The Ed25519 key of this installation (RFC 8032), which signs every row of the log.
//!
//! The key is made with the database and lies in it, encrypted like everything else: it moves with
//! a backup to a new machine, and no second secret can be lost. What follows from that:
//!
//! - Without the passphrase nobody can make a row that verifies, nor take one away unnoticed.
//! - Whoever holds the passphrase and a SQL tool can read the key and write another history that
//!   verifies by itself. It cannot agree with a log, backup or anchor that was kept elsewhere: those
//!   carry the key and the signed head, and [`crate::Store::audit_against`] compares.

use super::{AuditRow, digits, hexadecimal};
use crate::StoreError;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

/// The key as read from the database.
#[derive(Debug)]
pub(crate) struct Signing {
    pub(crate) public_key: VerifyingKey,
    secret_key: Zeroizing<[u8; 32]>,
    /// Keeps a name from being guessed from its seal in an exported log.
    seal_salt: Zeroizing<[u8; 32]>,
    /// The first row that is signed; it names the key by the hash of its details.
    pub(crate) first_number: u64,
    /// True once an anchor file was written, so that a missing one is noticed.
    pub(crate) anchored: bool,
}

impl Signing {
    /// Makes a key whose first row will be `first_number`.
    pub(crate) fn make(connection: &Connection, first_number: u64) -> Result<Signing, StoreError> {
        let secret_key = random()?;
        let seal_salt = random()?;
        let public_key = SigningKey::from_bytes(&secret_key).verifying_key();
        connection.execute(
            "INSERT INTO audit_signing VALUES (1, ?1, ?2, ?3, ?4, 0)",
            params![
                public_key.as_bytes(),
                secret_key.as_slice(),
                seal_salt.as_slice(),
                first_number as i64
            ],
        )?;
        Ok(Signing {
            public_key,
            secret_key,
            seal_salt,
            first_number,
            anchored: false,
        })
    }

    /// The key of the database; `schema` is `main` or the name of an attached copy.
    pub(crate) fn read(
        connection: &Connection,
        schema: &str,
    ) -> Result<Option<Signing>, StoreError> {
        let query = format!(
            "SELECT public_key, secret_key, seal_salt, first_number, anchored
             FROM {schema}.audit_signing"
        );
        let mut statement = connection.prepare_cached(&query)?;
        let found = statement
            .query_row([], |row| {
                Ok((
                    row.get::<_, [u8; 32]>(0)?,
                    Zeroizing::new(row.get::<_, [u8; 32]>(1)?),
                    Zeroizing::new(row.get::<_, [u8; 32]>(2)?),
                    row.get::<_, i64>(3)?,
                    row.get(4)?,
                ))
            })
            .optional()?;
        let Some((public_key, secret_key, seal_salt, first_number, anchored)) = found else {
            return Ok(None);
        };
        Ok(Some(Signing {
            public_key: VerifyingKey::from_bytes(&public_key).map_err(|_| StoreError::Damaged)?,
            secret_key,
            seal_salt,
            first_number: u64::try_from(first_number).map_err(|_| StoreError::Damaged)?,
            anchored,
        }))
    }

    pub(crate) fn sign(&self, number: u64, hash: &str) -> String {
        self.sign_bytes(&message(number, hash))
    }

    /// Signs any bytes; they begin with words that say for what.
    pub(crate) fn sign_bytes(&self, message: &[u8]) -> String {
        let key = SigningKey::from_bytes(&self.secret_key);
        digits(&key.sign(message).to_bytes())
    }

    /// Stands for a name in the hash of a row, so that an exported log can be recomputed without it.
    pub(crate) fn seal(&self, actor: &str) -> String {
        let mut bytes = b"spineboard audit actor\n".to_vec();
        bytes.extend(self.seal_salt.iter());
        bytes.extend(actor.as_bytes());
        hexadecimal(&bytes)
    }

    /// Whether the first signed row names this key.
    pub(crate) fn is_named_by(&self, row: &AuditRow) -> bool {
        row.number == self.first_number
            && row.details_hash == hexadecimal(self.public_key.as_bytes())
    }
}

/// Whether the key made this signature for this row. The strict check of RFC 8032 leaves exactly
/// one encoding per signature.
pub(crate) fn verifies(key: &VerifyingKey, number: u64, hash: &str, signature: &str) -> bool {
    verifies_bytes(key, &message(number, hash), signature)
}

/// The same for what [`Signing::sign_bytes`] signed.
pub(crate) fn verifies_bytes(key: &VerifyingKey, message: &[u8], signature: &str) -> bool {
    bytes_of(signature).is_some_and(|bytes: [u8; 64]| {
        let signature = Signature::from_bytes(&bytes);
        key.verify_strict(message, &signature).is_ok()
    })
}

/// Reads a public key from lower-case hexadecimal.
pub(crate) fn key_of(text: &str) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(&bytes_of(text)?).ok()
}

/// A public key as people compare it: its SHA-256's first 16 bytes in groups of four digits.
pub(crate) fn fingerprint(key: &VerifyingKey) -> String {
    let hash = hexadecimal(key.as_bytes());
    let groups: Vec<&str> = (0..8)
        .filter_map(|group| hash.get(group * 4..group * 4 + 4))
        .collect();
    groups.join(" ")
}

fn message(number: u64, hash: &str) -> Vec<u8> {
    format!("spineboard audit signature 1\n{number}\n{hash}").into_bytes()
}

fn random() -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| StoreError::NoRandomness)?;
    Ok(bytes)
}

/// Lower-case hexadecimal of exactly `LENGTH` bytes.
fn bytes_of<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    let text = text.as_bytes();
    if text.len() != 2 * LENGTH {
        return None;
    }
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; LENGTH];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_signature_holds_for_its_row_only() {
        let (_folder, store) = crate::trial::store();
        let signing = Signing::read(&store.connection, "main").unwrap().unwrap();
        let key = &signing.public_key;
        let signature = signing.sign(7, "ab");
        assert!(verifies(key, 7, "ab", &signature));
        assert!(!verifies(key, 8, "ab", &signature));
        assert!(!verifies(key, 7, "ac", &signature));
        assert!(!verifies(key, 7, "ab", &signature.to_uppercase()));
        assert!(!verifies(key, 7, "ab", &signature[2..]));
        assert!(!verifies(key, 7, "ab", "ü"));
        assert_eq!(
            key_of(&digits(key.as_bytes())).as_ref(),
            Some(key),
            "a key comes back from its text"
        );
    }

    #[test]
    fn two_installations_have_different_keys_and_seals() {
        let ((_one, first), (_two, second)) = (crate::trial::store(), crate::trial::store());
        let read = |store: &crate::Store| Signing::read(&store.connection, "main").unwrap();
        let (first, second) = (read(&first).unwrap(), read(&second).unwrap());
        assert_ne!(first.public_key, second.public_key);
        assert_ne!(first.seal("Dr Rossi"), second.seal("Dr Rossi"));
        assert_eq!(first.seal("Dr Rossi"), first.seal("Dr Rossi"));
        assert_eq!(fingerprint(&first.public_key).len(), 39);
    }

    #[test]
    fn signing_follows_rfc_8032() {
        // RFC 8032, section 7.1, test 1: the key pair of an empty message.
        let secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let key = SigningKey::from_bytes(&bytes_of(secret).unwrap());
        assert_eq!(digits(key.verifying_key().as_bytes()), public);
    }
}
