//! The log as a file that can leave the house, and the comparison with one that did.
//!
//! JSON lines: a header, one line per row, and the signed head. Instead of a name a row carries the
//! person's random id and the seal of the name, so that everyone can recompute hashes, links and
//! signatures with nothing but the public key, and nobody can tell a name. Patients are in no row.

use super::{
    AuditRow, BEFORE_FIRST, SIGNED_VERSION,
    anchor::SignedHead,
    digits, hash_of, read_rows,
    signing::{self, Signing},
};
use crate::{Store, StoreError, backup, time_text};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
};

/// More is not read: 256 MiB are half a million rows.
const MAXIMUM_EXPORT_BYTES: u64 = 256 << 20;

/// No line that this program writes is a quarter as long.
const MAXIMUM_LINE_BYTES: u64 = 4096;

const FORM: u32 = 1;

/// What a comparison with an earlier export or backup says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgainstReport {
    /// Rows that both have and that were compared.
    pub rows: u64,
    pub fault: Option<AgainstFault>,
}

/// The first thing that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgainstFault {
    /// The export is not whole in itself from `number` on, so it proves nothing.
    ExportAltered { number: u64 },
    /// The export is signed by another installation, or the key was exchanged.
    OtherKey,
    /// The log ends at `found`; the export saw `expected` rows: the database was rolled back.
    Shorter { found: u64, expected: u64 },
    /// Row `number` is another than it was: history was written anew.
    Rewritten { number: u64 },
}

#[derive(Serialize, Deserialize)]
struct Header {
    spineboard_audit_log: u32,
    exported_at: String,
    entries: u64,
    signing_key: String,
}

#[derive(Serialize, Deserialize)]
struct Line {
    number: u64,
    at: DateTime<Utc>,
    person_id: Option<String>,
    actor_seal: Option<String>,
    action: String,
    case_id: Option<String>,
    revision: Option<u32>,
    details_hash: String,
    previous_hash: String,
    hash: String,
    hash_version: u8,
    signature: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Foot {
    head: SignedHead,
}

/// What an earlier file proves: row numbers with their hashes, up to a signed head.
struct Earlier {
    head: SignedHead,
    hashes: BTreeMap<u64, String>,
}

impl Store {
    /// Writes the whole log. Log the export itself afterwards.
    pub fn write_audit_export(
        &self,
        target: &mut dyn Write,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let signing = Signing::read(&self.connection, "main")?.ok_or(StoreError::Damaged)?;
        let head = SignedHead::of(&self.connection, "main")?.ok_or(StoreError::Damaged)?;
        let rows = read_rows(&self.connection, "main")?;
        let mut line = |text: serde_json::Result<String>| -> Result<(), StoreError> {
            let text = text.map_err(|_| StoreError::NotStorable)?;
            Ok(writeln!(target, "{text}")?)
        };
        line(serde_json::to_string(&Header {
            spineboard_audit_log: FORM,
            exported_at: time_text(now),
            entries: rows.len() as u64,
            signing_key: signing::fingerprint(&signing.public_key),
        }))?;
        for row in rows {
            let signed = row.hash_version == SIGNED_VERSION;
            line(serde_json::to_string(&Line {
                actor_seal: signed.then(|| signing.seal(&row.actor)),
                number: row.number,
                at: row.at,
                person_id: row.person_id,
                action: row.action,
                case_id: row.case_id,
                revision: row.revision,
                details_hash: row.details_hash,
                previous_hash: row.previous_hash,
                hash: row.hash,
                hash_version: row.hash_version,
                signature: row.signature,
            }))?;
        }
        line(serde_json::to_string(&Foot { head }))
    }

    /// Holds the log against an exported log or a backup that was kept elsewhere. Nothing that
    /// happened to this database since can make a rewritten or shortened history pass.
    pub fn audit_against(&self, earlier: &Path) -> Result<AgainstReport, StoreError> {
        let earlier = match backup::head_of(earlier)? {
            Some(head) => Ok(Earlier {
                hashes: BTreeMap::from([(head.number, head.hash.clone())]),
                head,
            }),
            None => read(earlier)?,
        };
        let fault = |fault| AgainstReport {
            rows: 0,
            fault: Some(fault),
        };
        let earlier = match earlier {
            Ok(earlier) if earlier.head.is_whole() => earlier,
            Ok(earlier) => {
                let number = earlier.head.number;
                return Ok(fault(AgainstFault::ExportAltered { number }));
            }
            Err(number) => return Ok(fault(AgainstFault::ExportAltered { number })),
        };
        let signing = Signing::read(&self.connection, "main")?;
        let own_key = signing.map(|signing| digits(signing.public_key.as_bytes()));
        if own_key.as_ref() != Some(&earlier.head.public_key) {
            return Ok(fault(AgainstFault::OtherKey));
        }
        let rows = read_rows(&self.connection, "main")?;
        let own: BTreeMap<u64, &str> = rows
            .iter()
            .map(|row| (row.number, row.hash.as_str()))
            .collect();
        let differing = earlier.hashes.iter().find_map(|(number, hash)| {
            let found = own.get(number)?;
            (found != hash).then_some(AgainstFault::Rewritten { number: *number })
        });
        let found = rows.last().map_or(0, |row| row.number);
        let expected = earlier.head.number;
        let shorter = (found < expected).then_some(AgainstFault::Shorter { found, expected });
        let missing = earlier
            .hashes
            .keys()
            .find(|number| !own.contains_key(number))
            .map(|number| AgainstFault::Rewritten { number: *number });
        Ok(AgainstReport {
            rows: earlier.hashes.len() as u64,
            fault: differing.or(shorter).or(missing),
        })
    }
}

/// Reads and checks an export; the inner error is the row from which on it is not whole.
fn read(path: &Path) -> Result<Result<Earlier, u64>, StoreError> {
    let file = File::open(path).map_err(StoreError::source)?;
    if file.metadata().map_err(StoreError::source)?.len() > MAXIMUM_EXPORT_BYTES {
        return Err(StoreError::NotAnExport);
    }
    let mut lines = Lines(BufReader::new(file));
    let first = lines.next()?.ok_or(StoreError::NotAnExport)?;
    let header: Header = serde_json::from_slice(&first).map_err(|_| StoreError::NotAnExport)?;
    if header.spineboard_audit_log != FORM {
        return Err(StoreError::NotAnExport);
    }
    let mut rows: Vec<Line> = Vec::new();
    let head = loop {
        let number = rows.len() as u64 + 1;
        let Some(text) = lines.next()? else {
            return Ok(Err(number));
        };
        if let Ok(row) = serde_json::from_slice(&text) {
            rows.push(row);
        } else if let Ok(foot) = serde_json::from_slice::<Foot>(&text) {
            break foot.head;
        } else {
            return Ok(Err(number));
        }
    };
    let Some(key) = signing::key_of(&head.public_key) else {
        return Ok(Err(head.number));
    };
    let mut previous = BEFORE_FIRST.to_owned();
    let mut hashes = BTreeMap::new();
    for (row, number) in rows.into_iter().zip(1..) {
        if row.number != number || row.previous_hash != previous || !row.is_whole(&key) {
            return Ok(Err(number));
        }
        previous.clone_from(&row.hash);
        hashes.insert(number, row.hash);
    }
    let last = hashes.len() as u64;
    if head.number != last || head.hash != previous || header.entries != last {
        return Ok(Err(last));
    }
    Ok(Ok(Earlier { head, hashes }))
}

impl Line {
    /// Rows of the first form cannot be recomputed without the name; the first signed row after
    /// them vouches for their hashes.
    fn is_whole(&self, key: &ed25519_dalek::VerifyingKey) -> bool {
        if self.hash_version != SIGNED_VERSION {
            return self.signature.is_none();
        }
        let row = AuditRow {
            number: self.number,
            at: self.at,
            actor: String::new(),
            person_id: self.person_id.clone(),
            action: self.action.clone(),
            case_id: self.case_id.clone(),
            revision: self.revision,
            details_hash: self.details_hash.clone(),
            previous_hash: self.previous_hash.clone(),
            hash: String::new(),
            hash_version: self.hash_version,
            signature: None,
        };
        let (Some(seal), Some(signature)) = (&self.actor_seal, &self.signature) else {
            return false;
        };
        hash_of(&row, seal) == self.hash
            && signing::verifies(key, self.number, &self.hash, signature)
    }
}

/// Lines of bounded length.
struct Lines<R>(BufReader<R>);

impl<R: Read> Lines<R> {
    fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let mut line = Vec::new();
        let read = (&mut self.0)
            .take(MAXIMUM_LINE_BYTES)
            .read_until(b'\n', &mut line)
            .map_err(StoreError::source)?;
        Ok((read > 0).then_some(line))
    }
}
