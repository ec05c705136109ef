//! A place outside the data folder that keeps one wrapping key, so that whoever has logged in to
//! the computer opens the store without the passphrase. It is as safe as that login.

use std::sync::Arc;
use zeroize::Zeroizing;

mod system;

/// Why the keychain did not serve; it never says what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeychainFault {
    /// No service, no answer in time, or the person refused.
    Unavailable,
    /// Nothing is kept under this name.
    Empty,
}

/// A secret from a keychain, wiped when dropped.
pub type Kept = Zeroizing<Vec<u8>>;

/// Keeps small secrets by name.
pub trait Keychain: Send + Sync {
    /// False where no service answers; then it is not offered.
    fn available(&self) -> bool;
    fn put(&self, name: &str, secret: &[u8]) -> Result<(), KeychainFault>;
    fn get(&self, name: &str) -> Result<Kept, KeychainFault>;
    /// Nothing happens if there is none.
    fn remove(&self, name: &str) -> Result<(), KeychainFault>;
}

/// Where there is none.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoKeychain;

impl Keychain for NoKeychain {
    fn available(&self) -> bool {
        false
    }

    fn put(&self, _: &str, _: &[u8]) -> Result<(), KeychainFault> {
        Err(KeychainFault::Unavailable)
    }

    fn get(&self, _: &str) -> Result<Kept, KeychainFault> {
        Err(KeychainFault::Unavailable)
    }

    fn remove(&self, _: &str) -> Result<(), KeychainFault> {
        Err(KeychainFault::Unavailable)
    }
}

/// The keychain of whoever is logged in to this computer.
pub fn system_keychain() -> Arc<dyn Keychain> {
    Arc::new(system::SystemKeychain)
}
