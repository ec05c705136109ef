//! The ways to open the store beside its passphrase, and changing them. For coordinators and
//! chairs, since each of these can shut the others out or let somebody in.

use crate::{AppStatus, Board, BoardError, Secret, lock};
use chrono::{DateTime, Utc};
use serde::Serialize;
use store::{Store, StoreState};
use ts_rs::TS;

/// Whether the computer's keychain may open the cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeychainState {
    Unavailable,
    Off,
    On,
}

/// A new recovery key, shown once.
#[derive(Serialize, TS)]
pub struct RecoveryKey {
    pub key: String,
    pub made_at: DateTime<Utc>,
}

impl Board {
    /// Opens the store by the recovery key and gives it a new passphrase.
    pub fn unlock_with_recovery_key(
        &self,
        key: Secret,
        new_passphrase: Secret,
    ) -> Result<AppStatus, BoardError> {
        self.open_by(|folder, now| {
            let store =
                Store::open_with_recovery_key(folder, key.text(), new_passphrase.text(), now)?;
            lock(&self.signed_in).recovered = true;
            Ok(store)
        })
    }

    /// Opens the store by what the computer's keychain keeps.
    pub fn unlock_with_keychain(&self) -> Result<AppStatus, BoardError> {
        self.open_by(|folder, now| {
            Store::open_with_keychain(folder, self.options.keychain.as_ref(), now)
        })
    }

    /// Encrypts the whole database anew under another passphrase. The recovery key and the
    /// keychain stay valid. If this fails half-way, the store is locked and opens with the old or
    /// the new passphrase.
    pub fn change_passphrase(
        &self,
        current: Secret,
        new_passphrase: Secret,
    ) -> Result<AppStatus, BoardError> {
        {
            let mut open = lock(&self.store);
            let store = open.as_mut().ok_or_else(BoardError::locked)?;
            let manager = self.manager()?;
            store.check_passphrase(current.text())?;
            let now = self.now();
            let prepared = store.prepare_passphrase(new_passphrase.text(), &manager, now)?;
            // Stays empty, and so locked, if the change fails now.
            if let Some(store) = open.take() {
                let left = std::mem::take(&mut *lock(&self.signed_in));
                *open = Some(store.change_keys(prepared, now)?);
                *lock(&self.signed_in) = left;
            }
        }
        Ok(self.status())
    }

    /// Makes a recovery key in place of an earlier one. It is shown once and kept nowhere. On the
    /// first start it comes before the first person.
    pub fn make_recovery_key(&self) -> Result<RecoveryKey, BoardError> {
        self.with_open_store(|store| {
            let (manager, now) = (self.manager_or_first(store)?, self.now());
            let key = store.make_recovery_key(manager.as_ref(), now)?.to_string();
            let made_at = store.recovery_key_made_at()?.unwrap_or(now);
            Ok(RecoveryKey { key, made_at })
        })
    }

    /// Lets the computer's keychain open the store, or not any more.
    pub fn set_keychain(&self, on: bool) -> Result<AppStatus, BoardError> {
        self.with_store(|store| {
            let (manager, keychain) = (self.manager()?, self.options.keychain.as_ref());
            match on {
                true => store.allow_keychain(keychain, &manager, self.now())?,
                false => store.forget_keychain(keychain, &manager, self.now())?,
            }
            Ok(())
        })?;
        Ok(self.status())
    }

    pub(crate) fn keychain_state(&self, open: Option<&Store>) -> KeychainState {
        let keychain = &self.options.keychain;
        let answers = *self.has_keychain.get_or_init(|| keychain.available());
        let allowed = || match open {
            Some(store) => store.keychain_allowed(),
            None => matches!(
                Store::state(&self.options.data),
                Ok(StoreState::Present { keychain: true, .. })
            ),
        };
        match answers {
            false => KeychainState::Unavailable,
            true if allowed() => KeychainState::On,
            true => KeychainState::Off,
        }
    }
}
