//! The structure of the database, as SQL steps that are only ever appended to. The number of the
//! last step taken is SQLite's `user_version`.

use crate::StoreError;
use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

const STEPS: &[M<'_>] = &[
    M::up(include_str!("migrations/1.sql")).foreign_key_check(),
    M::up(include_str!("migrations/2.sql")).foreign_key_check(),
    M::up(include_str!("migrations/3.sql")).foreign_key_check(),
    M::up(include_str!("migrations/4.sql")).foreign_key_check(),
    M::up(include_str!("migrations/5.sql")).foreign_key_check(),
    M::up(include_str!("migrations/6.sql")).foreign_key_check(),
    M::up(include_str!("migrations/7.sql")).foreign_key_check(),
];

/// The version this program writes.
pub(crate) const KNOWN_VERSION: i64 = STEPS.len() as i64;

pub(crate) const MIGRATIONS: Migrations<'_> = Migrations::from_slice(STEPS);

/// The version of an opened database, refused if it is newer than this program.
pub(crate) fn check_version(connection: &Connection) -> Result<i64, StoreError> {
    let found = connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?;
    match found {
        newer if newer > KNOWN_VERSION => Err(StoreError::NewerDatabase {
            found,
            known: KNOWN_VERSION,
        }),
        below if below < 0 => Err(StoreError::Damaged),
        version => Ok(version),
    }
}

/// Brings the database to the last of `migrations`; each step is taken whole or not at all.
pub(crate) fn migrate(
    connection: &mut Connection,
    migrations: &Migrations<'_>,
) -> Result<(), StoreError> {
    migrations
        .to_latest(connection)
        .map_err(|error| match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
            _ => StoreError::Damaged,
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::trial::{self, PASSPHRASE};
    use crate::{Change, Store};

    #[test]
    fn every_step_applies() {
        MIGRATIONS.validate().unwrap();
    }

    #[test]
    fn a_database_keeps_its_rows_through_a_later_step() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(folder.path(), PASSPHRASE, trial::noon()).unwrap();
        let case = trial::case("case-1");
        store
            .put_case(
                &case,
                &Change::new("Dr Rossi", "case_created", 0),
                trial::noon(),
            )
            .unwrap();

        let mut steps = STEPS.to_vec();
        steps.push(M::up("ALTER TABLE settings ADD COLUMN changed_at TEXT;"));
        migrate(&mut store.connection, &Migrations::new(steps)).unwrap();

        let version: i64 = store
            .connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(version, KNOWN_VERSION + 1);
        assert_eq!(store.case("case-1").unwrap().case, case);
        assert!(store.audit_verify().unwrap().faults.is_empty());
    }

    #[test]
    fn a_step_that_fails_leaves_the_version_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(folder.path(), PASSPHRASE, trial::noon()).unwrap();
        let broken = M::up("CREATE TABLE half (a TEXT) STRICT; INSERT INTO nowhere VALUES (1);");
        let mut steps = STEPS.to_vec();
        steps.push(broken);
        assert!(migrate(&mut store.connection, &Migrations::new(steps)).is_err());
        assert_eq!(check_version(&store.connection), Ok(KNOWN_VERSION));
        let half: i64 = store
            .connection
            .query_row(
                "SELECT count(*) FROM sqlite_master WHERE name = 'half'",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(half, 0);
    }
}
