//! Table `settings`: small values of this installation by name, for example the user's name or
//! whether the first-start notice was read.

use crate::{Store, StoreError};
use rusqlite::{Connection, OptionalExtension, params};

impl Store {
    /// The value of a setting, if it was ever set.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        get(&self.connection, name)
    }

    pub fn set_setting(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        put(&self.connection, name, value)
    }
}

pub(crate) fn get(connection: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT value FROM settings WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

pub(crate) fn put(connection: &Connection, name: &str, value: &str) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO settings VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![name, value],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::trial;

    #[test]
    fn a_setting_is_kept_until_it_is_set_again() {
        let (folder, mut store) = trial::store();
        assert_eq!(store.setting("user_name"), Ok(None));
        store.set_setting("user_name", "Dr Rossi").unwrap();
        store.set_setting("user_name", "Dr D'Angelo").unwrap();
        store.close().unwrap();
        let store = Store::open(folder.path(), trial::PASSPHRASE, trial::noon()).unwrap();
        assert_eq!(
            store.setting("user_name"),
            Ok(Some("Dr D'Angelo".to_owned()))
        );
    }
}
