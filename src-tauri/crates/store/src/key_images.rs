//! Table `key_images`: the pixels of a marked image with its geometry, so that a report can be
//! made when the DICOM files are gone. What is kept is never changed; a removed mark leaves its
//! pixels, because an earlier revision of the case still refers to them.

use crate::{
    Store, StoreError,
    audit::{self, Actor, AuditEntry},
    cases, time_of, time_text,
};
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

/// Pixels to keep. The store looks into neither part.
#[derive(Debug, Clone, Copy)]
pub struct KeyImagePixels<'a> {
    /// The id of the [`clinical::case::KeyImage`].
    pub id: &'a str,
    /// Matrix, spacing, position and orientation as JSON.
    pub geometry: &'a str,
    pub pixels: &'a [u8],
}

/// Pixels as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKeyImage {
    pub case_id: String,
    pub geometry: String,
    pub pixels: Vec<u8>,
    pub author: String,
    pub stored_at: DateTime<Utc>,
}

impl Store {
    /// Keeps the pixels of an image that is marked already. The same pixels may come again;
    /// others under a known id are refused. With a mark's own change, use
    /// [`crate::Change::key_image`].
    pub fn put_key_image_pixels(
        &mut self,
        case_id: &str,
        image: &KeyImagePixels<'_>,
        author: Actor<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        cases::newest_revision(&transaction, case_id)?.ok_or(StoreError::UnknownCase)?;
        append(&transaction, case_id, image, author, now)?;
        transaction.commit()?;
        self.move_anchor();
        Ok(())
    }

    /// The pixels kept under a key image id, if any.
    pub fn key_image(&self, id: &str) -> Result<Option<StoredKeyImage>, StoreError> {
        read(&self.connection, id)
    }
}

pub(crate) fn append(
    transaction: &Transaction<'_>,
    case_id: &str,
    image: &KeyImagePixels<'_>,
    author: Actor<'_>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if let Some(kept) = read(transaction, image.id)? {
        let same = kept.case_id == case_id
            && kept.geometry == image.geometry
            && kept.pixels == image.pixels;
        return if same {
            Ok(())
        } else {
            Err(StoreError::KeyImageExists)
        };
    }
    transaction.execute(
        "INSERT INTO key_images VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            image.id,
            case_id,
            image.geometry,
            image.pixels,
            author.name,
            time_text(now)
        ],
    )?;
    let entry = AuditEntry {
        case_id: Some(case_id),
        details: image.pixels,
        ..AuditEntry::new(author, audit::KEY_IMAGE_STORED)
    };
    audit::append(transaction, &entry, now)?;
    Ok(())
}

fn read(connection: &rusqlite::Connection, id: &str) -> Result<Option<StoredKeyImage>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT case_id, geometry, pixels, author, stored_at FROM key_images WHERE id = ?1",
    )?;
    let found = statement
        .query_row([id], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get::<_, String>(4)?,
            ))
        })
        .optional()?;
    found
        .map(|(case_id, geometry, pixels, author, stored_at)| {
            let stored_at = time_of(&stored_at)?;
            Ok(StoredKeyImage {
                case_id,
                geometry,
                pixels,
                author,
                stored_at,
            })
        })
        .transpose()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{
        Change,
        trial::{self, noon},
    };

    fn image(pixels: &[u8]) -> KeyImagePixels<'_> {
        KeyImagePixels {
            id: "image-1",
            geometry: "{\"rows\":512}",
            pixels,
        }
    }

    #[test]
    fn pixels_come_back_byte_for_byte_and_are_never_changed() {
        let (folder, mut store) = trial::store_with_case();
        let pixels: Vec<u8> = (0..512 * 512 * 2)
            .map(|byte: u32| (byte * 31 % 251) as u8)
            .collect();
        store
            .put_key_image_pixels("case-1", &image(&pixels), "A".into(), noon())
            .unwrap();
        store
            .put_key_image_pixels("case-1", &image(&pixels), "A".into(), noon())
            .unwrap();
        let other = store.put_key_image_pixels("case-1", &image(&[1, 2]), "A".into(), noon());
        assert_eq!(other, Err(StoreError::KeyImageExists));
        store.close().unwrap();

        let store = Store::open(folder.path(), trial::PASSPHRASE, noon()).unwrap();
        let kept = store.key_image("image-1").unwrap().unwrap();
        assert_eq!(kept.pixels, pixels);
        assert_eq!(
            (kept.geometry.as_str(), kept.case_id.as_str()),
            ("{\"rows\":512}", "case-1")
        );
        assert_eq!(store.key_image("image-2"), Ok(None));
        for statement in [
            "UPDATE key_images SET pixels = x'00'",
            "DELETE FROM key_images",
        ] {
            assert!(
                store.connection.execute(statement, []).is_err(),
                "{statement}"
            );
        }
    }

    #[test]
    fn a_mark_and_its_pixels_are_saved_together_or_not_at_all() {
        let (_folder, mut store) = trial::store_with_case();
        let case = trial::case("case-1");
        let change = Change {
            key_image: Some(image(&[7])),
            ..Change::new("A", "image_marked", 1)
        };
        assert_eq!(store.put_case(&case, &change, noon()), Ok(2));
        assert_eq!(store.key_image("image-1").unwrap().unwrap().pixels, [7]);

        let clash = Change {
            key_image: Some(image(&[8])),
            ..Change::new("A", "image_marked", 2)
        };
        assert_eq!(
            store.put_case(&case, &clash, noon()),
            Err(StoreError::KeyImageExists)
        );
        assert_eq!(store.case("case-1").unwrap().revision, 2);
        assert_eq!(store.audit_verify().unwrap().faults, []);
    }
}
