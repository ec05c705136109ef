//! Table `wrapping_keys`: what the recovery key and the keychain stand for. It lies inside the
//! encrypted database, so that only who has opened it already can put a new data key under them.

use crate::{StoreError, hardening::Key, keys::SlotKind, time_of, time_text};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

/// The kinds of slots whose wrapping key is random.
pub(crate) const RANDOM: [SlotKind; 2] = [SlotKind::Recovery, SlotKind::Keychain];

fn name_of(kind: SlotKind) -> &'static str {
    match kind {
        SlotKind::Keychain => "keychain",
        SlotKind::Recovery | SlotKind::Passphrase => "recovery",
    }
}

pub(crate) fn put(
    connection: &Connection,
    kind: SlotKind,
    key: &Key,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO wrapping_keys VALUES (?1, ?2, ?3)
         ON CONFLICT (kind) DO UPDATE SET bytes = excluded.bytes, made_at = excluded.made_at",
        params![name_of(kind), key.bytes(), time_text(now)],
    )?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, kind: SlotKind) -> Result<(), StoreError> {
    connection.execute("DELETE FROM wrapping_keys WHERE kind = ?1", [name_of(kind)])?;
    Ok(())
}

/// The wrapping key and when it was made, if there is one.
pub(crate) fn get(
    connection: &Connection,
    kind: SlotKind,
) -> Result<Option<(Key, DateTime<Utc>)>, StoreError> {
    let found = connection
        .query_row(
            "SELECT bytes, made_at FROM wrapping_keys WHERE kind = ?1",
            [name_of(kind)],
            |row| {
                Ok((
                    Zeroizing::new(row.get::<_, Vec<u8>>(0)?),
                    row.get::<_, String>(1)?,
                ))
            },
        )
        .optional()?;
    let Some((bytes, made_at)) = found else {
        return Ok(None);
    };
    let key = Key::from_slice(&bytes).ok_or(StoreError::Damaged)?;
    Ok(Some((key, time_of(&made_at)?)))
}
