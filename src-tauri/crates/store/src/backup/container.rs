//! The file of a backup. Its layout, numbers least significant byte first:
//!
//! | bytes | content |
//! |---|---|
//! | 16 | `SpineBoard copy\n` |
//! | 4 | version, 1 |
//! | 4 | length of the heading |
//! | 4 | length of the keys file, 0 where the store has none |
//! | 8 | length of the database |
//! | … | heading: JSON with time, counts and the signed head of the log; no identity |
//! | … | keys file, as it is: keys wrapped under the passphrase and the recovery key |
//! | … | database, encrypted as it is on the disk |
//! | 32 | SHA-256 of everything before |
//!
//! The SHA-256 tells a damaged file from a whole one. It is no seal: what protects the content is
//! the cipher's own check of every page, and the signed log inside.

use crate::{
    DATABASE_FILE, KEYS_FILE, StoreError,
    audit::anchor::{ANCHOR_FILE, SignedHead},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

const MAGIC: &[u8; 16] = b"SpineBoard copy\n";
const VERSION: u32 = 1;
const FIXED_BYTES: u64 = 16 + 4 + 4 + 4 + 8;
const HASH_BYTES: u64 = 32;
const PAGE_BYTES: u64 = 4096;

/// Ours has a few hundred bytes.
const MAXIMUM_HEADING_BYTES: u32 = 64 << 10;

/// Ours has about a thousand bytes.
pub(crate) const MAXIMUM_KEYS_BYTES: u32 = 1 << 20;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Heading {
    pub(crate) made_at: DateTime<Utc>,
    pub(crate) revisions: u64,
    pub(crate) audit_entries: u64,
    pub(crate) head: SignedHead,
}

/// A file whose lengths fit; its content is not hashed yet.
pub(crate) struct Container {
    pub(crate) heading: Heading,
    file: Hashed<File>,
    keys: u64,
    database: u64,
}

/// Writes everything and returns the length.
pub(crate) fn write(
    target: &mut impl Write,
    heading: &Heading,
    keys: &[u8],
    database: &mut File,
) -> Result<u64, StoreError> {
    let heading = serde_json::to_vec(heading).map_err(|_| StoreError::NotStorable)?;
    let length = database.metadata()?.len();
    let short = |length: usize| u32::try_from(length).map_err(|_| StoreError::NotStorable);
    let mut target = Hashed::new(target);
    let mut put = |bytes: &[u8]| target.write_all(bytes).map_err(StoreError::target);
    put(MAGIC)?;
    put(&VERSION.to_le_bytes())?;
    put(&short(heading.len())?.to_le_bytes())?;
    put(&short(keys.len())?.to_le_bytes())?;
    put(&length.to_le_bytes())?;
    put(&heading)?;
    put(keys)?;
    if io::copy(database, &mut target).map_err(StoreError::target)? != length {
        return Err(StoreError::BackupUnfaithful);
    }
    let total = target.count + HASH_BYTES;
    let hash = target.hash.finalize();
    target.inner.write_all(&hash).map_err(StoreError::target)?;
    Ok(total)
}

/// Reads the heading. Every length is held against the file's own before anything is allocated.
pub(crate) fn open(path: &Path) -> Result<Container, StoreError> {
    let file = File::open(path).map_err(StoreError::source)?;
    let total = file.metadata().map_err(StoreError::source)?.len();
    let mut file = Hashed::new(file);
    let mut magic = [0; 16];
    match read_whole(&mut file, &mut magic) {
        Ok(()) if magic == *MAGIC => {}
        Ok(()) | Err(StoreError::BackupDamaged) => return Err(StoreError::NotABackup),
        Err(error) => return Err(error),
    }
    let mut four = [0; 4];
    let mut number = |file: &mut Hashed<File>| -> Result<u32, StoreError> {
        read_whole(file, &mut four)?;
        Ok(u32::from_le_bytes(four))
    };
    if number(&mut file)? != VERSION {
        return Err(StoreError::NewerBackup);
    }
    let (heading, keys) = (number(&mut file)?, number(&mut file)?);
    let mut eight = [0; 8];
    read_whole(&mut file, &mut eight)?;
    let database = u64::from_le_bytes(eight);
    let expected =
        (FIXED_BYTES + HASH_BYTES + u64::from(heading) + u64::from(keys)).checked_add(database);
    if heading > MAXIMUM_HEADING_BYTES
        || keys > MAXIMUM_KEYS_BYTES
        || database == 0
        || !database.is_multiple_of(PAGE_BYTES)
        || expected != Some(total)
    {
        return Err(StoreError::BackupDamaged);
    }
    let mut text = vec![0; heading as usize];
    read_whole(&mut file, &mut text)?;
    Ok(Container {
        heading: serde_json::from_slice(&text).map_err(|_| StoreError::BackupDamaged)?,
        file,
        keys: u64::from(keys),
        database,
    })
}

impl Container {
    /// Writes database and keys file into an empty folder, with the signed head as their anchor, and
    /// refuses if the whole is not what was written once.
    pub(crate) fn extract(mut self, folder: &Path) -> Result<Heading, StoreError> {
        if self.keys > 0 {
            self.copy_out(self.keys, &folder.join(KEYS_FILE))?;
        }
        self.copy_out(self.database, &folder.join(DATABASE_FILE))?;
        let found = self.file.hash.finalize();
        let mut stated = [0; HASH_BYTES as usize];
        read_exactly(&mut self.file.inner, &mut stated)?;
        if found.as_slice() != stated {
            return Err(StoreError::BackupDamaged);
        }
        let anchor = serde_json::to_vec(&self.heading.head).map_err(|_| StoreError::NotStorable)?;
        std::fs::write(folder.join(ANCHOR_FILE), anchor)?;
        Ok(self.heading)
    }

    fn copy_out(&mut self, length: u64, path: &Path) -> Result<(), StoreError> {
        let mut target = File::options().write(true).create_new(true).open(path)?;
        let mut left = length;
        let mut block = vec![0; 1 << 16];
        while left > 0 {
            let part = usize::try_from(left).map_or(block.len(), |left| left.min(block.len()));
            read_whole(&mut self.file, &mut block[..part])?;
            target.write_all(&block[..part])?;
            left -= part as u64;
        }
        Ok(target.sync_all()?)
    }
}

/// A file that ends too early is damaged; one that cannot be read is told as that.
fn read_whole(file: &mut Hashed<File>, bytes: &mut [u8]) -> Result<(), StoreError> {
    read_exactly(&mut file.inner, bytes)?;
    file.hash.update(&*bytes);
    Ok(())
}

fn read_exactly(file: &mut File, bytes: &mut [u8]) -> Result<(), StoreError> {
    file.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => StoreError::BackupDamaged,
        _ => StoreError::source(error),
    })
}

/// Hashes what passes through.
struct Hashed<T> {
    inner: T,
    hash: Sha256,
    count: u64,
}

impl<T> Hashed<T> {
    fn new(inner: T) -> Hashed<T> {
        Hashed {
            inner,
            hash: Sha256::new(),
            count: 0,
        }
    }
}

impl<T: Write> Write for Hashed<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.count += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
