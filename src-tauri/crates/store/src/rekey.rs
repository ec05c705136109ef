//! Changing the keys of a store: the whole database is encrypted anew, so that who knew the old
//! passphrase and kept an old keys file cannot open what is written from now on. (What they copied
//! before stays readable to them; nothing can undo that.)
//!
//! The order makes every moment safe. The keys file first holds both generations; then a copy
//! under the new key is made beside the database, checked and brought to the disk; then it takes
//! the database's name; then the old generation goes. Killed before the copy has the name, the old
//! passphrase opens the store; after that, the new one. The same order takes over databases from
//! before there were keys files.

use crate::{
    Store, StoreError,
    audit::{self, Actor, AuditEntry},
    cipher::{self, Unlocking},
    files,
    hardening::Key,
    keychain::Keychain,
    keys::{KeysFile, SlotKind},
    opening::{self, DATABASE_FILE, FIRST_GENERATION},
    recovery_key, wrapping_keys,
};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, TransactionBehavior};
use std::{fs, path::Path};
use zeroize::Zeroizing;

/// The database under the next key, until it takes the database's name.
const COPY_FILE: &str = "spineboard.db.rekeyed";

/// New keys that only have to be taken: the copy lies beside the database, whole and checked.
#[derive(Debug)]
pub struct PreparedKeys {
    keys: KeysFile,
    generation: u32,
    data_key: Key,
}

impl Store {
    /// [`StoreError::WrongPassphrase`] if this is not the store's passphrase.
    pub fn check_passphrase(&self, passphrase: &str) -> Result<(), StoreError> {
        let found = self.keys.by_passphrase(passphrase)?;
        match found.iter().any(|(_, key)| key.same(&self.data_key)) {
            true => Ok(()),
            false => Err(StoreError::WrongPassphrase),
        }
    }

    /// Makes a new data key behind a new passphrase and the copy that it encrypts. A recovery key
    /// and a keychain stay valid. After a refusal everything is as before. Nothing may be saved
    /// between this and [`Store::change_keys`].
    pub fn prepare_passphrase<'a>(
        &mut self,
        passphrase: &str,
        author: impl Into<Actor<'a>>,
        now: DateTime<Utc>,
    ) -> Result<PreparedKeys, StoreError> {
        opening::check_new_passphrase(passphrase)?;
        let generation = self.generation.wrapping_add(1);
        let data_key = Key::random()?;
        let mut keys = KeysFile {
            slots: Vec::new(),
            ..self.keys.clone()
        };
        keys.add_passphrase(passphrase, generation, &data_key)?;
        for kind in wrapping_keys::RANDOM {
            if let Some((wrapping, _)) = self.wrapping_key(kind)? {
                keys.put_random(kind, generation, &wrapping, &data_key)?;
            }
        }
        let mut between = self.keys.clone();
        between.slots.extend(keys.slots.iter().cloned());
        let prepared = between.write(&self.folder).and_then(|()| {
            step("both generations are in the keys file");
            let entry = AuditEntry::new(author, "passphrase_changed");
            copy(
                &self.connection,
                &self.folder,
                &data_key,
                Some((&entry, now)),
            )
        });
        if let Err(reason) = prepared {
            // The reason is what to tell; what is left over is put right at the next opening.
            let _ = self.keys.write(&self.folder);
            let _ = remove_copy(&self.folder);
            return Err(reason);
        }
        Ok(PreparedKeys {
            keys,
            generation,
            data_key,
        })
    }

    /// Takes the prepared keys. After a refusal the store is closed and opens with the old or the
    /// new passphrase.
    pub fn change_keys(
        self,
        prepared: PreparedKeys,
        now: DateTime<Utc>,
    ) -> Result<Store, StoreError> {
        let Store {
            connection,
            folder,
            lock,
            ..
        } = self;
        let path = folder.join(DATABASE_FILE);
        replace(connection, &folder)?;
        let connection = cipher::open(&path, Unlocking::Key(&prepared.data_key))?;
        prepared.keys.write(&folder)?;
        step("the old generation is gone");
        let unwrapped = (prepared.generation, prepared.data_key);
        opening::ready(&folder, connection, prepared.keys, unwrapped, lock, now)
    }

    /// Makes a recovery key in place of an earlier one and returns it as text to be written down;
    /// it is kept nowhere in this form.
    pub fn make_recovery_key<'a>(
        &mut self,
        author: impl Into<Actor<'a>>,
        now: DateTime<Utc>,
    ) -> Result<Zeroizing<String>, StoreError> {
        let (text, wrapping) = recovery_key::make()?;
        self.put_slot(
            SlotKind::Recovery,
            &wrapping,
            AuditEntry::new(author, "recovery_key_made"),
            now,
        )?;
        Ok(text)
    }

    /// When the valid recovery key was made, if there is one.
    pub fn recovery_key_made_at(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let known = self.wrapping_key(SlotKind::Recovery)?;
        Ok(known.map(|(_, made_at)| made_at))
    }

    /// Lets the system's keychain open this store from now on.
    pub fn allow_keychain<'a>(
        &mut self,
        keychain: &dyn Keychain,
        author: impl Into<Actor<'a>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let wrapping = Key::random()?;
        keychain.put(&self.keys.name(), wrapping.bytes())?;
        self.put_slot(
            SlotKind::Keychain,
            &wrapping,
            AuditEntry::new(author, "keychain_on"),
            now,
        )
    }

    /// Takes that right away. What the keychain keeps opens nothing any more, so that it does not
    /// matter whether it can be removed there.
    pub fn forget_keychain<'a>(
        &mut self,
        keychain: &dyn Keychain,
        author: impl Into<Actor<'a>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut keys = self.keys.clone();
        keys.slots.retain(|slot| slot.kind != SlotKind::Keychain);
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        wrapping_keys::remove(&transaction, SlotKind::Keychain)?;
        audit::append(&transaction, &AuditEntry::new(author, "keychain_off"), now)?;
        keys.write(&self.folder)?;
        transaction.commit()?;
        self.keys = keys;
        let _ = keychain.remove(&self.keys.name());
        Ok(())
    }

    /// True if the keychain may open this store.
    pub fn keychain_allowed(&self) -> bool {
        self.keys.has(SlotKind::Keychain)
    }

    fn put_slot(
        &mut self,
        kind: SlotKind,
        wrapping: &Key,
        entry: AuditEntry<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut keys = self.keys.clone();
        keys.put_random(kind, self.generation, wrapping, &self.data_key)?;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        wrapping_keys::put(&transaction, kind, wrapping, now)?;
        audit::append(&transaction, &entry, now)?;
        keys.write(&self.folder)?;
        step("the slot is in the keys file, not in the database");
        transaction.commit()?;
        self.keys = keys;
        Ok(())
    }

    /// The wrapping key of a slot. Database and keys file are two files: after a crash between
    /// them, one that opens no slot counts for nothing.
    fn wrapping_key(&self, kind: SlotKind) -> Result<Option<(Key, DateTime<Utc>)>, StoreError> {
        let known = wrapping_keys::get(&self.connection, kind)?;
        Ok(known.filter(|(wrapping, _)| !self.keys.by_random(kind, wrapping).is_empty()))
    }
}

/// Writes the keys file of a database that the passphrase itself encrypts, if it does.
pub(crate) fn begin_takeover(folder: &Path, passphrase: &str) -> Result<KeysFile, StoreError> {
    let path = folder.join(DATABASE_FILE);
    let connection = cipher::open(&path, Unlocking::Passphrase(passphrase))?;
    crate::migrations::check_version(&connection)?;
    drop(connection);
    let mut keys = KeysFile::new()?;
    keys.takes_over = true;
    keys.add_passphrase(passphrase, FIRST_GENERATION, &Key::random()?)?;
    keys.write(folder)?;
    step("the keys file of an older database is written");
    Ok(keys)
}

/// Encrypts the older database by the data key, unless that was done before a crash.
pub(crate) fn finish_takeover(
    folder: &Path,
    mut keys: KeysFile,
    passphrase: &str,
    data_key: &Key,
) -> Result<KeysFile, StoreError> {
    let path = folder.join(DATABASE_FILE);
    match cipher::open(&path, Unlocking::Key(data_key)) {
        Err(StoreError::WrongPassphrase) => {
            let older = cipher::open(&path, Unlocking::Passphrase(passphrase));
            let older = older.map_err(|error| match error {
                StoreError::WrongPassphrase => StoreError::KeysOfAnother,
                other => other,
            })?;
            copy(&older, folder, data_key, None)?;
            replace(older, folder)?;
        }
        opened => drop(opened?),
    }
    keys.takes_over = false;
    keys.write(folder)?;
    step("the older database is taken over");
    Ok(keys)
}

/// Removes a copy that was not finished.
pub(crate) fn remove_copy(folder: &Path) -> Result<(), StoreError> {
    for ending in ["", "-journal", "-wal", "-shm"] {
        files::remove(&folder.join(format!("{COPY_FILE}{ending}")))?;
    }
    Ok(())
}

/// Copies the database under another key, adds the log's row, and checks that it is whole, openable
/// and on the disk.
fn copy(
    connection: &Connection,
    folder: &Path,
    data_key: &Key,
    entry: Option<(&AuditEntry<'_>, DateTime<Utc>)>,
) -> Result<(), StoreError> {
    remove_copy(folder)?;
    let path = folder.join(COPY_FILE);
    cipher::copy_under(connection, &path, data_key)?;
    step("the copy is written");
    let mut copied = cipher::open(&path, Unlocking::Key(data_key))?;
    cipher::check_pages(&copied)?;
    if sizes(&copied)? != sizes(connection)? {
        return Err(StoreError::Damaged);
    }
    if let Some((entry, now)) = entry {
        audit::begin(&mut copied, entry, now)?;
    }
    copied.close().map_err(|(_, error)| error)?;
    step("the copy is checked");
    Ok(())
}

/// Closes the database and gives its name to the copy.
fn replace(connection: Connection, folder: &Path) -> Result<(), StoreError> {
    connection.close().map_err(|(_, error)| error)?;
    step("the database is closed");
    let path = folder.join(DATABASE_FILE);
    // What is not yet in the old database would be read as part of the new one.
    let log = folder.join(format!("{DATABASE_FILE}-wal"));
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Err(StoreError::LockedByAnother);
    }
    files::rename(&folder.join(COPY_FILE), &path)?;
    step("the copy has the name");
    Ok(())
}

/// Name and number of rows of every table, by name.
fn sizes(connection: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
    let mut statement =
        connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")?;
    let names: Vec<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    names
        .into_iter()
        .map(|name| {
            let count = format!("SELECT count(*) FROM \"{name}\"");
            let rows = connection.query_row(&count, [], |row| row.get(0))?;
            Ok((name, rows))
        })
        .collect()
}

/// A moment at which the power may go; the tests look at the folder as it is then.
#[cfg(not(test))]
fn step(_: &str) {}

#[cfg(test)]
use tests::step;

#[cfg(test)]
mod tests;
