//! The system's keychain: Secret Service, macOS Keychain, Windows Credential Manager.
//!
//! Every call has a time limit, because a keychain answers through other programs that may ask
//! the person or never answer. On Linux only a D-Bus in the file system is spoken to, never one
//! over the network.

use super::{Kept, Keychain, KeychainFault};
use std::{sync::mpsc, thread, time::Duration};
use zeroize::Zeroizing;

const SERVICE: &str = "SpineBoard";

/// Long enough for a service that has to be started, short enough for the start of the window.
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// A locked keychain asks the person for its password.
const PERSON_LIMIT: Duration = Duration::from_secs(60);

/// The keychain of the person who is logged in to this computer.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SystemKeychain;

impl Keychain for SystemKeychain {
    fn available(&self) -> bool {
        speaks_locally()
            && within(PROBE_LIMIT, || keyring::Entry::store_status().is_ok()).unwrap_or(false)
    }

    fn put(&self, name: &str, secret: &[u8]) -> Result<(), KeychainFault> {
        let secret = Zeroizing::new(secret.to_vec());
        entry(name, move |entry| entry.set_secret(&secret))
    }

    fn get(&self, name: &str) -> Result<Kept, KeychainFault> {
        entry(name, |entry| entry.get_secret().map(Zeroizing::new))
    }

    fn remove(&self, name: &str) -> Result<(), KeychainFault> {
        match entry(name, |entry| entry.delete_credential()) {
            Err(KeychainFault::Empty) => Ok(()),
            other => other,
        }
    }
}

fn entry<T: Send + 'static>(
    name: &str,
    work: impl FnOnce(&keyring::Entry) -> keyring::Result<T> + Send + 'static,
) -> Result<T, KeychainFault> {
    if !speaks_locally() {
        return Err(KeychainFault::Unavailable);
    }
    let name = name.to_owned();
    let done = within(PERSON_LIMIT, move || {
        work(&keyring::Entry::new(SERVICE, &name)?)
    });
    done.ok_or(KeychainFault::Unavailable)?
        .map_err(|error| match error {
            keyring::Error::NoEntry => KeychainFault::Empty,
            _ => KeychainFault::Unavailable,
        })
}

/// Runs `work` beside the caller; none if it takes too long. Then it is left to end by itself.
fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (answer, wait) = mpsc::channel();
    thread::Builder::new()
        .name("keychain".to_owned())
        // Nobody listens any more after the limit.
        .spawn(move || drop(answer.send(work())))
        .ok()?;
    wait.recv_timeout(limit).ok()
}

/// False if the environment points to a D-Bus over the network, or to none at all.
fn speaks_locally() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    match std::env::var("DBUS_SESSION_BUS_ADDRESS") {
        Ok(address) => is_local_bus(&address),
        Err(_) => std::env::var_os("XDG_RUNTIME_DIR")
            .is_some_and(|folder| std::path::Path::new(&folder).join("bus").exists()),
    }
}

/// Every address that may be tried is a socket in the file system or in the kernel's own names.
fn is_local_bus(addresses: &str) -> bool {
    addresses
        .split(';')
        .all(|address| address.starts_with("unix:"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn a_service_that_never_answers_is_given_up() {
        let (_never, silence) = mpsc::channel::<()>();
        let started = Instant::now();
        let answer = within(Duration::from_millis(50), move || silence.recv().is_ok());
        assert_eq!(answer, None);
        assert!(started.elapsed() < Duration::from_secs(10));
        assert_eq!(within(PROBE_LIMIT, || 7), Some(7));
    }

    #[test]
    fn only_a_local_bus_is_spoken_to() {
        assert!(is_local_bus("unix:path=/run/user/1000/bus,guid=0"));
        assert!(!is_local_bus("tcp:host=example.org,port=1"));
        assert!(!is_local_bus("unix:path=/a;tcp:host=example.org"));
        assert!(!is_local_bus(""));
    }
}
